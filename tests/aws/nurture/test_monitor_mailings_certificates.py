"""What the tick certifies: mailings that are over, each counted once and only when its sums add up."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from newsletter.container import app
from newsletter.mailings.planning.batches import Batch
from newsletter.mailings.planning.manifests_store import Manifests
from newsletter.mailings.status import MailingState, MailingStatus
from newsletter.nurture.monitor_mailings import monitor_mailings
from newsletter.platform.isolation import Isolated
from newsletter.platform.shards import SHARDS
from newsletter.reports import count_mailing
from newsletter.reports.certificate import Certificate
from newsletter.sending.ledger import LEASE, BatchStatus, SendResult
from tests.support.mailings import monitored
from tests.support.mailings.monitored import HOUR, NOW, mailing_with, status, watch
from tests.support.mailings.reports import report_of, shards_counted

cloud = monitored.cloud
shared = monitored.shared


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
    counted = shards_counted(monkeypatch)
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
