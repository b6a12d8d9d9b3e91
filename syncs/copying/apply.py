"""Carrying a plan out, through the services that people's own changes go through."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from syncs.changes import condition_rows, mapping_rows
from syncs.copying.plan import SyncPlan
from syncs.models import ChangeKind, Integration, Sync
from syncs.setup import sync_of
from syncs.steering import ConfigurationRefused, Wanted, configure


class CopyRefused(Exception):
    """The plan cannot be carried out; the message is for the person who asked."""


def apply(plan: SyncPlan, target: Integration, by: User) -> Sync:
    """Make the target's sync work as planned, in one transaction; a new one stays switched off."""
    if plan.blocks:
        raise CopyRefused(_("Say first what becomes of all that decides which records take part."))
    try:
        with transaction.atomic():
            sync = plan.target or sync_of(target, plan.recipe.code, by)
            wanted = Wanted(
                mappings=mapping_rows(plan.mappings),
                conditions=condition_rows(plan.conditions),
                changes={**plan.own, "settings": {**sync.settings, **plan.settings}},
            )
            configure(sync, ChangeKind.COPIED, wanted, by)
    except ConfigurationRefused as refusal:
        raise CopyRefused(str(refusal)) from refusal
    return sync
