"""Van Dijk Techniek B.V.: HubSpot and Exact Online, invoices made of deals."""

from collections.abc import Callable, Sequence
from typing import Any

from accounts.models import Role, Tenant
from integrations.contract import Choice, Connector
from integrations.models import SANDBOX
from integrations.services import opened
from syncs import services
from syncs.demo import invoicing
from syncs.demo.company import Company, Told, connect, in_order, switch_on
from syncs.demo.control import Control
from syncs.engine.terms import Direction
from syncs.models import Mapping, Sync
from syncs.recipes.hubspot_exact import (
    ALL,
    CHOSEN,
    COMPANIES,
    CONTACTS,
    PEOPLE,
    PRODUCTS,
    STAGES,
    WHO,
)
from syncs.recipes.hubspot_exact_documents import DRAFT, INVOICES

ORDER = (COMPANIES, PEOPLE, CONTACTS, PRODUCTS, INVOICES)
# Invoices are made of deals that are won, and of work that is done.
TRIGGERS = ("default/closedwon", "service/tefactureren")
# The company's own properties in HubSpot, and what they are in Exact.
NUMBERS = {"btw_nummer": "VATNumber", "kvk_nummer": "ChamberOfCommerce"}
# 21 % on top of the price; another code of that rate is for prices that include it.
VAT_CODE = "4"
# The stand-in grants more calls than Exact does, so that nobody waits ten minutes for a demo.
GRANTED = {"minute_calls": 3000, "day_calls": 50_000}


def install(tenant: Tenant, told: Told) -> list[Sync]:
    Control(told["exact"]["base_url"].removesuffix("/exact")).change("exact", "settings", GRANTED)
    left = connect(tenant, "hubspot", told["hubspot-nl"], f"{SANDBOX}-nl")
    right = connect(tenant, "exact", told["exact"])
    integration = services.install(left, right, name="HubSpot ⇄ Exact Online")
    with opened(right) as exact:
        found = settings_for(exact)
    switch_on(integration, COMPANIES, found[COMPANIES], map_numbers)
    for code in (PEOPLE, CONTACTS, PRODUCTS, INVOICES):
        switch_on(integration, code, found[code])
    return in_order(integration, ORDER)


def settings_for(exact: Connector) -> dict[str, dict[str, Any]]:
    """What the company chose, mostly from lists of its books."""
    vat = _first(exact, "vat_codes", lambda each: each.value == VAT_CODE)
    condition = _first(exact, "payment_conditions", lambda each: each.value == "30")
    revenue = _first(exact, "revenue_accounts")
    group, unit = _first(exact, "item_groups"), _first(exact, "units")
    journal = _first(exact, "sales_journals")
    customers = {
        WHO: CHOSEN,
        STAGES: ["customer"],
        "status": "C",
        "vat_code": vat,
        "payment_condition": condition,
        "revenue_account": revenue,
    }
    return {
        COMPANIES: customers,
        PEOPLE: customers,
        CONTACTS: {WHO: ALL},
        PRODUCTS: {"item_group": group, "unit": unit, "vat_code": vat},
        INVOICES: {
            WHO: STAGES,
            STAGES: list(TRIGGERS),
            "processing": DRAFT,
            "journal": journal,
            "unit": unit,
            "item_group": group,
        },
    }


def _first(
    exact: Connector, list_name: str, fits: Callable[[Choice], bool] = lambda _: True
) -> str:
    """The first entry of the list that fits; a list without one is a defect of the data set."""
    choices: Sequence[Choice] = exact.choices(list_name)
    return next(each.value for each in choices if each.active and fits(each))


def map_numbers(sync: Sync) -> None:
    """The properties for the two numbers are the company's own, so it maps them itself."""
    Mapping.objects.bulk_create(
        Mapping(
            tenant_id=sync.tenant_id,
            sync=sync,
            key=name,
            left=[name],
            right=[field],
            direction=Direction.BOTH.value,
            position=100 + place,
        )
        for place, (name, field) in enumerate(NUMBERS.items())
    )


TECHNIEK = Company(
    slug="demo-techniek",
    name="Van Dijk Techniek B.V.",
    currency="EUR",
    people={
        Role.FINANCE: ("finance@techniek.example", "Femke de Boer"),
        Role.OWNER: ("owner@techniek.example", "Dirk van Dijk"),
    },
    install=install,
    work_on=invoicing.happen,
)
