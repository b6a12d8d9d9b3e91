"""What follows a run that changed something: the day's figures, and which kinds of failure are new.

It tells about the run and is no part of it: what goes wrong here is logged and breaks nothing.
"""

import logging
from collections.abc import Callable

from syncs.announcing import announce
from syncs.figures import count_day
from syncs.models import Sync

logger = logging.getLogger(__name__)

type Step = Callable[[Sync], object]


def after_run(sync_id: int) -> None:
    """Call it in the tenant's scope, outside a transaction, and not after an idle run."""
    sync = Sync.objects.select_related("tenant", "integration").get(pk=sync_id)
    for step in (count_day, announce):
        _try(step, sync)


def _try(step: Step, sync: Sync) -> None:
    try:
        step(sync)
    except Exception:
        logger.exception("What follows a run of sync %s went wrong.", sync.pk)
