"""What every connector must hold, tried against the sandbox over real HTTP.

These tests and those of reading, writing, webhooks and signing in run for every object type of
every provider; what differs stands in drivers.py.
"""

from collections.abc import Callable

import pytest

from integrations.contract import (
    Category,
    FieldType,
    Misconfigured,
    NotAllowed,
    RetryLater,
    SignInAgain,
)
from integrations.registry import PROVIDERS
from tests.connectors.drivers import DRIVERS, OWN_TESTS, WRITE_ONLY, Driver, Sample
from tests.connectors.rig import Rig
from tests.connectors.steps import CREATE, create

# Paths of records, so that a fault spares the token calls.
API = "crm|v3/company|api/v1"


def read_something(rig: Rig, sample: Sample) -> None:
    rig.connector.changes(sample.object_type, "", sample.fields)


def write_something(rig: Rig, sample: Sample) -> None:
    values = {**sample.values(1), **sample.needed(rig.connector)}
    rig.write(sample.object_type, rig.operations(CREATE, [values]), sample.fields)


def test_every_provider_has_a_driver() -> None:
    assert DRIVERS.keys() == PROVIDERS.keys()


def test_every_object_type_has_a_sample(rig: Rig, driver: Driver) -> None:
    names = {each.name for each in rig.connector.object_types()}

    assert names - WRITE_ONLY - OWN_TESTS == {each.object_type for each in driver.samples}


def test_object_types_are_well_formed(rig: Rig) -> None:
    for each in rig.connector.object_types():
        names = {field.name for field in rig.connector.fields(each.name)}
        assert each.name
        assert each.label
        assert each.plural
        assert each.write_batch >= 1
        assert each.read_batch >= 1
        assert each.find_by <= names


def test_fields_are_well_formed(rig: Rig, sample: Sample) -> None:
    fields = rig.connector.fields(sample.object_type)

    names = [field.name for field in fields]
    assert len(names) == len(set(names))
    assert set(sample.fields) <= set(names)
    types = {each.name for each in rig.connector.object_types()}
    for field in fields:
        assert field.label
        assert not field.references or field.references in types
        assert not (field.required and not field.creatable), field.name
        is_reference = field.type in (FieldType.REFERENCE, FieldType.LINES)
        assert is_reference == bool(field.references), field.name
        if field.choice_list:
            assert rig.connector.choices(field.choice_list) is not None


def test_the_identity_names_the_connected_account(rig: Rig) -> None:
    identity = rig.connector.identity()

    account_id = rig.server.ready()[rig.provider.code]["account_id"]
    assert identity.external_id == account_id
    assert identity.name


def test_an_unknown_object_type_or_field_is_a_matter_of_configuration(
    rig: Rig, sample: Sample
) -> None:
    with pytest.raises(Misconfigured):
        rig.connector.changes("unicorn", "", ["name"])
    with pytest.raises(Misconfigured):
        rig.connector.changes(sample.object_type, "", [*sample.fields, "no_such_field"])


def test_a_connection_that_is_not_accepted_any_more_is_told(rig: Rig, sample: Sample) -> None:
    # The call and its repetition; renewing works.
    rig.fault("status", status=401, times=2, path=API)

    with pytest.raises(SignInAgain):
        rig.connector.changes(sample.object_type, "", sample.fields)


def test_a_missing_permission_is_told(rig: Rig, sample: Sample) -> None:
    rig.fault("status", status=403)

    # Where nothing but a new consent can help, that is asked for.
    with pytest.raises((NotAllowed, SignInAgain)):
        rig.connector.changes(sample.object_type, "", sample.fields)


@pytest.mark.parametrize("act", [read_something, write_something])
def test_a_rate_limit_is_obeyed(
    rig: Rig, driver: Driver, sample: Sample, act: Callable[[Rig, Sample], None]
) -> None:
    create(rig, sample, 0)
    rig.fault("status", status=429, retry_after="60")

    with pytest.raises(RetryLater) as raised:
        act(rig, sample)

    assert raised.value.fault.category is Category.RATE_LIMITED
    assert raised.value.after >= 60
    assert rig.limiter.held
    assert driver.count(rig.sandbox, sample) == 1


def test_calls_are_logged_with_their_outcome(rig: Rig, sample: Sample) -> None:
    rig.connector.changes(sample.object_type, "", sample.fields)

    assert rig.log.calls
    assert {call.status for call in rig.log.calls} == {200}
    account_id = rig.server.ready()[rig.provider.code]["account_id"]
    assert not [call for call in rig.log.calls if account_id in call.path]


def test_the_link_opens_the_record(rig: Rig, driver: Driver, sample: Sample) -> None:
    id_ = driver.add(rig.sandbox, sample, 1)

    link = rig.connector.link(sample.object_type, id_)

    assert link.startswith(rig.provider.hosts_at(rig.server.base_url(driver.code)).app)
    assert " " not in link
    for hosts in rig.provider.hosts.values():
        assert hosts.app.startswith("https://")
