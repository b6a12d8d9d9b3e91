"""Names: which ones must differ, and what becomes of the name of an inactive record."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from integrations.sandbox.quickbooks.fields import Entity

DELETED = " (deleted)"
_MARK = re.compile(r" \(deleted(-\d+)?\)$")


def unique_key(entity: Entity, record: Mapping[str, Any]) -> str:
    """The name no other record of the group may bear."""
    if entity.name_field == "DisplayName":
        return str(record.get("DisplayName", ""))
    return str(record.get("FullyQualifiedName") or record.get(entity.name_field, ""))


def bare_name(name: str) -> str:
    """The name without the mark of an inactive record."""
    return _MARK.sub("", name)


def deleted_name(bare: str, count: int) -> str:
    """The name of an inactive record; `count` tells several of one name apart."""
    return f"{bare} (deleted-{count})" if count else bare + DELETED
