"""One row of a file of decisions: what it asks for, and what that comes to for its record."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from syncs import sides
from syncs.engine.terms import ExcludeReason, PartnerChoice
from syncs.marking import NotPossible
from syncs.models import Status, SyncRecord
from syncs.plans import lone_side

YES = frozenset({"yes", "y", "ja", "j", "oui", "o", "si", "sì", "sí", "true", "wahr", "x", "1"})
NO = frozenset({"no", "n", "nee", "nein", "non", "nej", "nei", "false", "0", "-"})
NOBODY = "-"
DAYS = ("%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y")
EXCLUSIVE = ("resolve", "retry", "exclude")


class Do(StrEnum):
    ASSIGN = "assign"
    RESOLVE = "resolve"
    LINK = "link"
    RETRY = "retry"
    EXCLUDE = "exclude"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a row says; None is "nothing"."""

    row: int
    key: str
    assign: str | None = None
    due: date | None = None
    resolve: str | None = None
    link: str | None = None
    retry: bool = False
    exclude: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    do: Do
    words: str
    person: User | None = None
    due_on: date | None = None
    text: str = ""


@dataclass(slots=True)
class Known:
    """What the rows of one file name, read at once."""

    records: Mapping[int, SyncRecord] = field(default_factory=dict)
    # By e-mail in small letters, with the companies they work for.
    people: Mapping[str, tuple[User, frozenset[int]]] = field(default_factory=dict)
    # (sync, side, id) of records that somebody wants to link to.
    partners: Mapping[tuple[int, str, str], SyncRecord] = field(default_factory=dict)
    # This very file was applied before.
    was_applied: bool = False
    seen: dict[int, int] = field(default_factory=dict)
    linked: dict[tuple[int, str, str], int] = field(default_factory=dict)


def wish_of(row: Mapping[str, str]) -> Wish:
    """Raises NotPossible where a cell cannot be understood."""
    wish = Wish(
        row=int(row["row"]),
        key=row.get("key", ""),
        assign=row.get("assign") or None,
        due=_day(row["due"]) if row.get("due") else None,
        resolve=row.get("resolve") or None,
        link=row.get("link") or None,
        retry=_is_yes("retry", row.get("retry", "")),
        exclude=_is_yes("exclude", row.get("exclude", "")),
    )
    if sum(bool(getattr(wish, name)) for name in EXCLUSIVE) > 1:
        raise NotPossible(_("Choose one of “resolve”, “retry” and “exclude”, not several."))
    return wish


def _is_yes(name: str, text: str) -> bool:
    told = text.strip().lower()
    if told in YES:
        return True
    if not told or told in NO:
        return False
    raise NotPossible(_("“%(name)s” takes “yes”, or nothing at all.") % {"name": name})


def _day(text: str) -> date:
    for form in DAYS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007  # a day has no zone
        except ValueError:
            continue
    raise NotPossible(_("“due” is not a day. Write it as 2026-07-31."))


def steps_of(wish: Wish, record: SyncRecord, known: Known) -> list[Step]:
    """What the row changes of the record as it is now. Raises NotPossible, saying what to do."""
    found = [
        _assigned(wish, record, known),
        _resolved(wish, record),
        _linked(wish, record, known),
        _retried(wish, record, known),
        _excluded(wish, record),
    ]
    return [step for step in found if step is not None]


def _assigned(wish: Wish, record: SyncRecord, known: Known) -> Step | None:
    if wish.assign is None and wish.due is None:
        return None
    person = record.assignee if wish.assign is None else _person(wish.assign, record, known)
    due_on = wish.due or record.due_on
    if (person.pk if person else None) == record.assignee_id and due_on == record.due_on:
        return None
    words = _("assign to %(person)s") % {"person": person} if person else _("assign to nobody")
    if due_on != record.due_on and due_on is not None:
        words += ", " + _("to be done by %(day)s") % {"day": date_format(due_on, "Y-m-d")}
    return Step(Do.ASSIGN, words, person=person, due_on=due_on)


def _person(email: str, record: SyncRecord, known: Known) -> User | None:
    if email == NOBODY:
        return None
    found = known.people.get(email.lower())
    if found is None or record.tenant_id not in found[1]:
        raise NotPossible(
            _(
                "%(email)s is no colleague who may work on this record. Write the e-mail address "
                "of a member of the company, or - for nobody."
            )
            % {"email": email}
        )
    return found[0]


def _resolved(wish: Wish, record: SyncRecord) -> Step | None:
    if not wish.resolve:
        return None
    if record.status == Status.FAILING:
        return Step(Do.RESOLVE, _("call dealt with"), text=wish.resolve)
    if record.details.get("exclusion") == ExcludeReason.RESOLVED.value:
        return None
    raise NotPossible(_("It is not failing, so there is nothing to deal with. Empty “resolve”."))


def _linked(wish: Wish, record: SyncRecord, known: Known) -> Step | None:
    if not wish.link:
        return None
    side = lone_side(record)
    if side is None:
        if wish.link in (record.left_id, record.right_id):
            return None
        raise NotPossible(_("It is linked to another one already. Unlink it on its page first."))
    if (record.partner_choice, record.partner_id) == (PartnerChoice.PICK, wish.link):
        return None
    place = (record.sync_id, side.other.value, wish.link)
    partner = known.partners.get(place)
    if partner is None:
        raise NotPossible(
            _("There is no record with the id %(id)s on the other side.") % {"id": wish.link}
        )
    if lone_side(partner) is None:
        raise NotPossible(
            _("%(id)s is linked to another record already. Unlink that one first.")
            % {"id": wish.link}
        )
    first = known.linked.setdefault(place, wish.row)
    if first != wish.row:
        raise NotPossible(
            _("Row %(row)s links to %(id)s too. Only one record can be linked to it.")
            % {"row": first, "id": wish.link}
        )
    title = sides.get(partner, side.other, "title") or wish.link
    return Step(Do.LINK, _("link to %(name)s") % {"name": title}, text=wish.link)


def _retried(wish: Wish, record: SyncRecord, known: Known) -> Step | None:
    open_ones = (Status.FAILING, Status.WAITING)
    if not wish.retry or known.was_applied or record.status not in open_ones:
        return None
    return Step(Do.RETRY, _("try again"))


def _excluded(wish: Wish, record: SyncRecord) -> Step | None:
    if not wish.exclude or record.excluded_by_hand:
        return None
    return Step(Do.EXCLUDE, _("leave out of the sync"))
