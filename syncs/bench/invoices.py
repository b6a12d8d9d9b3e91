"""What goes before the invoices are measured: their customers and products, in step."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

from integrations.services import opened
from syncs import services
from syncs.bench import stage
from syncs.bench.phases import new_company, work_off
from syncs.demo.company import STARTED
from syncs.demo.control import Control
from syncs.demo.trading import settings_for
from syncs.engine.terms import Direction
from syncs.models import Integration, Sync
from syncs.recipes.hubspot_quickbooks_documents import CONTACTS, INVOICES, PRODUCTS


def prepare_invoices(task: Mapping[str, Any]) -> dict[str, Any]:
    """Make the company, bring customers and products into step, and switch invoices on."""
    stage.set_up(Control(task["sandbox_url"]).now())
    with new_company(task["told"]) as pair:
        with opened(pair.left) as hubspot, opened(pair.right) as quickbooks:
            settings = settings_for(hubspot, quickbooks)
        for code in (CONTACTS, PRODUCTS):
            sync = services.create_sync(pair, code, settings=settings.get(code, {}))
            services.activate(sync)
            work_off(sync)
        services.activate(_invoices(pair, settings[INVOICES]))
    return {}


def _invoices(pair: Integration, settings: Mapping[str, Any]) -> Sync:
    """To QuickBooks only, to begin with; all that the data set holds is new enough."""
    way = Direction.TO_RIGHT
    sync = services.create_sync(pair, INVOICES, direction=way, settings=settings)
    started = timezone.now() - timedelta(days=STARTED)
    Sync.objects.filter(pk=sync.pk).update(started_at=started)
    sync.refresh_from_db()
    return sync
