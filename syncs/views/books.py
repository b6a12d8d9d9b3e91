"""Do the books agree? The answer as plain values: sums, every difference in a sentence, groups."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syncs.agreement import Agreement, Difference, Group, Held, Kind, Sum, by_kind
from syncs.engine.terms import Side
from syncs.models import Status, Sync
from syncs.views.ends import Ends, ends_of
from syncs.views.money import told

# More rows than this help nobody on a page; the file has all.
MOST = 500

KINDS = {
    Kind.AMOUNT: gettext_lazy("The amounts differ"),
    Kind.CURRENCY: gettext_lazy("The currencies differ"),
    Kind.STATE: gettext_lazy("Voided on one side only"),
    Kind.CUSTOMER: gettext_lazy("Booked on different customers"),
    Kind.ONLY_LEFT: gettext_lazy("Only in %(left)s"),
    Kind.ONLY_RIGHT: gettext_lazy("Only in %(right)s"),
    Kind.DAY: gettext_lazy("Booked on different days"),
}


@dataclass(frozen=True, slots=True)
class SumRow:
    """A currency, or a group: what both sides hold, and what is between them."""

    label: str
    left: str
    left_count: int
    right: str
    right_count: int
    linked: str
    linked_count: int
    difference: str
    differs: bool


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    title: str
    url: str
    sentence: str
    why: str
    customer: str
    day: str
    currency: str
    # None where that side has no such document.
    left: Decimal | None
    right: Decimal | None


@dataclass(frozen=True, slots=True)
class KindRow:
    title: str
    count: int
    rows: tuple[DifferenceRow, ...]

    @property
    def more(self) -> int:
        """How many are not listed."""
        return self.count - len(self.rows)


@dataclass(frozen=True, slots=True)
class Groups:
    """Days of a customer in a currency; those beyond the most that a page shows are counted."""

    rows: tuple[SumRow, ...]
    count: int

    @property
    def more(self) -> int:
        return self.count - len(self.rows)


@dataclass(frozen=True, slots=True)
class BooksPage:
    left_name: str
    right_name: str
    agrees: bool
    is_empty: bool
    currencies: tuple[SumRow, ...]
    kinds: tuple[KindRow, ...]
    differing: Groups
    agreeing: Groups
    complete_left: datetime | None
    complete_right: datetime | None


@dataclass(frozen=True, slots=True)
class Period:
    """The days that are compared, both included."""

    first: date
    last: date

    @property
    def query(self) -> str:
        return f"?first={self.first.isoformat()}&last={self.last.isoformat()}"


def usual_periods(today: date) -> tuple[Period, Period]:
    """This month up to today, and the whole month before."""
    first = today.replace(day=1)
    before = first - timedelta(days=1)
    return Period(first, today), Period(before.replace(day=1), before)


def books_page(sync: Sync, found: Agreement) -> BooksPage:
    sentences = _sentences(sync, found)
    return BooksPage(
        left_name=sentences.names["left"],
        right_name=sentences.names["right"],
        agrees=found.agrees,
        is_empty=not found.groups,
        currencies=tuple(
            _sums(currency or _("no currency"), currency, *sums)
            for currency, sums in found.totals().items()
        ),
        kinds=tuple(_kinds(found, sentences)),
        differing=_groups((one for one in found.groups if not one.agrees), sentences),
        agreeing=_groups((one for one in found.groups if one.agrees), sentences),
        complete_left=sync.left_complete_until,
        complete_right=sync.right_complete_until,
    )


def _sums(label: str, currency: str, left: Sum, right: Sum, linked: Sum) -> SumRow:
    between = left.total - right.total
    return SumRow(
        label=label,
        left=told(left.total, currency),
        left_count=left.count,
        right=told(right.total, currency),
        right_count=right.count,
        linked=told(linked.total, currency),
        linked_count=linked.count,
        difference=told(between, currency),
        differs=bool(between) or left.count != right.count,
    )


def _groups(groups: Iterable[Group], sentences: "_Sentences") -> Groups:
    all_ = list(groups)
    rows = (
        _sums(
            f"{group.key.day} · {sentences.customer(group.key.customer)}",
            group.key.currency,
            group.left,
            group.right,
            group.linked,
        )
        for group in all_[:MOST]
    )
    return Groups(tuple(rows), len(all_))


def _kinds(found: Agreement, sentences: "_Sentences") -> Iterator[KindRow]:
    room = MOST
    for kind, differences in by_kind(found.differences).items():
        shown = differences[:room]
        room -= len(shown)
        rows = tuple(sentences.row(one) for one in shown)
        yield KindRow(str(KINDS[kind]) % sentences.names, len(differences), rows)


class _Sentences:
    """Says what is different, with the providers' and the customers' names."""

    def __init__(self, ends: Ends, customers: Mapping[str, str]) -> None:
        self.names = {"left": ends.name(Side.LEFT), "right": ends.name(Side.RIGHT)}
        self._customers = customers

    def customer(self, known_as: str) -> str:
        name = self._customers.get(known_as, "") or known_as
        if name.startswith("left:"):
            words = {"provider": self.names["left"], "id": name.removeprefix("left:")}
            return _("%(provider)s %(id)s, not linked") % words
        return name or _("no customer")

    def row(self, one: Difference) -> DifferenceRow:
        home = one.left or one.right
        status = "" if one.status == Status.IN_SYNC else str(Status(one.status).label)
        return DifferenceRow(
            title=home.title or home.id if home else "",
            url=reverse("admin:syncs_syncrecord_change", args=[one.record_id]),
            sentence=self.sentence(one),
            why=": ".join(part for part in (status, one.reason) if part),
            customer=self.customer(home.customer) if home else "",
            day=home.day if home else "",
            currency=home.currency if home else "",
            left=one.left.amount if one.left else None,
            right=one.right.amount if one.right else None,
        )

    def sentence(self, one: Difference) -> str:
        left, right = one.left, one.right
        if left is None or right is None:
            return self._lone(left or right, "left" if left else "right")
        mine, yours = self._facts(one.kind, left, right)
        words = {**self.names, "mine": mine, "yours": yours}
        text = _("%(mine)s in %(left)s, %(yours)s in %(right)s") % words
        between = left.amount - right.amount
        if one.kind is not Kind.AMOUNT:
            return f"{text}."
        more = {"amount": told(abs(between), left.currency)}
        more["provider"] = self.names["left" if between > 0 else "right"]
        return f"{text}: " + _("%(amount)s more in %(provider)s.") % more

    def _lone(self, held: Held | None, side: str) -> str:
        if held is None:
            return ""
        other = "right" if side == "left" else "left"
        words = {"amount": told(held.amount, held.currency), "provider": self.names[side]}
        words["other"] = self.names[other]
        return _("%(amount)s in %(provider)s, nothing in %(other)s.") % words

    def _facts(self, kind: Kind, left: Held, right: Held) -> tuple[str, str]:
        """What the two sides say of what they differ in."""
        if kind is Kind.CUSTOMER:
            return self.customer(left.customer), self.customer(right.customer)
        if kind is Kind.DAY:
            return left.day or _("no day"), right.day or _("no day")
        return _amount(left), _amount(right)


def _amount(held: Held) -> str:
    return _("voided") if held.is_voided else told(held.amount, held.currency)


def named_differences(sync: Sync, found: Agreement) -> Iterator[tuple[str, DifferenceRow]]:
    """Every difference with the name of its kind, however many there are."""
    sentences = _sentences(sync, found)
    for kind, differences in by_kind(found.differences).items():
        title = str(KINDS[kind]) % sentences.names
        for one in differences:
            yield title, sentences.row(one)


def _sentences(sync: Sync, found: Agreement) -> "_Sentences":
    return _Sentences(ends_of(sync), {one.key.customer: one.customer for one in found.groups})
