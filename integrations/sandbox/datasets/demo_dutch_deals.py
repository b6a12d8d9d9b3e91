"""The Dutch demo's deals: some 400 in two pipelines, and the invoices of those long finished.

Deals become invoices when they enter a stage of TRIGGERS; those in a stage of HANDLED were invoiced
by hand before. What the books will not take is planted group by group, see PLANTED.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from integrations.sandbox.datasets.demo_dutch_people import DutchPeople
from integrations.sandbox.datasets.demo_dutch_products import DutchProducts
from integrations.sandbox.datasets.dutch_company import DutchCompany
from integrations.sandbox.datasets.exact_model import BooksSale, Deal, Pipeline, Stage

SALES, SERVICE = "default", "service"
PIPELINES = (
    Pipeline(
        SALES,
        "Verkoop",
        (
            Stage("kennismaking", "Kennismaking", "0.2"),
            Stage("offerte", "Offerte verstuurd", "0.4"),
            Stage("onderhandeling", "Onderhandeling", "0.7"),
            Stage("closedwon", "Opdracht binnen", "1.0"),
            Stage("gefactureerd", "Gefactureerd", "1.0"),
            Stage("closedlost", "Verloren", "0.0"),
        ),
    ),
    Pipeline(
        SERVICE,
        "Service en onderhoud",
        (
            Stage("ingepland", "Ingepland", "0.5"),
            Stage("uitgevoerd", "Uitgevoerd", "0.9"),
            Stage("tefactureren", "Te factureren", "1.0"),
            Stage("afgerond", "Gefactureerd en afgerond", "1.0"),
            Stage("geannuleerd", "Geannuleerd", "0.0"),
        ),
    ),
)
TRIGGERS = ((SALES, "closedwon"), (SERVICE, "tefactureren"))
HANDLED = ((SALES, "gefactureerd"), (SERVICE, "afgerond"))
OPEN = (
    (SALES, "kennismaking"),
    (SALES, "offerte"),
    (SALES, "onderhandeling"),
    (SERVICE, "ingepland"),
    (SERVICE, "uitgevoerd"),
)
LOST = ((SALES, "closedlost"), (SERVICE, "geannuleerd"))
OWNERS = ("70001", "70002", "70003")
# The newest a deal in a stage of TRIGGERS entered it, in days, and the longest ago.
ENTERED = (1, 20)

# How many deals of each kind there are. The first groups are fine.
PLANTED = {
    "deals still open": 165,
    "deals lost": 60,
    "deals invoiced before": 100,
    "deals to invoice": 12,
    "deals to invoice, of a private customer": 4,
    "deals to invoice, with a line that is no product": 3,
    "deals to invoice, with a discount": 3,
    # From here on each deal cannot be invoiced. Few enough of them are refused by Exact only when
    # they are sent: ten refusals in an hour would block an endpoint.
    "deals without a customer": 8,
    "deals of a company that is no customer": 8,
    "deals of a blocked customer": 2,
    "deals of a prospect": 2,
    "deals of a customer that ended": 2,
    "deals without lines": 6,
    "deals with an item that is not for sale": 4,
    "deals with an item without VAT code": 2,
    "deals with half of an item sold whole": 1,
    "deals in a closed period": 3,
    "deals in a currency the books do not know": 1,
    "deals with a new product": 4,
}
# How the invoices that were made before fared, over and over.
_FATES = (
    ("paid", Decimal(1)),
    ("paid", Decimal(1)),
    ("paid", Decimal(1)),
    ("open", Decimal(0)),
    ("partly", Decimal("0.4")),
    ("overdue", Decimal(0)),
)
_AGES = {"paid": (61, 300), "open": (3, 20), "partly": (5, 25), "overdue": (45, 59)}

type Made = dict[str, Any]


class DutchDeals:
    def __init__(
        self,
        dice: random.Random,
        companies: Sequence[DutchCompany],
        people: DutchPeople,
        products: DutchProducts,
    ) -> None:
        self._dice = dice
        self._companies = companies
        self._people = people
        self._products = products
        self._places = {kind: self._of_kind(kind) for kind in ("equal", "excluded", "blocked",
                                                               "prospect", "ended")}  # fmt: skip
        self._numbers = itertools.count(1)
        self._triggers = itertools.cycle(TRIGGERS)
        self.deals: list[Deal] = []
        self.sales: list[BooksSale] = []
        self.notes = dict(PLANTED)
        self._build()

    def _build(self) -> None:
        self._elsewhere()
        self._handled()
        self._fine()
        self._planted()

    # Groups

    def _elsewhere(self) -> None:
        open_stages, lost = itertools.cycle(OPEN), itertools.cycle(LOST)
        for _ in range(PLANTED["deals still open"]):
            self._deal(stage=next(open_stages), closes=-self._dice.randrange(5, 60))
        for _ in range(PLANTED["deals lost"]):
            self._deal(stage=next(lost), closes=self._dice.randrange(10, 200))

    def _handled(self) -> None:
        stages, fates = itertools.cycle(HANDLED), itertools.cycle(_FATES)
        for _ in range(PLANTED["deals invoiced before"]):
            fate, paid = next(fates)
            dated = self._dice.randrange(*_AGES[fate])
            deal = self._deal(stage=next(stages), closes=dated, changed=dated)
            self._sell(deal, dated, paid)

    def _fine(self) -> None:
        for _ in range(PLANTED["deals to invoice"]):
            self._deal()
        buyers = itertools.cycle([*self._people.private_on_both, *self._people.private_new])
        for _ in range(PLANTED["deals to invoice, of a private customer"]):
            self._deal(company=None, contact=next(buyers))
        for _ in range(PLANTED["deals to invoice, with a line that is no product"]):
            extra = {"name": "Meerwerk op regie", "quantity": "1", "price": "185.00"}
            self._deal(lines=(*self._lines(), extra))
        for _ in range(PLANTED["deals to invoice, with a discount"]):
            lines = tuple(line | {"hs_discount_percentage": "10"} for line in self._lines())
            self._deal(lines=lines)

    def _planted(self) -> None:
        for name, make in self._mistakes().items():
            for _ in range(PLANTED[name]):
                self._deal(**make())

    def _mistakes(self) -> dict[str, Callable[[], Made]]:
        """What is wrong with the deals of each group."""
        return {
            "deals without a customer": lambda: {"company": None, "contact": None},
            "deals of a company that is no customer": lambda: self._by("excluded"),
            "deals of a blocked customer": lambda: self._by("blocked"),
            "deals of a prospect": lambda: self._by("prospect"),
            "deals of a customer that ended": lambda: self._by("ended"),
            "deals without lines": lambda: {"lines": ()},
            "deals with an item that is not for sale": lambda: self._with(
                "not for sale in the books"
            ),
            "deals with an item without VAT code": lambda: self._with(
                "without VAT code in the books"
            ),
            "deals with half of an item sold whole": lambda: self._with(
                "sold whole only", quantity="2.5"
            ),
            "deals in a closed period": lambda: {"closes": self._dice.randrange(95, 200)},
            "deals in a currency the books do not know": lambda: {"currency": "SEK"},
            "deals with a new product": lambda: self._with("products without SKU"),
        }

    # One deal

    def _deal(
        self,
        *,
        stage: tuple[str, str] | None = None,
        company: int | None = -1,
        contact: int | None = -1,
        lines: tuple[Made, ...] | None = None,
        closes: int | None = None,
        changed: float | None = None,
        currency: str = "EUR",
    ) -> Deal:
        """A deal; unless told otherwise it is of a good customer and in a stage of TRIGGERS."""
        pipeline, stage_id = stage or next(self._triggers)
        entered = self._dice.uniform(*ENTERED) if changed is None else changed
        company = next(self._places["equal"]) if company == -1 else company
        if contact == -1:
            contact = None if company is None else self._people.at.get(company)
        made = Deal(
            properties={
                "dealname": self._name(company),
                "pipeline": pipeline,
                "dealstage": stage_id,
                "deal_currency_code": currency,
                "hubspot_owner_id": self._dice.choice(OWNERS),
                "closedate": int(entered if closes is None else closes),
            },
            lines=self._lines() if lines is None else lines,
            company=company,
            contact=contact,
            changed=entered,
        )
        self.deals.append(made)
        return made

    def _name(self, company: int | None) -> str:
        whose = "" if company is None else f" {self._companies[company].name}"
        return f"Order {next(self._numbers):04d}{whose}"

    def _by(self, kind: str) -> Made:
        return {"company": next(self._places[kind])}

    def _with(self, group: str, quantity: str = "1") -> Made:
        place = self._dice.choice(self._products.of[group])
        return {"lines": (*self._lines(1), self._line(place, quantity))}

    def _lines(self, count: int = 0) -> tuple[Made, ...]:
        fine = self._products.of["products on both, equal"]
        chosen = self._dice.sample(fine, count or self._dice.randrange(1, 5))
        return tuple(self._line(place, str(self._dice.randrange(1, 6))) for place in chosen)

    def _line(self, place: int, quantity: str) -> Made:
        product = self._products.products[place]
        return {
            "product": place,
            "name": product["name"],
            "price": product["price"],
            "quantity": quantity,
            **({"hs_sku": product["hs_sku"]} if "hs_sku" in product else {}),
        }

    def _sell(self, deal: Deal, dated: int, paid: Decimal) -> None:
        """The invoice that somebody made of a deal."""
        account = None if deal.company is None else self._companies[deal.company].account_place
        if account is None:
            raise AssertionError("Only companies that Exact knows were invoiced.")
        lines = tuple(
            (
                self._products.item_of[line["product"]],
                Decimal(line["quantity"]),
                Decimal(line["price"]),
                line["name"],
            )
            for line in deal.lines
        )
        name = str(deal.properties["dealname"])[:10]
        fields = {"Description": name, "YourRef": name}
        self.sales.append(
            BooksSale(account, lines, fields, dated, paid=paid, paid_ago=max(dated - 20, 1))
        )

    def _of_kind(self, kind: str) -> Iterator[int]:
        found = [n for n, company in enumerate(self._companies) if company.kind == kind]
        self._dice.shuffle(found)
        return itertools.cycle(found)
