"""Copying one company's configuration to another: what is taken, re-bound to what, and the gaps.

Fields, choices, accounts and codes have other ids in each company; they are found again by what
people call them. Nothing is stored before `apply`, and connections and secrets are no part of it.
"""

from syncs.copying.apply import CopyRefused, apply
from syncs.copying.lists import Ends
from syncs.copying.plan import PlanRow, SyncPlan, plan_of
from syncs.copying.terms import LEAVE_OUT, Binding, How

__all__ = [
    "LEAVE_OUT",
    "Binding",
    "CopyRefused",
    "Ends",
    "How",
    "PlanRow",
    "SyncPlan",
    "apply",
    "plan_of",
]
