"""JSON with exact amounts, and a value that cannot be put into it."""

from decimal import Decimal
from typing import Any

import msgspec

from integrations.contract import Category, Fault, Field

type Payload = dict[str, Any]

_DECODER = msgspec.json.Decoder(float_hook=Decimal)
_ENCODER = msgspec.json.Encoder(decimal_format="number")


class Unwritable(Exception):
    """A value that cannot be sent for this record; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


def refusal(category: Category, code: str, field: Field, reason: str) -> Unwritable:
    return Unwritable(Fault(category, code, f"{field.label}: {reason}", field=field.name))


def from_json(body: bytes) -> Any:
    """The decoded body, numbers as written; raises msgspec.DecodeError when it is not JSON."""
    return _DECODER.decode(body)


def to_json(payload: Any) -> bytes:
    return _ENCODER.encode(payload)


def decimal(value: Any) -> Decimal | None:
    return None if value is None or value == "" else Decimal(str(value))
