"""What a day of the warm-up plan counts: mails that SES took, each once, whatever is tried again around midnight."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from newsletter.container import app
from newsletter.mailings.planning.enqueue import batch_message
from newsletter.mailings.planning.plan_page import plan_page
from newsletter.mailings.status import MailingState
from newsletter.platform.messages import PlanPage
from newsletter.sending.ledger import SendResult
from newsletter.sending.send_batches import send_batches
from newsletter.sending.settle_doubt import BatchBusy
from newsletter.sending.warm_up.count_mails import DayIsFull, count_mails, next_part, wait_for_next_day
from tests.support.mailings import warm_up
from tests.support.mailings.warm_up import BEGINS, IDS, READERS, Days, counted, first_batch, plan, send_all, state_of

days = warm_up.days


def test_what_ses_did_not_take_is_not_counted(days: Days) -> None:
    days.plan(plan(100, 40))
    days.cloud.ses.faults.throttle(4)
    send_all(days, days.start())
    assert counted(days) == len(READERS)


def test_a_batch_that_another_sender_has_is_counted_once(days: Days) -> None:
    days.plan(plan(100, 40))
    mailing = days.start()
    plan_page(PlanPage(mailing, IDS[READERS[0]][0], 0), days.now, app)
    batch = first_batch(mailing)
    assert app.deliveries.claim(batch, SendResult.OPEN * len(batch.recipients), {}, days.now) is None
    assert [type(error) for error in send_batches([batch_message(batch)], app)] == [BatchBusy]
    assert counted(days) == 0


def test_a_repeated_message_lets_no_mailing_wait_of_which_everything_is_sent(days: Days) -> None:
    days.plan(plan(100, 40))
    mailing = days.start()
    send_all(days, mailing)
    app.warm_up_days.add(days.now.date(), 100 - counted(days), days.now)
    assert send_batches([batch_message(first_batch(mailing))], app) == [None]
    assert state_of(mailing) is MailingState.SENDING
    days.work()
    assert state_of(mailing) is MailingState.COMPLETE
    assert counted(days) == 100


def test_a_day_that_ends_while_it_is_found_full_is_followed_by_the_next(days: Days) -> None:
    days.plan(plan(6, 40))
    mailing = app.mailings.get(days.start())
    assert mailing is not None
    days.now = datetime(2027, 1, 11, 21, 59, 59, 999_000, tzinfo=UTC)  # in Helsinki a moment before midnight
    with pytest.raises(DayIsFull) as full:
        count_mails(1, mailing, app)
    days.now += timedelta(milliseconds=2)
    assert wait_for_next_day(mailing, full.value.day, app)
    status = app.statuses.status(mailing.id)
    assert status is not None
    assert status.until == datetime(2027, 1, 12, 8, tzinfo=UTC)


def test_what_began_right_before_midnight_is_not_resumed_after_it(days: Days) -> None:
    """The tick comes within minutes, and would find the day over for which the mailing waited."""
    days.now = datetime(2027, 1, 11, 21, 58, tzinfo=UTC)  # 23:58 in Helsinki
    assert next_part(days.now, date(2027, 1, 11), app) == datetime(2027, 1, 12, 21, tzinfo=UTC)
    assert next_part(BEGINS, date(2027, 3, 27), app) == datetime(2027, 3, 28, 7, tzinfo=UTC), "summer time begins"
