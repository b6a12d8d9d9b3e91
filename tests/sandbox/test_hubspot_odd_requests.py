"""Whatever is sent, the stand-in answers as a provider does: never with a defect of its own."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.sandbox.core import Request
from integrations.sandbox.hubspot.routes import CRM_FAMILIES, ROUTES, VERSION, Route
from tests.sandbox.hubspot_account import Account

OWN = b'{"name":"another","label":"x","groupName":"contactinformation",'
ODD_BODIES: list[bytes] = [
    b"",
    b"null",
    b"1",
    b"[]",
    b"[null]",
    b"[1]",
    b"{}",
    b'"text"',
    b'{"inputs":null}',
    b'{"inputs":[null]}',
    b'{"inputs":[{}]}',
    b'{"inputs":[{"id":null}]}',
    b'{"inputs":[{"id":{}}]}',
    b'{"inputs":[{"id":"1","properties":null}]}',
    b'{"inputs":[{"id":"1","properties":[]}]}',
    b'{"inputs":[{"id":["1"],"idProperty":["email"],"properties":{}}]}',
    b'{"inputs":[{"id":"1","idProperty":{},"properties":{}}]}',
    b'{"inputs":[{"id":"1","objectWriteTraceId":{},"properties":{"email":1}}]}',
    b'{"inputs":[{"properties":{"email":{"a":1}}}],"properties":1,"idProperty":5}',
    b'{"inputs":[{"id":"101"}],"properties":[1,null,{}],"propertiesWithHistory":[{}]}',
    b'{"inputs":[{"from":1,"to":2}]}',
    b'{"inputs":[{"from":{"id":"101"},"to":{"id":"20001"},"types":1}]}',
    b'{"inputs":[{"from":{"id":"101"},"to":[1]}]}',
    b'{"inputs":[{"from":{"id":"101"},"to":[{}]}]}',
    b'{"inputs":[{"from":{"id":"101"},"to":5}]}',
    b'{"inputs":[{"name":["x"]}]}',
    b'{"properties":null}',
    b'{"properties":{"email":null,"firstname":true,"lastname":[1]}}',
    b'{"properties":{"email":"a@example.org"},"associations":5}',
    b'{"properties":{"email":"a@example.org"},"associations":[{"to":5}]}',
    b'{"properties":{"email":"a@example.org"},"associations":[{"to":{"id":"1"},"types":[5]}]}',
    b'{"properties":{"lifecyclestage":"\\u0000"}}',
    b'{"properties":{"numemployees":"1e999999999"}}',
    b'{"properties":{"numemployees":"\\u0661"}}',
    b'{"filterGroups":5}',
    b'{"filterGroups":[5]}',
    b'{"filterGroups":[{"filters":5}]}',
    b'{"filterGroups":[{"filters":[5]}]}',
    b'{"filterGroups":[{"filters":[{"propertyName":"email","operator":"IN","values":[[]]}]}]}',
    b'{"filterGroups":[{"filters":[{"propertyName":"createdate","operator":"GT","value":{}}]}]}',
    b'{"filterGroups":[{"filters":[{"propertyName":"hs_object_id","operator":"GT","value":"1e400"}]}]}',
    b'{"filterGroups":[{"filters":[{"propertyName":"hs_object_id","operator":"LT","value":"nan"}]}]}',
    b'{"filterGroups":[{"filters":[{"propertyName":"hs_object_id","operator":"BETWEEN","value":"1","highValue":"x"}]}]}',
    b'{"filterGroups":[{"filters":[{"propertyName":"associations.contact","operator":"GT","value":"1"}]}]}',
    b'{"filterGroups":[{"filters":[{"propertyName":"email","operator":"CONTAINS_TOKEN","value":"**(["}]}]}',
    b'{"sorts":[5],"limit":"x"}',
    b'{"sorts":[{}],"limit":-1}',
    b'{"sorts":"email","after":[]}',
    b'{"properties":5,"query":5}',
    b'{"primaryObjectId":101,"objectIdToMerge":{}}',
    b'{"objectId":{},"idProperty":5}',
    b'{"name":5,"label":5,"type":5,"fieldType":5,"groupName":5}',
    OWN + b'"fieldType":"select","type":"enumeration","options":[5]}',
    OWN + b'"fieldType":"select","type":"enumeration","options":5}',
    OWN + b'"fieldType":"text","type":"string","displayOrder":"x"}',
    b'{"options":5,"type":[],"fieldType":{},"groupName":[]}',
    b'{"label":[],"displayOrder":{},"inverseLabel":5}',
    b'[{"associationCategory":[],"associationTypeId":{}}]',
    b'[{"associationCategory":"HUBSPOT_DEFINED","associationTypeId":null}]',
]
PARTS = {"type": "contacts", "to": "companies", "id": "101", "toId": "20001", "name": "own"}
ODD_QUERIES: list[dict[str, list[str]]] = [
    {},
    {"limit": ["١"], "after": ["²"]},
    {"after": ["99999999999999999999999999"]},
    {"properties": [",,", "%"], "associations": ["unicorns"]},
    {"idProperty": ["nope"], "archived": ["maybe"]},
    {"dataSensitivity": ["x"], "limit": ["-1"]},
]


WITH_BODY = [route for route in ROUTES if route.method != "DELETE"]


def name_of(route: Route) -> str:
    return f"{route.method} {route.family}/{'/'.join(route.shape)}"


def path_of(route: Route, **changes: str) -> str:
    prefix = "/crm" if route.family in CRM_FAMILIES else ""
    parts = PARTS | changes
    shape = [parts.get(p.strip("{}"), "x") if p.startswith("{") else p for p in route.shape]
    return "/".join([prefix, route.family, VERSION, *shape])


@pytest.fixture
def ready(account: Account) -> Account:
    """An account with the records and the property that the odd requests name."""
    account.hubspot.add_contact(email="a@example.org")
    account.hubspot.add_company(name="Acme")
    account.hubspot.add_property(
        "contacts",
        {
            "name": "own",
            "label": "Own",
            "type": "string",
            "fieldType": "text",
            "groupName": "contactinformation",
        },
    )
    return account


def send(account: Account, method: str, path: str, body: bytes, query: dict[str, list[str]]) -> int:
    """The status of a call made without the network; a defect raises."""
    kind = "application/x-www-form-urlencoded" if "/oauth/" in path else "application/json"
    token = f"Bearer {account.hubspot.access_token}"
    headers = {"authorization": token, "content-type": kind}
    request = Request(method, path, query, headers, body)
    answer = account.server.sandbox.handle("hubspot", request)
    if answer.body and path.startswith("/crm"):
        decoded: Any = answer.json()
        assert isinstance(decoded, dict)
    return answer.status


@pytest.mark.parametrize("route", WITH_BODY, ids=name_of)
def test_odd_bodies_are_answered(ready: Account, route: Route) -> None:
    for body in ODD_BODIES:
        status = send(ready, route.method, path_of(route), body, {})
        assert 200 <= status < 500, body


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
def test_odd_paths_and_queries_are_answered(ready: Account, route: Route) -> None:
    for odd in ("", "²", "-1", "0x1", "9" * 30, "%00", "%2F", "deals"):
        for name in ("id", "toId", "to", "type", "name"):
            path = path_of(route, **{name: odd})
            assert 200 <= send(ready, route.method, path, b'{"properties":{}}', {}) < 500, path
    for query in ODD_QUERIES:
        status = send(ready, route.method, path_of(route), b'{"properties":{}}', query)
        assert 200 <= status < 500, query
