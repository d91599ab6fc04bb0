"""What the tick does for mailings: it goes on where it may, holds where it must, certifies what is over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cli.mailings import breaker
from newsletter.container import app
from newsletter.mailings.mailing import Kind, Mailing
from newsletter.mailings.planning.batches import Batch, Manifest
from newsletter.mailings.planning.manifests_store import Manifests
from newsletter.mailings.status import MailingState, MailingStatus
from newsletter.nurture.monitor_mailings import PILOT_EXTENSION, monitor_mailings
from newsletter.platform.isolation import Isolated
from newsletter.platform.messages import RequeueShard, from_json
from newsletter.platform.shards import SHARDS
from newsletter.publication.sending_limits import BREAKER_VOLUME, DEFAULT_LIMITS, Feedback
from newsletter.reports import count_mailing
from newsletter.reports.certificate import Certificate
from newsletter.reports.stats import MailingStats
from newsletter.sending.feedback.circuit_breaker import close_breaker, count_feedback
from newsletter.sending.feedback.reputation_store import Breaker
from newsletter.sending.ledger import LEASE, BatchStatus, SendResult
from newsletter.sending.sending_stopped import QUOTA_RETRY
from newsletter.sending.ses.account_client import Quota
from tests.support.cloud import Cloud, running
from tests.support.reports import report_of

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
    class Fixed:
        def quota(self) -> Quota:
            return quota or Quota(None, 0)

    isolated = Isolated()
    done = monitor_mailings(now, isolated, app.but(account=Fixed()))
    isolated.raise_if_any()
    return done


def status(mailing: str) -> MailingStatus:
    found = app.statuses.status(mailing)
    assert found is not None
    return found


def told(mailing: str) -> list[tuple[str, str]]:
    return [(line["decision"], line["why"]) for line in app.decisions.newest(200) if line["run"] == mailing]


def shards_to_go_on(cloud: Cloud) -> set[str]:
    return {
        message.shard for message in map(from_json, cloud.messages("PlanQueue")) if isinstance(message, RequeueShard)
    }


# --- the day's quota -------------------------------------------------------------------------------------------------


def test_a_mailing_waits_for_the_quota_visibly_and_goes_on_by_itself(cloud: Cloud) -> None:
    waiting = MailingStatus(MailingState.WAITING, NOW - HOUR, reason="quota", until=NOW)
    mailing = mailing_with({"a": ""}, waiting)

    assert watch(NOW - timedelta(seconds=1))["resumed"] == 0
    assert watch(quota=Quota(50_000, 49_000))["resumed"] == 0
    later = status(mailing)
    assert (later.state, later.until) == (MailingState.WAITING, NOW + QUOTA_RETRY)
    assert later.reason == "49,000 of the 50,000 mails that SES allows in 24 hours are used up"
    assert shards_to_go_on(cloud) == set()

    assert watch(NOW + QUOTA_RETRY, Quota(50_000, 40_000))["resumed"] == 1
    assert status(mailing).state is MailingState.SENDING
    assert shards_to_go_on(cloud) == {*SHARDS}
    # Who let it wait did not live to say so: the first look did.
    assert told(mailing) == [("resumed", "quota has room again"), ("waiting", "quota")]


def test_a_mailing_that_waited_within_its_pilot_goes_on_with_the_slice(cloud: Cloud) -> None:
    mailing = mailing_with({"a": ""}, MailingStatus(MailingState.WAITING, NOW - HOUR, until=NOW, pilot_shards="a"))
    watch()
    assert status(mailing) == MailingStatus(
        MailingState.PILOT, NOW, until=NOW + DEFAULT_LIMITS.pilot_wait, pilot_shards="a"
    )
    assert shards_to_go_on(cloud) == {"a"}


def test_what_a_crash_left_unemitted_is_emitted(cloud: Cloud) -> None:
    mailing = mailing_with({"a": ""}, MailingStatus(MailingState.SENDING, NOW - HOUR, needs_requeue=True))
    watch()
    assert not status(mailing).needs_requeue
    assert shards_to_go_on(cloud) == {*SHARDS}
    watch()
    assert shards_to_go_on(cloud) == set()


# --- pilots ----------------------------------------------------------------------------------------------------

PILOT = MailingStatus(MailingState.PILOT, NOW - HOUR, until=NOW, pilot_shards="ab")


def test_the_rest_follows_a_pilot_that_arrived_well(cloud: Cloud) -> None:
    mailing = mailing_with({"a": "aaaa", "b": "aas"}, PILOT, more={"a": {"delivered": {0, 1, 2, 3}}}, last=False)
    assert watch(NOW - timedelta(seconds=1)) == {"resumed": 0, "held": 0, "completed": 0, "wrong": 0}
    assert watch()["resumed"] == 1
    assert status(mailing).state is MailingState.SENDING
    assert shards_to_go_on(cloud) == {*SHARDS}
    assert told(mailing) == [("resumed", "pilot: 6 accepted, 0 bounced, 0 called spam")]


def test_a_pilot_that_came_back_holds_the_mailing_with_the_reason(cloud: Cloud) -> None:
    bad = {"a": {"delivered": set(range(30)), "bounced": set(range(30, 50))}}
    mailing = mailing_with({"a": "a" * 50}, PILOT, more=bad, last=False)
    assert watch()["held"] == 1
    held = status(mailing)
    assert held.state is MailingState.HELD
    assert held.reason == "of the pilot, 20 of 50 mails bounced (40 %; the limit is 4 %)"
    assert held.pilot_shards == ""  # whoever resumes it all the same wants the rest sent
    assert shards_to_go_on(cloud) == set()
    assert watch()["held"] == 0


def test_a_pilot_of_which_nobody_hears_holds_the_mailing(cloud: Cloud) -> None:
    mailing = mailing_with({"a": "aaaa"}, PILOT, more={"a": {"delivered": {0}}}, last=False)
    watch()
    assert status(mailing).reason == ("of the pilot, SES reported on 1 of 4 mails only; do its events reach us?")
    assert shards_to_go_on(cloud) == set()


def test_a_pilot_that_is_not_sent_yet_is_watched_longer(cloud: Cloud) -> None:
    mailing = mailing_with({"a": "aaaa", "b": ""}, PILOT, last=False)
    watch()
    assert (status(mailing).state, status(mailing).until) == (MailingState.PILOT, NOW + PILOT_EXTENSION)
    assert shards_to_go_on(cloud) == set()


# --- the breaker -----------------------------------------------------------------------------------------------------


def feedback(delivered: int, bounced: int, complained: int, now: datetime = NOW) -> None:
    count_feedback(Feedback(delivered, bounced, complained), app, now=now)


def test_the_breaker_opens_once_holds_every_mailing_and_says_why(cloud: Cloud) -> None:
    sending = mailing_with({"a": ""}, MailingStatus(MailingState.SENDING, NOW - HOUR))
    paused = mailing_with({"a": ""}, MailingStatus(MailingState.PAUSED, NOW - HOUR))
    feedback(900, 0, 0)
    feedback(0, 37, 0)
    assert app.reputation.breaker() is None

    feedback(0, 10, 0)

    opened = app.reputation.breaker()
    assert opened == Breaker(NOW, "47 of 947 mails bounced (5 %; the limit is 4 %)")
    assert told("breaker")[0] == ("open", opened.reason)
    assert (status(sending).state, status(paused).state) == (MailingState.HELD, MailingState.PAUSED)
    assert status(sending).reason == f"breaker open: {opened.reason}"
    feedback(0, 10, 0, NOW + HOUR)
    assert app.reputation.breaker() == opened
    assert cloud.messages("PlanQueue") == []


def test_feedback_of_the_day_before_is_forgotten(cloud: Cloud) -> None:

    app.reputation.add(Feedback(400, 200, 0), NOW - timedelta(hours=24))
    app.reputation.add(Feedback(10, 0, 1), NOW - timedelta(hours=23))
    app.reputation.add(Feedback(), NOW)
    assert app.reputation.last_day(NOW) == Feedback(10, 0, 1)
    assert cloud.messages("PlanQueue") == []


@pytest.mark.usefixtures("cloud")
def test_rates_that_nobody_judges_yet_are_said_to_be_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Else the command line says closed beside a rate that is far over its limit."""
    another_day = NOW + 9 * 24 * HOUR
    feedback(24, 0, 2, another_day)
    monkeypatch.setattr(app, "now", lambda: another_day)
    assert breaker.show() == 0
    assert f"is known: 24; judged from {BREAKER_VOLUME} on\n" in capsys.readouterr().out


def test_while_the_breaker_is_open_nothing_goes_on_and_what_starts_is_held(cloud: Cloud) -> None:
    assert app.reputation.open(Breaker(NOW, "too much"))
    assert not app.reputation.open(Breaker(NOW, "again"))
    waiting = mailing_with({"a": ""}, MailingStatus(MailingState.WAITING, NOW - HOUR, until=NOW))
    started = mailing_with({"a": ""}, MailingStatus(MailingState.SENDING, NOW - HOUR))
    assert watch() == {"resumed": 0, "held": 1, "completed": 0, "wrong": 0}
    assert (status(waiting).state, status(started).state) == (MailingState.WAITING, MailingState.HELD)
    assert shards_to_go_on(cloud) == set()


def test_a_closed_breaker_counts_anew_and_leaves_what_it_held_to_a_person(cloud: Cloud) -> None:
    mailing = mailing_with({"a": ""}, MailingStatus(MailingState.SENDING, NOW - HOUR))
    feedback(500, 100, 0)
    assert status(mailing).state is MailingState.HELD
    for closed in (True, False):
        assert close_breaker("Maija", app, now=NOW) is closed
    assert app.reputation.last_day(NOW) == Feedback()
    feedback(600, 1, 0)
    assert app.reputation.breaker() is None
    assert watch()["resumed"] == 0
    assert status(mailing).state is MailingState.HELD
    assert shards_to_go_on(cloud) == set()


# --- certificates ----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("cloud")
def test_a_mailing_that_is_accounted_for_is_complete_and_its_certificate_is_kept() -> None:
    mailing = mailing_with({"a": "aasx", "b": "a?"}, MailingStatus(MailingState.SENDING, NOW - HOUR))
    assert watch()["completed"] == 1
    assert status(mailing).state is MailingState.COMPLETE
    kept = app.stats.certificate(mailing)
    assert kept is not None
    sums = kept.sums
    assert (sums.planned, sums.accepted, sums.suppressed, sums.rejected, sums.doubtful) == (6, 3, 1, 1, 1)
    assert report_of(mailing).final_stats == kept
    assert mailing not in app.statuses.unfinished()
    assert watch()["completed"] == 0


@pytest.mark.usefixtures("cloud")
@pytest.mark.parametrize(("letters", "last"), [({"a": "ar"}, True), ({"a": ""}, True), ({"a": "aa"}, False)])
def test_a_mailing_with_somebody_left_is_not_complete(letters: dict[str, str], last: bool) -> None:  # noqa: FBT001
    mailing = mailing_with(letters, MailingStatus(MailingState.SENDING, NOW - HOUR), last=last)
    assert watch()["completed"] == 0
    assert status(mailing).state is MailingState.SENDING
    assert app.stats.certificate(mailing) is None


@pytest.mark.usefixtures("cloud")
def test_a_cancelled_mailing_is_certified_with_whom_nobody_tried_as_suppressed() -> None:
    mailing = mailing_with(
        {"a": "aa", "b": "ar", "c": "", "d": ".."}, MailingStatus(MailingState.CANCELLED, NOW - HOUR), last=False
    )
    assert watch()["completed"] == 1
    kept = app.stats.certificate(mailing)
    assert kept is not None
    sums = kept.sums
    # The claim of d ran out: its sender died, and SES may have those mails.
    assert (sums.planned, sums.accepted, sums.suppressed, sums.doubtful) == (10, 3, 5, 2)
    assert sums.balanced
    reasons = {line.reason for line in report_of(mailing).lines if line.status == "suppressed"}
    assert reasons == {"cancelled"}
    assert status(mailing).state is MailingState.CANCELLED
    assert mailing not in app.statuses.unfinished()


@pytest.mark.usefixtures("cloud")
def test_a_cancelled_mailing_is_not_certified_while_a_sender_holds_a_batch() -> None:
    mailing = mailing_with({"a": ".."}, MailingStatus(MailingState.CANCELLED, NOW - HOUR))
    assert watch(NOW - HOUR + LEASE - timedelta(seconds=1))["completed"] == 0
    assert watch(NOW - HOUR + LEASE)["completed"] == 1
    assert app.stats.certificate(mailing) is not None


@pytest.mark.usefixtures("cloud")
def test_sums_that_do_not_add_up_are_counted_for_the_alarm_and_end_nothing() -> None:
    mailing = mailing_with({"a": "aa"}, MailingStatus(MailingState.SENDING, NOW - HOUR))
    stranger = Batch(mailing, "a7-7", "fi-x", ("a" * 16,))
    assert app.deliveries.claim(stranger, SendResult.OPEN, {}, NOW) is None
    assert app.deliveries.record_result(stranger, 1, BatchStatus.DONE, SendResult.ACCEPTED, {}, NOW)
    for _ in range(2):
        assert watch() == {"resumed": 0, "held": 0, "completed": 0, "wrong": 1}
    assert status(mailing).state is MailingState.SENDING


@pytest.mark.usefixtures("cloud")
def test_a_look_that_runs_out_of_time_leaves_the_rest_to_the_next() -> None:
    for _ in range(3):
        mailing_with({"a": "aa"}, MailingStatus(MailingState.SENDING, NOW - HOUR))
    ticks = iter(range(0, 10_000, 40))

    def clock() -> float:
        return float(next(ticks))

    assert monitor_mailings(NOW, Isolated(), app, clock=clock)["completed"] == 1
    assert monitor_mailings(NOW, Isolated(), app, clock=clock)["completed"] == 1
    assert watch()["completed"] == 1


# --- counting large mailings -----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("cloud")
def test_a_large_mailing_is_counted_shard_by_shard_and_not_at_every_look(monkeypatch: pytest.MonkeyPatch) -> None:
    mailing = mailing_with({"a": "aa", "b": ""}, MailingStatus(MailingState.SENDING, NOW - HOUR))
    small = report_of(mailing)
    monkeypatch.setattr(Manifests, "are_more_than", lambda *_: True)
    counted: list[str] = []
    original = count_mailing.count_shard

    def counting(mailing: Mailing, shard: str, *more: Any, **named: Any) -> MailingStats:
        counted.append(shard)
        return original(mailing, shard, *more, **named)

    monkeypatch.setattr(count_mailing, "count_shard", counting)
    found = app.mailings.get(mailing)
    assert found is not None

    def look(now: datetime) -> Certificate:
        return count_mailing.count_mailing(found, app, now=now).sums

    assert look(NOW) == small.certificate
    assert len(counted) == len(SHARDS)
    batch = Batch(mailing, "b0-0", "fi-x", tuple(f"b{at:015}" for at in range(4)))
    assert app.deliveries.claim(batch, "aaaa", {}, NOW) is None
    assert app.deliveries.record_result(batch, 1, BatchStatus.DONE, "aaaa", {}, NOW)
    assert look(NOW + timedelta(seconds=10)) == small.certificate
    assert len(counted) == len(SHARDS)
    assert look(NOW + timedelta(minutes=2)).accepted == 6
    assert len(counted) == 2 * len(SHARDS)
    assert [line.batch for line in report_of(mailing).lines] == ["a0-0"] * 2 + ["b0-0"] * 4


@pytest.mark.usefixtures("cloud")
def test_a_change_of_course_makes_older_counts_worthless(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Manifests, "are_more_than", lambda *_: True)
    mailing = mailing_with({"a": "aa", "b": ""}, MailingStatus(MailingState.SENDING, NOW - HOUR))
    assert watch()["completed"] == 0
    assert app.statuses.compare_and_set(
        mailing, status(mailing), MailingStatus(MailingState.CANCELLED, NOW + timedelta(seconds=1))
    )
    watch(NOW + timedelta(seconds=1))
    kept = app.stats.certificate(mailing)
    assert kept is not None
    assert (kept.sums.accepted, kept.sums.suppressed) == (2, 4)
