"""HubSpot's own published client, pointed at the sandbox by changing only the host."""

from __future__ import annotations

import pytest

from tests.sandbox.hubspot_account import Account

hubspot = pytest.importorskip("hubspot", reason="hubspot-api-client is not installed")

from hubspot.crm.associations.v4 import (  # noqa: E402
    AssociationSpec,
    BatchInputPublicFetchAssociationsBatchRequest,
    PublicFetchAssociationsBatchRequest,
)
from hubspot.crm.contacts import (  # noqa: E402
    ApiException,
    BatchInputSimplePublicObjectBatchInput,
    BatchInputSimplePublicObjectBatchInputForCreate,
    BatchInputSimplePublicObjectBatchInputUpsert,
    BatchInputSimplePublicObjectId,
    BatchReadInputSimplePublicObjectId,
    Filter,
    FilterGroup,
    PublicMergeInput,
    PublicObjectSearchRequest,
    SimplePublicObjectBatchInput,
    SimplePublicObjectBatchInputForCreate,
    SimplePublicObjectBatchInputUpsert,
    SimplePublicObjectId,
    SimplePublicObjectInput,
    SimplePublicObjectInputForCreate,
)
from hubspot.crm.properties import OptionInput, PropertyCreate, PropertyGroupCreate  # noqa: E402

# The generated classes of the client are not typed.
# mypy: disable-error-code="no-untyped-call,attr-defined,import-untyped,misc"


class Client:
    """The published client; every API it makes is sent to the sandbox."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.client = hubspot.HubSpot(access_token=account.ready["access_token"])

    def at(self, api: object) -> object:
        api.api_client.configuration.host = self.account.ready["base_url"]
        return api


@pytest.fixture
def client(account: Account) -> Client:
    return Client(account)


def test_crud(client: Client, account: Account) -> None:
    contacts = client.client.crm.contacts
    basic = client.at(contacts.basic_api)

    made = basic.create(
        SimplePublicObjectInputForCreate(
            properties={"email": "Ann@Example.org", "firstname": "Ann"}, associations=[]
        )
    )
    read = basic.get_by_id(made.id, properties=["firstname", "city"], associations=["companies"])
    changed = basic.update(made.id, SimplePublicObjectInput(properties={"city": "Ghent"}))
    by_email = basic.get_by_id("ann@example.org", id_property="email")
    listed = basic.get_page(limit=100)
    basic.archive(made.id)

    assert made.properties["email"] == "ann@example.org"
    assert read.properties["firstname"] == "Ann"
    assert changed.properties["city"] == "Ghent"
    assert by_email.id == made.id
    assert [row.id for row in listed.results] == [made.id]
    assert [row.id for row in basic.get_page(archived=True).results] == [made.id]
    assert account.hubspot.contacts == {}


def test_the_client_pages_through_everything(client: Client, account: Account) -> None:
    from hubspot.utils.objects import fetch_all

    rows = ({"email": f"{n}@example.org"} for n in range(230))
    ids = account.hubspot.load("contacts", rows)

    found = fetch_all(client.at(client.client.crm.contacts.basic_api))

    assert [row.id for row in found] == ids


def test_a_refusal_is_the_clients_exception(client: Client, account: Account) -> None:
    held = account.create("contacts", email="ann@example.org")
    basic = client.at(client.client.crm.contacts.basic_api)

    with pytest.raises(ApiException) as caught:
        basic.create(
            SimplePublicObjectInputForCreate(
                properties={"email": "ann@example.org"}, associations=[]
            )
        )

    assert caught.value.status == 409
    assert f"Existing ID: {held}" in caught.value.body


def test_search(client: Client, account: Account) -> None:
    for number in range(3):
        account.create("contacts", email=f"{number}@example.org", numemployees=number)
    search = client.at(client.client.crm.contacts.search_api)
    one = Filter(property_name="numemployees", operator="GTE", value="1")

    found = search.do_search(
        PublicObjectSearchRequest(
            filter_groups=[FilterGroup(filters=[one])],
            sorts=["-numemployees"],
            properties=["email"],
            limit=1,
            after="1",
            query="",
        )
    )

    assert found.total == 2
    assert [row.properties["email"] for row in found.results] == ["1@example.org"]


def test_batches(client: Client, account: Account) -> None:
    batch = client.at(client.client.crm.contacts.batch_api)

    made = batch.create(
        BatchInputSimplePublicObjectBatchInputForCreate(
            inputs=[
                SimplePublicObjectBatchInputForCreate(
                    properties={"email": f"{n}@example.org"}, associations=[]
                )
                for n in range(3)
            ]
        )
    )
    ids = [row.id for row in made.results]
    changed = batch.update(
        BatchInputSimplePublicObjectBatchInput(
            inputs=[
                SimplePublicObjectBatchInput(id=ids[0], properties={"city": "Ghent"}),
                SimplePublicObjectBatchInput(id="999", properties={"city": "Ghent"}),
            ]
        )
    )
    read = batch.read(
        BatchReadInputSimplePublicObjectId(
            inputs=[SimplePublicObjectId(id=i) for i in ids],
            properties=["city"],
            properties_with_history=[],
        )
    )
    upserted = batch.upsert(
        BatchInputSimplePublicObjectBatchInputUpsert(
            inputs=[
                SimplePublicObjectBatchInputUpsert(
                    id="0@example.org", id_property="email", properties={"city": "Bruges"}
                ),
                SimplePublicObjectBatchInputUpsert(
                    id="9@example.org", id_property="email", properties={"city": "Bruges"}
                ),
            ]
        )
    )
    batch.archive(BatchInputSimplePublicObjectId(inputs=[SimplePublicObjectId(id=ids[2])]))

    assert len(ids) == 3
    assert changed.num_errors == 1
    assert changed.errors[0].category == "OBJECT_NOT_FOUND"
    assert sorted(str(row.properties["city"]) for row in read.results) == ["Ghent", "None", "None"]
    assert sorted(row.new for row in upserted.results) == [False, True]
    assert len(account.hubspot.contacts) == 3


def test_merging(client: Client, account: Account) -> None:
    one, two = (account.create("contacts", email=f"{n}@example.org") for n in range(2))
    public = client.at(client.client.crm.contacts.basic_api)

    survivor = public.merge(PublicMergeInput(primary_object_id=one, object_id_to_merge=two))

    assert survivor.id == one
    assert account.hubspot.contacts.keys() == {one}


def test_associations(client: Client, account: Account) -> None:
    contact = account.create("contacts", email="a@example.org")
    company = account.create("companies", name="Acme")
    basic = client.at(client.client.crm.associations.v4.basic_api)
    batch = client.at(client.client.crm.associations.v4.batch_api)

    basic.create_default("contacts", contact, "companies", company)
    basic.create(
        "contacts",
        contact,
        "companies",
        company,
        [AssociationSpec(association_category="HUBSPOT_DEFINED", association_type_id=1)],
    )
    page = basic.get_page("contacts", contact, "companies")
    read = batch.get_page(
        "contacts",
        "companies",
        BatchInputPublicFetchAssociationsBatchRequest(
            inputs=[PublicFetchAssociationsBatchRequest(id=contact)]
        ),
    )

    (row,) = page.results
    assert str(row.to_object_id) == company
    assert {kind.type_id for kind in row.association_types} == {1, 279}
    assert [str(end.to_object_id) for end in read.results[0].to] == [company]
    basic.archive("contacts", contact, "companies", company)
    assert account.hubspot.primary_company(contact) is None


def test_properties(client: Client, account: Account) -> None:
    core = client.at(client.client.crm.properties.core_api)
    groups = client.at(client.client.crm.properties.groups_api)

    groups.create("contacts", PropertyGroupCreate(name="saldo", label="Saldo"))
    made = core.create(
        "contacts",
        PropertyCreate(
            name="tier",
            label="Tier",
            type="enumeration",
            field_type="select",
            group_name="saldo",
            options=[OptionInput(label="Gold", value="gold", display_order=0, hidden=False)],
        ),
    )
    known = {prop.name: prop for prop in core.get_all("contacts").results}
    core.archive("contacts", "tier")

    assert made.name == "tier"
    assert [option.value for option in known["tier"].options] == ["gold"]
    assert known["hs_object_id"].modification_metadata.read_only_value is True
    assert "tier" not in {prop.name for prop in core.get_all("contacts").results}


def test_owners_and_pipelines(client: Client) -> None:
    owners = client.at(client.client.crm.owners.owners_api).get_page()
    pipelines = client.at(client.client.crm.pipelines.pipelines_api).get_all("deals")

    assert len(owners.results) == 3
    assert [stage.id for stage in pipelines.results[0].stages][-1] == "closedlost"


def test_oauth(client: Client, account: Account) -> None:
    tokens = client.at(client.client.oauth.tokens_api)

    answer = tokens.create(
        grant_type="refresh_token",
        refresh_token=account.ready["refresh_token"],
        client_id=account.ready["client_id"],
        client_secret=account.ready["client_secret"],
    )
    access = client.at(client.client.oauth.access_tokens_api).get(answer.access_token)
    held = client.at(client.client.oauth.refresh_tokens_api)
    held.archive(account.ready["refresh_token"])

    assert answer.expires_in == 1_800
    assert str(access.hub_id) == account.ready["account_id"]
    fresh = hubspot.HubSpot(access_token=answer.access_token)
    basic = client.at(fresh.crm.contacts.basic_api)
    assert basic.get_page().results == []
    account.clock.advance(1_800)
    with pytest.raises(ApiException) as caught:
        basic.get_page()
    assert caught.value.status == 401


def test_the_clients_own_check_accepts_the_signatures() -> None:
    from hubspot.utils.signature import Signature

    from integrations.sandbox.hubspot.signature import sign_v1, sign_v3

    uri, body, secret = "https://app.example.com/hooks", '[{"eventId":1}]', "a secret"

    made = sign_v3(secret, "POST", uri, body.encode(), "1693657560000")

    theirs = Signature.get_signature(
        secret, body, "v3", http_uri=uri, http_method="POST", timestamp="1693657560000"
    )
    assert made == theirs
    assert sign_v1(secret, body.encode()) == Signature.get_signature(secret, body, "v1")
