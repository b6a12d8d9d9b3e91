"""What can be done with a record: buttons, and what is asked before the careful ones."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from syncs import clock
from syncs.engine.linked import CHANGED_AFTER
from syncs.models import Status, SyncRecord
from syncs.recipes import recipe_of
from syncs.views.sending import can_be_sent, sending_words

type ActionUrl = Callable[[str], str]
"""From the name of an action to the address that it is posted to."""


@dataclass(frozen=True, slots=True)
class Button:
    label: str
    help: str
    url: str
    main: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What a careful button asks first: what follows, and whether to go on."""

    name: str
    # The button that asks it, and the one that answers yes.
    label: str
    yes: str
    text: str
    url: str
    # What has to be said with it; "" for nothing.
    asks_for: str = ""
    # Among the other buttons; else where what it is about is shown.
    is_general: bool = True


def buttons(record: SyncRecord, action_url: ActionUrl) -> Iterator[Button]:
    asked = bool(record.details.get("candidates") or record.details.get("conflicts"))
    failing = record.status in (Status.FAILING, Status.WAITING) and not asked
    yield Button(
        _("Try again"), _("Decide about this record anew."), action_url("retry"), main=failing
    )
    if can_be_sent(record):
        words = sending_words(recipe_of(record.sync.recipe))
        yield Button(str(words.button), str(words.help), action_url("enrol"), main=True)
    if _is_out(record):
        help_text = _("Make it part of the sync again.")
        yield Button(_("Take into the sync"), help_text, action_url("include"))
    if _has_planned_retry(record):
        help_text = _("Saldo leaves it as it is until something changes or somebody tries it.")
        yield Button(_("Cancel the next try"), help_text, action_url("cancel_retry"))


def questions(record: SyncRecord, action_url: ActionUrl) -> Iterator[Question]:
    if record.status == Status.FAILING:
        yield Question(
            name="dealt",
            label=_("Call dealt with …"),
            yes=_("It is dealt with"),
            text=_(
                "It no longer counts as failing. Should the same go wrong again, it stays so; "
                "another failure, or a change of the record, brings it back."
            ),
            url=action_url("dealt"),
            asks_for=_("How it was dealt with"),
        )
    if record.details.get("code") == CHANGED_AFTER:
        yield Question(
            name="leave",
            label=_("Leave the document as it is …"),
            yes=_("Leave the document as it is"),
            text=_(
                "Nothing is written. The new values count as agreed from now on, and what they "
                "were when the document was made is no longer compared."
            ),
            url=action_url("leave"),
            is_general=False,
        )
    if not _is_out(record):
        yield Question(
            name="exclude",
            label=_("Leave out of the sync …"),
            yes=_("Leave it out"),
            text=_(
                "Nothing is changed on either side; it is just left alone from now on, until "
                "somebody takes it in again."
            ),
            url=action_url("exclude"),
        )
    if record.left_id and record.right_id:
        yield Question(
            name="unlink",
            label=_("Unlink …"),
            yes=_("Unlink the two"),
            text=_(
                "Both records stay as they are and are no longer kept in step. They are not linked "
                "again by themselves, only by hand."
            ),
            url=action_url("unlink"),
        )


def _is_out(record: SyncRecord) -> bool:
    return record.excluded_by_hand or record.status == Status.UNLINKED


def _has_planned_retry(record: SyncRecord) -> bool:
    due_at = record.due_at
    return record.status == Status.FAILING and due_at is not None and due_at > clock.now()
