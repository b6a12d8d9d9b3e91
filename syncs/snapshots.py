"""A sync's configuration as plain values: what differs between two states, and putting one back.

A snapshot has some of the parts "mappings", "conditions", "settings" and "on", as a
ConfigurationChange stores them. Its items are the smallest things that people change one by one.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

type Snapshot = Mapping[str, Any]
type Key = tuple[str, str]
type Items = dict[Key, Any]

MAPPING, CONDITION, OWN, SETTING, ON = "mapping", "condition", "own", "setting", "on"


@dataclass(frozen=True, slots=True)
class Difference:
    """One item that is not the same in two states; None where it is not there at all."""

    key: Key
    before: Any
    after: Any


def items_of(snapshot: Snapshot) -> Items:
    """The items of a snapshot; of the recipe's settings only those that say something."""
    found: Items = {(MAPPING, key): row for key, row in snapshot.get("mappings", {}).items()}
    for row in snapshot.get("conditions", ()):
        # Conditions have no names: one is what it says.
        found[CONDITION, json.dumps(row, sort_keys=True)] = row
    for name, value in snapshot.get("settings", {}).items():
        if name != "settings":
            found[OWN, name] = value
    chosen = snapshot.get("settings", {}).get("settings", {})
    found |= {(SETTING, name): value for name, value in chosen.items() if not _is_empty(value)}
    if "on" in snapshot:
        found[ON, ""] = snapshot["on"]
    return found


def differences(before: Items, after: Items) -> tuple[Difference, ...]:
    """What is not the same, in the order of the older state."""
    keys = dict.fromkeys([*before, *after])
    pairs = ((key, before.get(key), after.get(key)) for key in keys)
    return tuple(Difference(key, old, new) for key, old, new in pairs if old != new)


def put_back(current: Items, change: tuple[Difference, ...]) -> Items:
    """The current items with those that the change touched as they were before it."""
    found = dict(current)
    for one in change:
        if one.before is None:
            found.pop(one.key, None)
        else:
            found[one.key] = one.before
    return found


def changed_since(current: Items, change: tuple[Difference, ...]) -> tuple[Difference, ...]:
    """What somebody changed once more after it, of the items that the change touched."""
    return tuple(
        Difference(one.key, one.after, current.get(one.key))
        for one in change
        if current.get(one.key) not in (one.after, one.before)
    )


def snapshot_of(items: Items) -> dict[str, Any]:
    """The parts that these items make up, all of them, empty ones too."""
    own = {name: value for (part, name), value in items.items() if part == OWN}
    chosen = {name: value for (part, name), value in items.items() if part == SETTING}
    return {
        "mappings": {name: value for (part, name), value in items.items() if part == MAPPING},
        "conditions": [value for (part, _name), value in items.items() if part == CONDITION],
        "settings": {**own, "settings": chosen},
        "on": items.get((ON, ""), False),
    }


def _is_empty(value: Any) -> bool:
    return value in (None, "", [], {})
