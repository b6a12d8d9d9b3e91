"""Workers killed with SIGKILL at any point of reading, writing and settling: nothing is lost or
made twice, and nothing stays stuck."""

import logging
import random
from collections import Counter
from dataclasses import dataclass, field

import pytest

from integrations.sandbox.server import SandboxServer
from syncs.claims import release_dead
from syncs.models import Intent
from tests.resilience.books import Books, Size, open_books
from tests.resilience.lives import Life, Mother, mother

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

# Shown by pytest when a test fails.
logger = logging.getLogger(__name__)
WORKER = "mortal"
# Longer than a claim lasts, so that a dead worker's claim has run out by itself.
LATER = 301
# Longer than the first pause after something passing.
SOON = 61
# How many steps each stage has when there is much to do; a death in "resolve" needs a create that
# a death in "write" left open.
STAGES = {"ingest": 60, "link": 20, "write": 24, "resolve": 20, "settle": 40}
DEATHS_EACH = 2
BILLS = Size(
    left=4,
    right=4,
    equal=1,
    differing=0,
    products=2,
    items=2,
    invoices_left=6,
    invoices_right=6,
    paid_left=3,
    paid_right=3,
)
MOST_LIVES = 40


@dataclass
class Story:
    """One seeded row of lives and deaths; what happened is printed when the test fails."""

    books: Books
    mother: Mother
    dice: random.Random
    # In another order each time, so that nobody is always the first to die.
    shuffled: bool = False
    ahead: int = 0
    deaths: Counter[str] = field(default_factory=Counter)
    edited: set[str] = field(default_factory=set)

    def live(self, **end: object) -> Life:
        """People change something, the last worker's claim comes free, a new worker starts."""
        self.books.live_on(self.dice, self.edited)
        return self.work(**end)

    def die_everywhere(self) -> None:
        """So often in each stage, at steps drawn from ever closer to its beginning."""
        for number in range(MOST_LIVES):
            stage = min(STAGES, key=lambda name: self.deaths[name])
            if self.deaths[stage] == DEATHS_EACH:
                return
            reach = max(2, STAGES[stage] >> number // len(STAGES))
            self.live(stage=stage, step=self.dice.randint(1, reach))
        raise AssertionError(f"Too few deaths: {self.deaths}")

    def work(self, **end: object) -> Life:
        self._free_the_dead()
        self.books.look_at_both_sides()
        seed = self.dice.randrange(10_000)
        syncs = list(self.books.sync_ids)
        if self.shuffled and end:
            self.dice.shuffle(syncs)
        life = self.mother.bear(syncs=syncs, ahead=self.ahead, hurry=True, seed=seed, **end)
        if life.was_killed:
            self.deaths[life.died_in or "by the clock"] += 1
        logger.info("%s -> %s %s", end, life.died_in or life.ended, life.where)
        return life

    def _free_the_dead(self) -> None:
        """By the supervisor, or because the claim runs out."""
        if self.dice.random() < 0.5:
            release_dead(WORKER, alive=[])
            self.ahead += SOON
        else:
            self.ahead += LATER

    def come_to_rest(self) -> None:
        """Some pauses of records are a little longer than one step of the clock."""
        for _ in range(6):
            self.books.retry_what_broke_down()
            ended = set(self.work().ended.values())
            if not self.books.open_questions():
                break
        assert ended == {"done"}

    def check(self) -> None:
        self.come_to_rest()
        self.books.check()
        written = self.books.server.sandbox.writes
        self.work()
        assert self.books.server.sandbox.writes == written


def tell_story(books: Books, nursery: Mother, seed: int) -> Story:
    logger.info("seed %s", seed)
    return Story(books, nursery, random.Random(seed))


@pytest.mark.parametrize("seed", [1, 2])
def test_workers_killed_at_chosen_steps_lose_and_double_nothing(
    books: Books, database_url: str, seed: int
) -> None:
    """Each dies right before or after a statement, a commit or a call of the stage it is due in."""
    with mother(database_url, books.server.url, SALDO_WORKER=WORKER) as nursery:
        story = tell_story(books, nursery, seed)
        story.die_everywhere()
        story.check()


@pytest.mark.parametrize("seed", [21])
def test_workers_killed_over_invoices_and_payments_lose_and_double_nothing(
    database_url: str, sandbox: SandboxServer, seed: int
) -> None:
    """No second invoice, payment, note, line or “Custom line item”, and no cent astray."""
    books = open_books(sandbox, BILLS)
    with mother(database_url, sandbox.url, SALDO_WORKER=WORKER) as nursery:
        story = tell_story(books, nursery, seed)
        story.shuffled = True
        story.die_everywhere()
        story.check()


@pytest.mark.parametrize("seed", [11])
def test_workers_killed_at_any_moment_lose_and_double_nothing(
    books: Books, database_url: str, seed: int
) -> None:
    with mother(database_url, books.server.url, SALDO_WORKER=WORKER) as nursery:
        story = tell_story(books, nursery, seed)
        for _ in range(16):
            story.live(seconds=story.dice.uniform(0.02, 0.4))

        assert story.deaths["by the clock"] >= 8, story.deaths
        story.check()


@pytest.mark.parametrize(
    ("provider", "call", "size", "moment"),
    [
        pytest.param(*case, moment, id=f"{name}, {moment} the call")
        for name, moment, case in (
            ("contacts", "after", ("hubspot", "/contacts/batch/upsert", Size(0, 9, 0, 0, 0, 0))),
            ("products", "before", ("hubspot", "/products/batch/upsert", Size(0, 0, 0, 0, 0, 9))),
            ("customers", "before", ("quickbooks", "/batch", Size(9, 0, 0, 0, 0, 0))),
            ("items", "after", ("quickbooks", "/batch", Size(0, 0, 0, 0, 9, 0))),
        )
    ],
)
def test_a_worker_killed_around_a_create_leaves_word_of_it(
    database_url: str,
    sandbox: SandboxServer,
    provider: str,
    call: str,
    size: Size,
    moment: str,
) -> None:
    books = open_books(sandbox, size)
    meter = sandbox.sandbox.providers[provider].meter
    with mother(database_url, sandbox.url, SALDO_WORKER=WORKER) as nursery:
        story = tell_story(books, nursery, seed=1)

        life = story.work(where=f"{moment} call POST .*{provider}.*{call}$")

        assert life.was_killed
        assert life.died_in == "write"
        assert meter.writes == (9 if moment == "after" else 0)
        assert Intent.objects.for_tenant(books.tenant).count() == 9
        story.check()
    assert meter.writes == 9
