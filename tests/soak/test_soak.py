"""A mailing under everything that can go wrong: nobody twice, nobody lost, doubt is named, the certificate is right."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from itertools import pairwise

import pytest

from newsletter.mailings.mailing import Kind
from rehearsal.lambda_.lineage import LIMIT
from tests.soak.account import Request
from tests.soak.bugs import BUGS
from tests.soak.lambdas import Restless
from tests.soak.promises import Broken, check
from tests.soak.run import PASSES, seen_in, surroundings, together
from tests.soak.schedule import Schedule
from tests.soak.weather import FAIR
from tests.soak.wire import Crash

SEEDS = range(34, 48)
"""Schedules of which some leave recipients in doubt: about one in ten does."""
FOUND_WITHIN = 60
PATIENCE = 500
"""Invocations after which a schedule of a bug is given up: without one, most end after a hundred."""
CALLS = {"Query", "PutItem", "SendMessage", "SendMessageBatch", "BatchGetItem", "SendBulkEmail", "UpdateItem"}
"""What planner, sender and feedback cannot do without."""
READS = {"GetItem", "BatchGetItem", "Query", "GetAccount", "GetParameter"}


@pytest.fixture(scope="module", autouse=True)
def _surroundings() -> Iterator[None]:
    with surroundings():
        yield


def test_in_fair_weather_everybody_gets_the_mail() -> None:
    with Schedule(1, weather=FAIR, readers=60, people_move=False).played() as played:
        certificate = check(played).certificate

    meant = sum(reader.language in played.mailing.languages for reader in played.readers)
    assert (certificate.planned, certificate.accepted, certificate.doubtful) == (meant, meant, 0)
    assert (played.stage.lambdas.failures, played.stage.lambdas.refused) == ([], 0)


def test_random_schedules_keep_every_promise() -> None:
    seen = reduce(together, (seen_in(Schedule(seed)) for seed in (0, *SEEDS)))

    assert seen["schedules"] == len(SEEDS) + 1
    assert 1 < seen[PASSES] <= LIMIT
    for fault in ("crash before", "crash after", "lost before", "lost after", "lost late", "throttled"):
        assert seen[fault] > 0
    assert seen["recipients accepted"] > seen["recipients doubtful"] > 0


@pytest.mark.parametrize("kind", [Kind.CAMPAIGN, Kind.DIGEST])
def test_a_crash_at_every_single_call_breaks_no_promise(kind: Kind) -> None:
    def played_with_a_crash_at(number: int, when: str) -> list[tuple[str, object]]:
        """Play a small mailing of two pages that crashes once; the calls that came to that moment, and whose."""
        calls: list[tuple[str, object]] = []

        def onlooker(request: Request, moment: str) -> None:
            if moment == when:
                calls.append((request.operation, request.by))
                if len(calls) == number:
                    raise Crash

        small = Schedule(3, FAIR, readers=2, shards=1, people_move=False, kind=kind, many_pages=True, onlooker=onlooker)
        with small.played() as played:
            check(played)
        return calls

    calls = played_with_a_crash_at(0, "before")
    assert {operation for operation, _ in calls} >= CALLS
    for number, ((operation, by), (_, following)) in enumerate(pairwise([*calls, ("", None)]), 1):
        # Where the next call of all is of the same thread of work, right after this one all is as before that one; and
        # before a read all is as right after it.
        if operation not in READS or by is not following:
            played_with_a_crash_at(number, "before")
        if operation not in READS and by is not following:
            played_with_a_crash_at(number, "after")


def test_a_seed_tells_the_same_story_every_time() -> None:
    def story() -> str:
        with Schedule(7).played() as played:
            return played.fingerprint

    assert story() == story()


@pytest.mark.parametrize("name", BUGS)
def test_a_planted_bug_is_found(name: str) -> None:
    """A harness that cannot fail proves nothing."""
    bug = BUGS[name]

    def found(seed: int) -> bool:
        try:
            with bug.plant(), Schedule(seed, bug.weather, readers=bug.readers, patience=PATIENCE).played() as played:
                check(played)
        except (Broken, Restless):
            return True
        return False

    assert any(found(seed) for seed in (bug.seed, *range(1, FOUND_WITHIN)))
