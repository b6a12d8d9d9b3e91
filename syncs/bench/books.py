"""What goes before the companies are measured that become accounts in Exact Online."""

from collections.abc import Mapping
from typing import Any

from integrations.services import opened
from syncs import services
from syncs.bench import stage
from syncs.bench.phases import new_company
from syncs.demo.control import Control
from syncs.demo.techniek import map_numbers, settings_for
from syncs.engine.terms import Direction
from syncs.recipes.hubspot_exact import COMPANIES


def prepare_companies(task: Mapping[str, Any]) -> dict[str, Any]:
    """Make the company and its connections, and switch the sync of companies on."""
    stage.set_up(Control(task["sandbox_url"]).now())
    with new_company(task["told"], right="exact") as pair:
        with opened(pair.right) as exact:
            settings = settings_for(exact)[COMPANIES]
        way = Direction.TO_RIGHT
        sync = services.create_sync(pair, COMPANIES, direction=way, settings=settings)
        map_numbers(sync)
        services.activate(sync)
    return {}
