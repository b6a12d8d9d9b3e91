"""One API call on its way through the handlers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from integrations.sandbox.core import BadRequest, Request
from integrations.sandbox.hubspot.refusals import bad_json, missing_fields, validation
from integrations.sandbox.hubspot.shapes import record_number
from integrations.sandbox.hubspot.store import ObjectStore
from integrations.sandbox.tokens import Grant

if TYPE_CHECKING:
    from integrations.sandbox.hubspot.provider import HubSpot

MAX_BATCH = 100


@dataclass(slots=True)
class Call:
    """The request, who makes it, and what its path names."""

    hubspot: HubSpot
    request: Request
    grant: Grant | None
    # Object types and other parts of the path, decoded, in order.
    parts: Sequence[str]

    @property
    def store(self) -> ObjectStore:
        return self.hubspot.crm.store(self.parts[0])

    def json(self) -> Any:
        try:
            return self.request.json()
        except BadRequest as error:
            raise bad_json(str(error)) from error

    def object(self) -> Mapping[str, Any]:
        """The body, which must be an object."""
        body = self.json()
        if not isinstance(body, Mapping):
            raise bad_json("an object was expected")
        return body

    def inputs(self, most: int = MAX_BATCH) -> list[Any]:
        """The `inputs` of a batch."""
        inputs = self.object().get("inputs")
        if inputs is None:
            raise missing_fields(["inputs"])
        if not isinstance(inputs, list) or not all(isinstance(row, Mapping) for row in inputs):
            raise bad_json("inputs must be a list of objects")
        if not inputs:
            raise validation("The batch must contain at least one input.")
        if len(inputs) > most:
            message = f"The maximum batch size is {most}, there were {len(inputs)} inputs."
            raise validation(message, errors=[{"message": message, "code": "BATCH_SIZE_EXCEEDED"}])
        return inputs

    def names(self, parameter: str) -> list[str]:
        """A list in the query: repeated, or joined by commas."""
        values = self.request.query.get(parameter, ())
        return [name for value in values for name in value.split(",") if name]

    def flag(self, parameter: str) -> bool:
        text = self.request.first(parameter, "false").lower()
        if text not in ("true", "false"):
            raise validation(f"{parameter} must be a boolean, it was {text}")
        return text == "true"

    def cursor(self) -> int:
        """The `after` of the query."""
        after = record_number(text := self.request.first("after", "0") or "0")
        if after < 0:
            raise validation(f"Invalid paging cursor: {text}")
        return after

    def whole(self, parameter: str, default: int, most: int) -> int:
        text = self.request.first(parameter)
        if not text:
            return default
        if not 1 <= record_number(text) <= most:
            raise validation(
                f"Request contains invalid {parameter} {text}, at most {most} allowed."
            )
        return int(text)
