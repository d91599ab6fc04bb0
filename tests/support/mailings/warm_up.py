"""A list of fourteen readers on a virtual clock, with a warm-up plan: what is sent on each of its days."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from newsletter.container import Container, app
from newsletter.mailings.campaign import Campaign, start_campaign
from newsletter.mailings.planning.batches import Batch
from newsletter.mailings.status import MailingState
from newsletter.publication.sending_limits import WarmUp
from tests.aws.sending.test_sending_stops import now_due
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud

READERS = [f"lukija{number}@example.com" for number in range(14)]
IDS: dict[str, str] = {}
LARGEST = 3
"""Readers in the largest batch: fourteen in 32 shards."""
BEGINS = datetime(2027, 1, 11, 8, tzinfo=UTC)
names = iter(range(1000))


class Days:
    """A virtual clock, and what was sent on each day of it."""

    def __init__(self, cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = BEGINS
        self.cloud, self._monkeypatch = cloud, monkeypatch
        monkeypatch.setattr(app, "now", lambda: self.now)
        monkeypatch.setattr(app, "sleep", self._sleep)
        self.plan(None)

    def _sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def plan(self, plan: WarmUp | None) -> None:
        changed = replace(app.publication, warm_up=plan)
        self._monkeypatch.setattr(Container, "publication", property(lambda _: changed))

    def start(self) -> str:
        name = f"lammittely{next(names)}"
        return start_campaign(Campaign(name, "Hei", "Hei!", "fi"), app, now=self.now.replace(microsecond=0)).mailing.id

    def work(self, *, ticks: int = 3) -> None:
        """Whatever is queued, with ticks between."""
        for _ in range(ticks):
            self.cloud.drain()
            self.now += timedelta(minutes=5)
            self.cloud.run("nurture", self.now)
        self.cloud.drain()

    def next_day(self) -> None:
        self.now = self.now.replace(hour=8, minute=1, second=0, microsecond=0) + timedelta(days=1)

    def sent(self, mailing: str) -> list[str]:
        """To whom, in the order of the calls."""
        return [mail.to[0] for mail in self.cloud.mails() if mail.tags["mailing"] == mailing]


@pytest.fixture
def days(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Days:
    IDS.update({reader: add_reader(reader) for reader in READERS})
    return Days(cloud, monkeypatch)


def plan(first: int, growth: int = 40, enough: int = 1_000_000) -> WarmUp:
    return WarmUp(BEGINS.date(), first, growth, enough)


def state_of(mailing: str) -> MailingState:
    status = app.statuses.status(mailing)
    assert status is not None
    return status.state


def counted(days: Days) -> int:
    return app.warm_up_days.used(days.now.date())


def send_all(days: Days, mailing: str) -> None:
    """Until everybody has it, and no tick after that, which would complete the mailing."""
    days.cloud.drain()
    for _ in range(12):
        if len(days.sent(mailing)) < len(READERS):
            days.now += timedelta(minutes=5)
            now_due(days.cloud, "batch")
            days.cloud.run("nurture", days.now)
            days.cloud.drain()
    assert Counter(days.sent(mailing)) == dict.fromkeys(READERS, 1)


def first_batch(mailing: str) -> Batch:
    """A batch that was planned, of the first reader's shard."""
    (page, *_) = app.manifests.of_shard(mailing, IDS[READERS[0]][0], 0)
    return page.batches[0]
