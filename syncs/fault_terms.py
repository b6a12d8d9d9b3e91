"""The words that explanations of faults are written in."""

from dataclasses import dataclass

from django.utils.functional import Promise

from integrations.contract import Category

type Words = str | Promise


@dataclass(frozen=True, slots=True)
class Special:
    """Words for a category's faults that have one of these types, fields and codes.

    An empty tuple fits all. `next` stays the category's own where none is given.
    """

    category: Category
    title: Words
    explanation: Words
    steps: tuple[Words, ...]
    types: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    next: Words = ""

    def fits(self, object_type: str, field: str, code: str) -> bool:
        pairs = ((self.types, object_type), (self.fields, field), (self.codes, code))
        return all(not wanted or given in wanted for wanted, given in pairs)

    @property
    def precision(self) -> tuple[bool, bool, bool]:
        """The more of it is given, the better it knows; codes know best."""
        return bool(self.codes), bool(self.fields), bool(self.types)
