"""A rig for every object type of every provider."""

from collections.abc import Iterator

import pytest

from tests.connectors.drivers import DRIVERS, Driver, Sample
from tests.connectors.rig import Rig, wired

CASES = [
    pytest.param((driver, sample), id=f"{driver.code}-{sample}")
    for driver in DRIVERS.values()
    for sample in driver.samples
]


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> tuple[Driver, Sample]:
    found: tuple[Driver, Sample] = request.param
    return found


@pytest.fixture
def driver(case: tuple[Driver, Sample]) -> Driver:
    return case[0]


@pytest.fixture
def sample(case: tuple[Driver, Sample]) -> Sample:
    return case[1]


@pytest.fixture
def rig(driver: Driver, sample: Sample) -> Iterator[Rig]:
    with wired(driver.code) as rig:
        sample.furnish(rig.sandbox)
        yield rig


@pytest.fixture
def hubspot() -> Iterator[Rig]:
    with wired("hubspot") as rig:
        yield rig
