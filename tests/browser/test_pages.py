"""Every page of the desk on a narrow, dark screen: it fits, and the browser has no complaint."""

import pytest

from accounts.models import User
from syncs import services
from syncs.models import ConfigurationChange, FilterCondition, Mapping, Run
from tests.browser.conftest import AtDesk
from tests.browser.test_failing_records import FAILING, RECORDS, customer
from tests.journeys.conftest import Journey

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LONGEST = "Anna-Sophia-Wilhelmina-van-der-Schröder-Straße" * 2
NARROW = {"width": 420, "height": 800}
STICKS_OUT = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def test_every_page_fits_a_narrow_dark_screen(
    at_desk: AtDesk, owner: User, contacts: Journey
) -> None:
    hubspot = contacts.sandbox.hubspot
    hubspot.add_contact(**customer("ann@example.org", firstname=LONGEST, phone="0" * 40))
    contacts.settle()
    services.change_settings(contacts.sync, {"name": LONGEST}, owner)
    person = at_desk(owner)
    person.page.set_viewport_size({"width": NARROW["width"], "height": NARROW["height"]})
    person.page.emulate_media(color_scheme="dark")

    stick_out = {}
    for path in _paths(contacts):
        page = person.open(path)
        assert page.locator("html.dark").count() == 1
        stick_out[path] = page.evaluate(STICKS_OUT)

    assert {path: by for path, by in stick_out.items() if by > 0} == {}


def _paths(contacts: Journey) -> list[str]:
    sync, tenant = contacts.sync, contacts.tenant
    mapping = Mapping.objects.for_tenant(tenant).earliest("pk")
    condition = FilterCondition.objects.for_tenant(tenant).earliest("pk")
    run = Run.objects.for_tenant(tenant).latest("pk")
    connection = sync.integration.left
    change = ConfigurationChange.objects.for_tenant(tenant).latest("pk")
    return [
        "/admin/",
        FAILING,
        f"{RECORDS}{contacts.record(left_title=LONGEST).pk}/change/",
        "/desk/overview/",
        "/desk/overview/panel/?status=failing",
        "/desk/causes/",
        "/desk/changes/",
        f"/desk/changes/{change.pk}/",
        f"/desk/changes/{change.pk}/revert/",
        "/desk/changes/company/",
        "/desk/support-access/",
        "/admin/syncs/failure/",
        "/admin/syncs/plannedretry/",
        f"/desk/export/?status=failing&sync={sync.pk}",
        f"/admin/syncs/sync/{sync.pk}/change/",
        f"/admin/syncs/sync/{sync.pk}/preview/",
        f"/admin/syncs/mapping/{mapping.pk}/change/",
        f"/admin/syncs/mapping/add/?sync={sync.pk}",
        f"/admin/syncs/filtercondition/{condition.pk}/change/",
        f"/admin/syncs/run/{run.pk}/change/",
        "/admin/integrations/callrecord/",
        f"/admin/integrations/connection/{connection.pk}/change/",
        f"/admin/integrations/connection/{connection.pk}/disconnect/",
        "/connect/",
    ]
