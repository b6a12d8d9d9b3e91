"""Addresses with numbers that no row can have find nothing, in every list."""

from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.db.models import ForeignKey, Model
from django.test import Client
from django.urls import reverse

from accounts.admin_base import TenantScopedAdmin
from accounts.models import User
from tests.access.pages import SENT_ON
from tests.conftest import ClientOf

BEYOND = str(10**24)
LISTS = [
    model for model, page in admin.site._registry.items() if isinstance(page, TenantScopedAdmin)
]


@pytest.fixture
def desk(administrator: User, client_of: ClientOf) -> Client:
    return client_of(administrator)


def asked(model: type[Model], number: str) -> Iterator[str]:
    """The list's address, filtered by each number it can be filtered by."""
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    links = [field.name for field in model._meta.fields if isinstance(field, ForeignKey)]
    for name in links:
        for lookup in ("", "__exact", "__id__exact", "__in", "__isnull"):
            yield f"{address}?{name}{lookup}={number}"
    yield f"{address}?id={number}"
    yield f"{address}?id__gt=-{number}"
    yield f"{address}?p={number}"
    yield f"{address}?q={number}"


@pytest.mark.parametrize("number", [BEYOND, str(2**63), "\u00b2"])
@pytest.mark.parametrize("model", LISTS, ids=lambda model: model._meta.label)
def test_a_list_opens_whatever_number_is_asked_for(
    model: type[Model], number: str, desk: Client
) -> None:
    for address in asked(model, number):
        answer = desk.get(address)

        # A filter that makes no sense leads back to the whole list.
        assert answer.status_code in (200, SENT_ON), address


@pytest.mark.parametrize("number", [BEYOND, "\u00b2", "abc", ""])
@pytest.mark.parametrize("model", ["mapping", "filtercondition"])
def test_nothing_is_added_to_a_sync_that_cannot_be(model: str, number: str, desk: Client) -> None:
    answer = desk.get(reverse(f"admin:syncs_{model}_add"), {"sync": number})

    assert answer.status_code == 404
