"""Brouwer & Søn Trading: HubSpot and QuickBooks Online, invoices and payments both ways."""

from collections.abc import Sequence
from typing import Any

from accounts.models import Role, Tenant
from integrations.contract import Choice, Connector
from integrations.services import opened
from syncs import services
from syncs.demo import afterwards
from syncs.demo.company import Company, Told, connect, in_order, switch_on
from syncs.models import Sync
from syncs.recipes.hubspot_quickbooks_documents import CONTACTS, INVOICES, PAYMENTS, PRODUCTS

WANTED_INCOME = "sales"
FORGOTTEN = "Seattle"
# What is built on comes first.
ORDER = (CONTACTS, PRODUCTS, INVOICES, PAYMENTS, "hubspot_quickbooks_payment_notes")


def install(tenant: Tenant, told: Told) -> list[Sync]:
    left = connect(tenant, "hubspot", told["hubspot"])
    right = connect(tenant, "quickbooks", told["quickbooks"])
    integration = services.install(left, right, name="HubSpot ⇄ QuickBooks")
    with opened(left) as hubspot, opened(right) as quickbooks:
        found = settings_for(hubspot, quickbooks)
    for code in (CONTACTS, PRODUCTS, INVOICES):
        switch_on(integration, code, found.get(code, {}))
    return in_order(integration, ORDER)


def settings_for(hubspot: Connector, quickbooks: Connector) -> dict[str, dict[str, Any]]:
    """What the company chose: an account for sales, and tax codes for two of its rates."""
    income = _income(quickbooks.choices("income_accounts")).value
    rates = hubspot.choices("tax_rates")
    taxes = [[each.value, "TAX", str(each.rate), each.label] for each in rates if _is_mapped(each)]
    return {
        PRODUCTS: {"income_account": income},
        INVOICES: {"income_account": income, "taxes": taxes},
    }


def _is_mapped(rate: Choice) -> bool:
    """One is forgotten, as happens."""
    return FORGOTTEN not in rate.label


def _income(accounts: Sequence[Choice]) -> Choice:
    """The account for sales, else the first."""
    named = (each for each in accounts if WANTED_INCOME in each.label.casefold())
    return next(named, accounts[0])


TRADING = Company(
    slug="demo",
    name="Brouwer & Søn Trading",
    currency="USD",
    people={
        Role.FINANCE: ("finance@demo.example", "Fenna Finance"),
        Role.OWNER: ("owner@demo.example", "Olav Owner"),
        Role.VIEWER: ("viewer@demo.example", "Vera Viewer"),
    },
    install=install,
    work_on=afterwards.happen,
)
