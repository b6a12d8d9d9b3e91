"""Changes of configuration: kept with who made them, read in words, put back."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Tenant, User
from syncs import services
from syncs.models import (
    ChangeKind,
    ConfigurationChange,
    FieldList,
    FilterCondition,
    Mapping,
    Sync,
    SyncState,
)
from syncs.reverting import reversal_of, revert
from syncs.snapshots import changed_since, differences, items_of, put_back, snapshot_of
from syncs.views.audit import lines_of
from tests.conftest import ClientOf

TRAIL = "/desk/changes/"


def changes(tenant: Tenant) -> list[ConfigurationChange]:
    return list(ConfigurationChange.objects.for_tenant(tenant).order_by("pk"))


def own_mappings(sync: Sync) -> list[Mapping]:
    rows = Mapping.objects.for_tenant(sync.tenant_id).filter(sync=sync, locked=False)
    return list(rows.order_by("position", "pk"))


def switch_off_mapping(sync: Sync, key: str, by: User | None) -> None:
    rows = own_mappings(sync)
    for row in rows:
        row.enabled = row.enabled and row.key != key
    services.replace_mappings(sync, rows, by)


def is_enabled(sync: Sync, key: str) -> bool:
    return next(row.enabled for row in own_mappings(sync) if row.key == key)


def condition(value: str) -> FilterCondition:
    return FilterCondition(
        side="left", group=1, field="lifecyclestage", operator="is_one_of", values=[value]
    )


# --- keeping ---------------------------------------------------------------------------------


def test_a_setting_is_kept_with_who_changed_it(sync: Sync, finance: User, tenant: Tenant) -> None:
    services.change_settings(sync, {"direction": "to_right"}, finance)

    (change,) = changes(tenant)
    assert (change.by, change.kind, change.sync) == (finance, ChangeKind.SETTINGS, sync)
    assert change.before["settings"]["direction"] == "both"
    assert change.after["settings"]["direction"] == "to_right"


def test_what_changes_nothing_is_not_kept(sync: Sync, finance: User, tenant: Tenant) -> None:
    services.change_settings(sync, {"direction": sync.direction}, finance)
    services.replace_mappings(sync, own_mappings(sync), finance)
    services.replace_conditions(sync, list(sync.conditions.all()), finance)
    services.activate(sync, finance)

    assert changes(tenant) == []


def test_what_is_refused_is_not_kept(sync: Sync, finance: User, tenant: Tenant) -> None:
    wrong = Mapping(key="own_x", left=["nowhere"], right=["Notes"])

    with pytest.raises(services.ConfigurationRefused):
        services.replace_mappings(sync, [*own_mappings(sync), wrong], finance)
    assert changes(tenant) == []


def test_what_nobody_did_is_not_kept(sync: Sync, tenant: Tenant) -> None:
    services.change_settings(sync, {"direction": "to_right"})

    assert changes(tenant) == []


def test_switching_is_kept_and_pausing_is_not(sync: Sync, owner: User, tenant: Tenant) -> None:
    services.switch_off(sync, owner)
    services.activate(sync, owner)
    Sync.objects.for_tenant(tenant).filter(pk=sync.pk).update(state=SyncState.PAUSED)
    sync.refresh_from_db()
    services.resume(sync, owner)

    assert [change.kind for change in changes(tenant)] == [ChangeKind.STATE] * 2


def test_a_mapping_saved_in_the_desk_is_kept(
    client_of: ClientOf, sync: Sync, finance: User, tenant: Tenant
) -> None:
    row = next(row for row in own_mappings(sync) if row.left == ["phone"])
    url = reverse("admin:syncs_mapping_change", args=[row.pk])
    form = client_of(finance).get(url).context["adminform"].form
    posted = {name: value for name, value in form.initial.items() if value is not None}
    posted |= {"direction": "to_right", "_confirmed": "1"}
    assert client_of(finance).post(url, posted).status_code == 302

    (change,) = changes(tenant)
    assert (change.kind, change.by) == (ChangeKind.MAPPINGS, finance)
    (line,) = lines_of(change)
    assert "Phone number" in line.title
    assert (line.before, line.after) == (
        "direction: HubSpot ⇄ QuickBooks Online",
        "direction: HubSpot → QuickBooks Online",
    )


def test_a_condition_deleted_in_the_desk_is_kept(
    client_of: ClientOf, sync: Sync, finance: User, tenant: Tenant
) -> None:
    services.replace_conditions(sync, [condition("customer")], finance)
    row = sync.conditions.get(fixed=False)
    url = reverse("admin:syncs_filtercondition_delete", args=[row.pk])
    client_of(finance).post(url, {"post": "yes"})

    last = changes(tenant)[-1]
    (line,) = lines_of(last)
    assert last.kind == ChangeKind.CONDITIONS
    assert "Lifecycle stage is one of" in line.before
    assert line.after == ""


# --- putting back ----------------------------------------------------------------------------


def test_putting_back_restores_what_was(sync: Sync, finance: User, tenant: Tenant) -> None:
    before = [(row.key, row.enabled, row.left) for row in own_mappings(sync)]
    key = own_mappings(sync)[0].key
    switch_off_mapping(sync, key, finance)
    change = changes(tenant)[-1]

    revert(change, finance)

    assert [(row.key, row.enabled, row.left) for row in own_mappings(sync)] == before
    last = changes(tenant)[-1]
    assert (last.reverts, last.by, last.kind) == (change, finance, ChangeKind.MAPPINGS)


def test_what_was_changed_beside_it_stays(sync: Sync, finance: User, tenant: Tenant) -> None:
    first, second = (row.key for row in own_mappings(sync)[:2])
    switch_off_mapping(sync, first, finance)
    change = changes(tenant)[-1]
    switch_off_mapping(sync, second, finance)

    assert reversal_of(change).lost == ()
    revert(change, finance)

    assert is_enabled(sync, first)
    assert not is_enabled(sync, second)


def test_what_was_changed_again_is_told_as_lost(
    client_of: ClientOf, sync: Sync, finance: User, tenant: Tenant
) -> None:
    services.change_settings(sync, {"name": "First"}, finance)
    change = changes(tenant)[-1]
    services.change_settings(sync, {"name": "Second"}, finance)

    (lost,) = reversal_of(change).lost
    assert (lost.before, lost.after) == ("First", "Second")
    page = client_of(finance).get(reverse("desk_change_revert", args=[change.pk])).text
    assert "Changed again since then" in page
    assert "Second" in page


def test_it_is_refused_when_it_no_longer_fits(
    client_of: ClientOf, sync: Sync, finance: User, tenant: Tenant
) -> None:
    own = Mapping(key="own_a", left=["company"], right=["Notes"], direction="to_right")
    services.replace_mappings(sync, [*own_mappings(sync), own], finance)
    gone = [row for row in own_mappings(sync) if row.key != "own_a"]
    services.replace_mappings(sync, gone, finance)
    change = changes(tenant)[-1]
    # The field that the mapping was about is no longer there at the provider.
    lists = sync.integration.right
    known = FieldList.objects.for_tenant(tenant).get(connection=lists)
    known.fields = [each for each in known.fields if each["name"] != "Notes"]
    known.save(update_fields=["fields"])

    url = reverse("desk_change_revert", args=[change.pk])
    client = client_of(finance)
    assert "It cannot be put back as it was" in client.get(url).text
    client.post(url)
    assert changes(tenant)[-1] == change
    assert all(row.key != "own_a" for row in own_mappings(sync))


def test_a_switch_is_put_back_by_who_may_switch(
    client_of: ClientOf, sync: Sync, owner: User, finance: User, tenant: Tenant
) -> None:
    services.switch_off(sync, owner)
    url = reverse("desk_change_revert", args=[changes(tenant)[-1].pk])

    assert client_of(finance).get(url).status_code == 404
    assert client_of(finance).post(url).status_code == 404
    assert client_of(owner).post(url).status_code == 302
    sync.refresh_from_db()
    assert sync.state == SyncState.ACTIVE
    assert changes(tenant)[-1].reverts == changes(tenant)[0]


def test_of_a_deleted_sync_it_stays_readable(
    client_of: ClientOf, sync: Sync, finance: User, tenant: Tenant
) -> None:
    services.change_settings(sync, {"policy": "right"}, finance)
    change = changes(tenant)[-1]
    sync.delete()
    client = client_of(finance)

    assert str(sync.name) in client.get(TRAIL).text
    assert "no longer there" in client.get(reverse("desk_change_revert", args=[change.pk])).text
    assert client.get(reverse("desk_change", args=[change.pk])).status_code == 200


def test_a_reversal_can_be_put_back_too(sync: Sync, finance: User, tenant: Tenant) -> None:
    services.change_settings(sync, {"name": "New"}, finance)
    revert(changes(tenant)[-1], finance)
    revert(changes(tenant)[-1], finance)

    sync.refresh_from_db()
    assert sync.name == "New"


# --- the page --------------------------------------------------------------------------------


def test_the_list_is_narrowed(client_of: ClientOf, sync: Sync, finance: User, owner: User) -> None:
    services.change_settings(sync, {"name": "By finance"}, finance)
    services.switch_off(sync, owner)
    client = client_of(finance)

    def shown(query: str) -> tuple[bool, bool]:
        text = client.get(TRAIL + query).text
        return "By finance</ins>" in text, "<ins>off</ins>" in text

    assert shown("") == (True, True)
    assert shown("?kind=state") == (False, True)
    assert shown(f"?by={finance.pk}") == (True, False)
    assert shown(f"?sync={sync.pk}") == (True, True)
    assert shown("?since=2999-01-01") == (False, False)
    assert shown("?since=nonsense&sync=999999999999999999999&tenant=99999999999999999999999") == (
        True,
        True,
    )


@pytest.mark.parametrize("person", ["finance", "support"])
def test_a_sync_leads_to_its_changes(
    client_of: ClientOf, sync: Sync, request: pytest.FixtureRequest, finance: User, person: str
) -> None:
    services.change_settings(sync, {"name": "Of this one"}, finance)
    client = client_of(request.getfixturevalue(person))
    page = client.get(f"/admin/syncs/sync/{sync.pk}/change/").text
    url = f"{TRAIL}?tenant={sync.tenant_id}&amp;sync={sync.pk}"

    assert url in page
    trail = client.get(url.replace("&amp;", "&"))
    assert "Of this one</ins>" in trail.text
    assert trail.context["form"].is_valid()


def test_a_viewer_is_not_led_to_changes(client_of: ClientOf, sync: Sync, viewer: User) -> None:
    assert TRAIL not in client_of(viewer).get(f"/admin/syncs/sync/{sync.pk}/change/").text


def test_a_stranger_sees_nothing(
    client_of: ClientOf, sync: Sync, finance: User, stranger: User, tenant: Tenant
) -> None:
    services.change_settings(sync, {"name": "Geheim"}, finance)
    pk = changes(tenant)[-1].pk
    client = client_of(stranger)

    assert "Geheim" not in client.get(TRAIL).text
    assert client.get(reverse("desk_change", args=[pk])).status_code == 404
    assert client.post(reverse("desk_change_revert", args=[pk])).status_code == 404


def test_support_sees_all_companies(
    client_of: ClientOf, sync: Sync, finance: User, support: User, tenant: Tenant
) -> None:
    services.change_settings(sync, {"name": "Anders"}, finance)
    client = client_of(support)

    assert "Anders" in client.get(TRAIL).text
    assert client.get(f"{TRAIL}?tenant=99999999999999999999999").status_code == 200
    assert "Anders" in client.get(f"{TRAIL}?tenant={tenant.pk}&by={finance.pk}").text


def test_the_list_takes_as_many_queries_for_many(
    client_of: ClientOf, sync: Sync, finance: User
) -> None:
    client = client_of(finance)

    def queries() -> int:
        with CaptureQueriesContext(connection) as taken:
            assert client.get(TRAIL).status_code == 200
        return len(taken)

    services.change_settings(sync, {"name": "0"}, finance)
    few = queries()
    for number in range(1, 9):
        services.change_settings(sync, {"name": str(number)}, finance)
    assert queries() == few


# --- plain values ----------------------------------------------------------------------------

BEFORE: dict[str, Any] = {"settings": {"name": "a", "settings": {"x": "1", "y": "2"}}}
AFTER: dict[str, Any] = {"settings": {"name": "a", "settings": {"x": "9", "y": "2", "z": "3"}}}


def test_only_what_the_change_touched_is_put_back() -> None:
    change = differences(items_of(BEFORE), items_of(AFTER))
    now = {"settings": {"name": "b", "settings": {"x": "8", "y": "7", "z": "3"}}}

    back = snapshot_of(put_back(items_of(now), change))
    lost = changed_since(items_of(now), change)

    assert back["settings"] == {"name": "b", "settings": {"x": "1", "y": "7"}}
    assert [(one.key[1], one.after) for one in lost] == [("x", "8")]


def test_an_empty_setting_is_the_same_as_none() -> None:
    empty = {"settings": {"settings": {"x": "", "y": []}}}

    assert items_of(empty) == items_of({"settings": {"settings": {}}})
