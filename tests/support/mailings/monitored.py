"""Mailings under way for the tick to look at, in one stack for all tests of a file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from newsletter.container import app
from newsletter.mailings.mailing import Kind, Mailing
from newsletter.mailings.planning.batches import Batch, Manifest
from newsletter.mailings.status import MailingStatus
from newsletter.nurture.monitor_mailings import monitor_mailings
from newsletter.platform.isolation import Isolated
from newsletter.platform.messages import RequeueShard, from_json
from newsletter.platform.shards import SHARDS
from newsletter.sending.ledger import BatchStatus
from newsletter.sending.ses.account_client import Quota
from tests.support.stack.cloud import Cloud, running

NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)
numbers = iter(range(1000))


@pytest.fixture(scope="module")
def shared() -> Iterator[Cloud]:
    """One stack for this file."""
    with running() as stack:
        yield stack


@pytest.fixture
def cloud(shared: Cloud) -> Iterator[Cloud]:
    """The stack; afterwards nothing is unfinished, queued or broken."""
    yield shared
    for mailing in list(app.statuses.unfinished()):
        app.statuses.finish(mailing)
    shared.messages("PlanQueue")
    app.reputation.close(NOW)


def mailing_with(
    letters: dict[str, str],
    status: MailingStatus,
    *,
    more: dict[str, dict[str, set[int]]] | None = None,
    last: bool = True,
) -> str:
    """A mailing with one batch per shard in `letters`, whose record has those outcomes; empty letters: no record."""
    name = f"campaign-m{next(numbers)}"
    app.mailings.create(Mailing(name, Kind.CAMPAIGN, NOW - HOUR, subject="x", body="x"))
    assert app.statuses.compare_and_set(name, MailingStatus(), status)
    for shard in SHARDS:
        outcomes = letters.get(shard)
        batch = Batch(name, f"{shard}0-0", "fi-x", tuple(f"{shard}{at:015}" for at in range(len(outcomes or "...."))))
        batches = () if outcomes is None else (batch,)
        if last or outcomes is not None:
            app.manifests.put(name, shard, 0, Manifest(batches, {}, None), NOW)
        if outcomes:
            claimed = NOW - HOUR
            assert app.deliveries.claim(batch, "." * len(outcomes), {}, claimed) is None
            if set(outcomes) != {"."}:
                state = BatchStatus.RETRY if "r" in outcomes else BatchStatus.DONE
                assert app.deliveries.record_result(batch, 1, state, outcomes, {}, claimed)
            for what, positions in (more or {}).get(shard, {}).items():
                for position in positions:
                    assert app.deliveries.add_event(name, batch.id, what, position)
    return name


def watch(now: datetime = NOW, quota: Quota | None = None) -> dict[str, int]:
    """One look of the tick, with that quota of the account; what it did."""

    class Fixed:
        def quota(self) -> Quota:
            return quota or Quota(None, 0)

    isolated = Isolated()
    done = monitor_mailings(now, isolated, app.but(account=Fixed()))
    isolated.raise_if_any()
    return done


def status(mailing: str) -> MailingStatus:
    """Where the mailing stands."""
    found = app.statuses.status(mailing)
    assert found is not None
    return found


def told(mailing: str) -> list[tuple[str, str]]:
    """What was decided about the mailing, and why, the newest first."""
    return [(line["decision"], line["why"]) for line in app.decisions.newest(200) if line["run"] == mailing]


def shards_to_go_on(cloud: Cloud) -> set[str]:
    """The shards that the tick lets go on."""
    return {
        message.shard for message in map(from_json, cloud.messages("PlanQueue")) if isinstance(message, RequeueShard)
    }
