"""Leads and sequences under everything that can go wrong: none lost, none doubled, no step twice, nothing kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from random import SystemRandom

import pytest

from tests.soak.lambdas import Restless
from tests.soak.lead_bugs import LEAD_BUGS
from tests.soak.lead_promises import check_leads
from tests.soak.lead_schedule import LeadSchedule
from tests.soak.promises import Broken
from tests.soak.run import seen_of_leads, surroundings
from tests.soak.weather import FAIR

SEEDS = range(1, 5)
FOUND_WITHIN = 10


@pytest.fixture(scope="module", autouse=True)
def _surroundings() -> Iterator[None]:
    with surroundings():
        yield


def test_in_fair_weather_each_press_ends_where_it_belongs() -> None:
    acts = (("person",), ("machine",), ("unsure",), ("person", "one click"))
    seen = seen_of_leads(LeadSchedule(1, FAIR, acts))

    assert (seen["leads handed_off"], seen["leads kept"], seen["webhooks refused"]) == (3, 1, 0)
    assert seen["steps mailed"] > 0


def test_random_schedules_keep_every_promise_of_leads_and_sequences() -> None:
    seen: Counter[str] = Counter()
    for seed in SEEDS:
        seen += seen_of_leads(LeadSchedule(seed))

    for what in ("webhooks taken", "webhooks refused", "steps mailed", "presses of person"):
        assert seen[what] > 0, seen


def test_a_seed_tells_the_same_story_every_time() -> None:
    def story() -> list[str]:
        with LeadSchedule(1, readers=1).played() as played:
            return [*played.wire.trail, *(f"{webhook.at} {webhook.id}" for webhook in played.crm.got)]

    assert story() == story()


def test_another_random_schedule_keeps_them_too() -> None:
    seed = SystemRandom().randrange(10**6, 10**9)
    try:
        seen_of_leads(LeadSchedule(seed))
    except Broken as broken:
        pytest.fail(f"make soak SEED={seed} RUNS=1: {broken}")


@pytest.mark.parametrize("name", LEAD_BUGS)
def test_a_planted_bug_is_found(name: str) -> None:
    bug = LEAD_BUGS[name]

    def found(seed: int) -> bool:
        try:
            with bug.plant(), LeadSchedule(seed, bug.weather, bug.acts).played() as played:
                check_leads(played)
        except (Broken, Restless):
            return True
        return False

    assert any(found(seed) for seed in (bug.seed, *range(1, FOUND_WITHIN)))
