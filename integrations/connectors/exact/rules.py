"""The words in which the fault table is written."""

from dataclasses import dataclass
from enum import StrEnum

from integrations.contract import Category

# How refusals begin, and what they are about, in all languages we know.
REQUIRED = r"^(verplicht|mandatory|required)\b"
REFERENCE = r"^(ongeldige referentie|invalid reference)\b"
INVALID = r"^(ongeldig|invalid)\b"
VAT = r"\b(btw|vat|tva)\b"


class Stop(StrEnum):
    """What a refusal of all of a company's calls means."""

    NONE = ""
    SIGN_IN = "sign_in"
    NOT_ALLOWED = "not_allowed"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of the table; the first whose wording, status and object type fit is taken."""

    # Our own short name of the refusal, since Exact has none.
    code: str
    category: Category
    # A pattern for a whole line of the refusal, in all languages we know.
    wording: str
    object_type: str = ""
    # The field it is about where the wording does not name one.
    field: str = ""
    stop: Stop = Stop.NONE
