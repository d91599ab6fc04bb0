"""People at every door while answers are lost and processes die: what a page says is done is done, once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from random import SystemRandom

import pytest

from tests.soak.bugs import takes_its_own_write_for_anothers
from tests.soak.door_promises import check_doors
from tests.soak.doors import DoorSchedule
from tests.soak.promises import Broken
from tests.soak.run import seen_at_the_doors, surroundings
from tests.soak.weather import FAIR, Weather

SEEDS = range(1, 6)
FOUND_WITHIN = 10
FOUND_AT = 5
"""The seed that is tried first: the planted bug was found there."""


@pytest.fixture(scope="module", autouse=True)
def _surroundings() -> Iterator[None]:
    with surroundings():
        yield


def test_in_fair_weather_everybody_gets_what_they_came_for() -> None:
    seen = seen_at_the_doors(DoorSchedule(1, weather=FAIR))

    assert seen["people who signed up"] == DoorSchedule.people
    assert seen["webhooks at the CRM"] == seen["people who took up the offer"] > 0


def test_random_schedules_keep_every_promise_at_the_doors() -> None:
    seen: Counter[str] = Counter()
    for seed in SEEDS:
        seen += seen_at_the_doors(DoorSchedule(seed))
    for act in ("confirmed", "left on the page", "left with one click", "came back", "had everything erased"):
        assert seen[f"people who {act}"] > 0, seen


def test_another_random_schedule_keeps_them_too() -> None:
    seed = SystemRandom().randrange(10**6, 10**9)
    try:
        seen_at_the_doors(DoorSchedule(seed))
    except Broken as broken:
        pytest.fail(f"make soak SEED={seed} RUNS=1: {broken}")


def test_a_product_that_takes_its_own_write_for_anothers_is_found() -> None:
    def found(seed: int) -> bool:
        try:
            with DoorSchedule(seed, weather=Weather(lost_after=0.1)).played() as played:
                check_doors(played)
        except Broken:
            return True
        return False

    assert not found(FOUND_AT)
    with takes_its_own_write_for_anothers():
        assert any(found(seed) for seed in (FOUND_AT, *range(1, FOUND_WITHIN)))
