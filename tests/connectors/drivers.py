"""The drivers of all providers, over which one suite of tests runs.

A new provider adds a driver and its samples here; the tests in test_contract.py then run for it.
"""

from collections.abc import Mapping

from tests.connectors.exact_driver import ExactDriver
from tests.connectors.hubspot_driver import HubSpotDriver
from tests.connectors.quickbooks_driver import QuickBooksDriver
from tests.connectors.samples import Driver, Sample

DRIVERS: Mapping[str, Driver] = {
    driver.code: driver for driver in (HubSpotDriver(), QuickBooksDriver(), ExactDriver())
}
# Object types that are only written: no test can read them.
WRITE_ONLY = frozenset({"note"})
# Object types that have no sample yet, only tests of their own.
OWN_TESTS = frozenset({"sales_entry"})

__all__ = ["DRIVERS", "OWN_TESTS", "WRITE_ONLY", "Driver", "Sample"]
