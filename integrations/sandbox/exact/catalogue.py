"""All resources by their paths."""

from __future__ import annotations

from collections.abc import Mapping

from integrations.sandbox.exact import crm, documents, financial, logistics, system
from integrations.sandbox.exact.resources import Entity, Resource

_PARTS = (system, crm, logistics, financial, documents)
ENTITIES: Mapping[str, Entity] = {each.path: each for part in _PARTS for each in part.ENTITIES}
RESOURCES: Mapping[str, Resource] = dict(ENTITIES) | {
    each.path: each for part in _PARTS for each in part.VIEWS
}
