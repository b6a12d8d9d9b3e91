"""A person at the provider's consent page, who allows or refuses."""

import re
from collections.abc import Mapping
from html import unescape
from urllib.parse import urljoin, urlsplit

import requests

FIELD = re.compile(r'<input[^>]*type="hidden"[^>]*>')
ATTRIBUTE = re.compile(r'(name|value)="([^"]*)"')
ACTION = re.compile(r'<form[^>]*action="([^"]*)"')
# What the buttons of the providers' pages send.
ALLOW = {"decision": "allow", "action": "allow"}
DENY = {"decision": "deny", "action": "cancel"}


def answer_consent(url: str, buttons: Mapping[str, str] = ALLOW) -> str:
    """Open the consent page and press a button; where the provider sends the person then."""
    page = requests.get(url, timeout=10)
    assert page.status_code == 200, page.text
    fields = dict(_attributes(found) for found in FIELD.findall(page.text))
    action = ACTION.search(page.text)
    target = urljoin(url, unescape(action[1])) if action else url
    answer = requests.post(target, data={**fields, **buttons}, timeout=10, allow_redirects=False)
    assert answer.status_code in (302, 303), answer.text
    return answer.headers["Location"]


def local(url: str) -> str:
    """Path and query of an address, for Django's test client."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def _attributes(field: str) -> tuple[str, str]:
    found = dict(ATTRIBUTE.findall(field))
    return unescape(found["name"]), unescape(found.get("value", ""))
