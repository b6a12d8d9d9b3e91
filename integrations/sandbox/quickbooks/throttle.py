"""The service's rate limits.

Source: developer.intuit.com, "Limits and throttles", as of late 2025: 500 requests a minute for a
company; for a company and an app 10 requests a second and 40 batches a minute; 120 batches a
minute for a company over all its apps.
"""

from __future__ import annotations

from integrations.sandbox.core import Clock, Meter
from integrations.sandbox.limits import RollingWindow
from integrations.sandbox.quickbooks.faults import throttled

MINUTE = 60.0


class Throttle:
    """Counts calls and refuses those over a limit; one app and one company."""

    def __init__(self, clock: Clock, meter: Meter, is_on: bool) -> None:
        self.is_on = is_on
        self._meter = meter
        self._every = {
            "realm_minute": RollingWindow(clock, 500, MINUTE),
            "app_second": RollingWindow(clock, 10, 1.0),
        }
        self._batches = {
            "batch_app_minute": RollingWindow(clock, 40, MINUTE),
            "batch_realm_minute": RollingWindow(clock, 120, MINUTE),
        }

    def admit(self, is_batch: bool) -> None:
        """Count one call; raises GatewayRefused (429) when a window is full."""
        if not self.is_on:
            return
        windows = self._every | (self._batches if is_batch else {})
        for name, window in windows.items():
            if window.remaining <= 0:
                self._meter.violate(name)
                raise throttled()
        for window in windows.values():
            window.take()

    def clear(self) -> None:
        for window in (*self._every.values(), *self._batches.values()):
            window.clear()
