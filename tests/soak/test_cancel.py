"""A mailing that is stopped while senders are at work: from that moment on nothing new is claimed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from newsletter.container import app
from newsletter.mailings.control.cancel import cancel_mailing
from newsletter.mailings.control.pause import pause_mailing
from newsletter.mailings.mailing import Kind
from newsletter.mailings.status import MailingStatus
from newsletter.platform.rate_limit import BATCH_SIZE
from tests.soak.account import Request
from tests.soak.run import surroundings
from tests.soak.schedule import Schedule
from tests.soak.weather import FAIR

SEEDS = range(1, 11)
MAILING = "campaign-soak"


@pytest.fixture(scope="module", autouse=True)
def _surroundings() -> Iterator[None]:
    with surroundings():
        yield


@dataclass
class Stopping:
    """Looks on at every call, stops the mailing at the moment of the n-th `operation`, and notes what follows.

    `looked`: the threads of work that saw the mailing being sent and have not claimed since; `busy`: those that claimed
    and have not heard from SES. `blind`: claims after the stop was answered, without such a look.
    """

    stop: Callable[..., MailingStatus]
    operation: str
    number: int
    by: object = None
    holds: bool = False
    answered: bool = False
    looked: set[object] = field(default_factory=set)
    busy: set[object] = field(default_factory=set)
    under_way: int = 0
    claimed: Counter[object] = field(default_factory=Counter)
    blind: list[object] = field(default_factory=list)
    mailed: list[int] = field(default_factory=list)

    def __call__(self, request: Request, moment: str) -> None:
        """What it is told (see `Onlooker`)."""
        if self.by is not None and request.by is self.by and not self.answered:
            self.holds |= moment == "after" and request.operation == "UpdateItem"
            return
        asked = request.json if request.service == "dynamodb" else {}
        claim = request.operation == "PutItem" and asked["Item"].get("part", {}).get("S", "").startswith("batch#")
        mail = request.operation == "SendBulkEmail"
        if moment == "before":
            if self.by is None and self.operation == ("claim" if claim else request.operation):
                self.number -= 1
                if not self.number:
                    self._stop(request.by)
            if claim:
                self._claimed(request.by)
            return
        if _is_look(request, asked) and not self.holds:
            self.looked.add(request.by)
        if mail:
            self.busy.discard(request.by)
            if self.answered:
                self.mailed.append(len(request.json["BulkEmailEntries"]))

    def _claimed(self, by: object) -> None:
        if self.answered:
            self.claimed[by] += 1
            self.blind += [by] if by not in self.looked else []
        self.looked.discard(by)
        self.busy.add(by)

    def _stop(self, by: object) -> None:
        self.by = by
        now = app.now().replace(microsecond=0)
        self.stop(MAILING, app, by="Maija", now=now)
        self.under_way = len(self.busy | self.looked)
        self.answered = True


def _is_look(request: Request, asked: dict[str, object]) -> bool:
    return request.operation == "GetItem" and "state_since" in str(asked.get("ProjectionExpression"))


@pytest.mark.parametrize("stop", [cancel_mailing, pause_mailing])
@pytest.mark.parametrize("operation", ["BatchGetItem", "claim", "SendBulkEmail"])
def test_once_a_stop_is_answered_nothing_is_claimed_but_what_was_looked_at_and_only_calls_under_way_go_out(
    stop: Callable[..., MailingStatus], operation: str
) -> None:
    cut_short = 0
    for seed in SEEDS:
        stopping = Stopping(stop, operation, number=1 + seed % 2)
        schedule = Schedule(
            seed, FAIR, readers=60, people_move=False, kind=Kind.CAMPAIGN, many_pages=False, onlooker=stopping
        )
        with schedule.played() as played:
            sent = len(played.stage.account.sent)
            meant = sum(reader.language in played.mailing.languages for reader in played.readers)
        assert stopping.answered
        assert stopping.blind == []
        assert set(stopping.claimed.values()) <= {1}
        assert len(stopping.mailed) <= stopping.under_way
        assert max(stopping.mailed, default=0) <= BATCH_SIZE
        cut_short += sent < meant
    assert cut_short
