"""Building a sandbox: providers, faults and the data set they start with."""

from __future__ import annotations

from collections.abc import Mapping

from integrations.sandbox import dataset as datasets
from integrations.sandbox.core import (
    HUBSPOT_NL,
    Clock,
    Provider,
    Sandbox,
    Setting,
    SystemClock,
)
from integrations.sandbox.exact.provider import Exact
from integrations.sandbox.faults import FaultBook
from integrations.sandbox.hubspot.account import DUTCH
from integrations.sandbox.hubspot.provider import HubSpot
from integrations.sandbox.quickbooks.provider import QuickBooks


def make_sandbox(
    dataset: str = "empty",
    *,
    seed: int = 1,
    real_limits: bool = False,
    clock: Clock | None = None,
) -> Sandbox:
    """A sandbox holding "demo", "empty" or a number of records a side; deterministic for a seed."""
    setting = Setting(clock or SystemClock(), seed, real_limits)

    def build() -> Mapping[str, Provider]:
        providers: tuple[Provider, ...] = (
            HubSpot(setting),
            HubSpot(setting, HUBSPOT_NL, DUTCH),
            QuickBooks(setting),
            Exact(setting),
        )
        return {provider.name: provider for provider in providers}

    kinds = {name: provider.fault_kinds for name, provider in build().items()}
    sandbox = Sandbox(setting.clock, FaultBook(kinds, seed), build)
    if dataset != "empty":
        sandbox.fill = lambda filled: datasets.fill(filled, dataset, seed)
        sandbox.fill(sandbox)
    return sandbox
