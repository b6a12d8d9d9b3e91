"""A data set for HubSpot and Exact Online before it is loaded: rows as either side writes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from integrations.sandbox.datasets.model import Contact, Row


@dataclass(frozen=True)
class Deal:
    """A deal in HubSpot; the records it names are given by their places in the data set."""

    properties: Row
    # Line items' properties; "product" is a place among the products.
    lines: tuple[Row, ...] = ()
    company: int | None = None
    contact: int | None = None
    # Days since it was last changed.
    changed: float = 5.0


@dataclass(frozen=True)
class BooksContact:
    """A contact at Exact, and the place of its account."""

    account: int
    fields: Row


@dataclass(frozen=True)
class BooksItem:
    """An item, with codes where Exact keeps ids, and the list price it has elsewhere."""

    fields: Row
    price: Decimal | None = None


@dataclass(frozen=True)
class BooksSale:
    """A sales invoice at Exact; the account and the items are places in the data set."""

    account: int
    # Place of the item, quantity, net price and text.
    lines: tuple[tuple[int, Decimal, Decimal, str], ...]
    fields: Row = field(default_factory=dict)
    # Days since the day it bears.
    dated: int = 30
    is_processed: bool = True
    # How much of it came in, as a share of all of it, and how many days ago.
    paid: Decimal = Decimal(0)
    paid_ago: int = 0


@dataclass(frozen=True)
class Stage:
    """A stage of a HubSpot pipeline."""

    stage_id: str
    label: str
    # "1.0" is won, "0.0" is lost, anything else is open.
    probability: str


@dataclass(frozen=True)
class Pipeline:
    pipeline_id: str
    label: str
    stages: tuple[Stage, ...]


@dataclass(frozen=True)
class OpportunityStage:
    """A stage of Exact's own; its status is 1 open, 2 won, 3 lost."""

    label: str
    status: int
    probability: Decimal


@dataclass
class ExactDataSet:
    """All rows; they may be made while they are read, so each is read once."""

    companies: Iterable[Row] = ()
    contacts: Iterable[Contact] = ()
    products: Iterable[Row] = ()
    deals: Iterable[Deal] = ()
    accounts: Iterable[Row] = ()
    books_contacts: Iterable[BooksContact] = ()
    items: Iterable[BooksItem] = ()
    sales: Iterable[BooksSale] = ()
    # How HubSpot is set up: properties of the company's own by object type, and its pipelines.
    properties: Mapping[str, tuple[Mapping[str, Any], ...]] = field(default_factory=dict)
    pipelines: tuple[Pipeline, ...] = ()
    currencies: tuple[str, ...] = ()
    # How Exact is set up: stages of opportunities, and how many days ago the books were closed.
    opportunity_stages: tuple[OpportunityStage, ...] = ()
    closed: int | None = None
    notes: dict[str, int] = field(default_factory=dict)
