"""The warm-up plan: no day has more mails than its number, engaged readers come first, everybody gets one."""

from __future__ import annotations

import random
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from newsletter.container import app
from newsletter.mail.preflight_rules import Rule
from newsletter.mailings.audience.facts import PlannedFacts
from newsletter.mailings.campaign import Campaign, prepare_campaign
from newsletter.mailings.control.replace_earlier import replace_earlier
from newsletter.mailings.digests.digest import Digest, Window
from newsletter.mailings.digests.release import digest_mailing
from newsletter.mailings.mailing import Kind
from newsletter.mailings.status import MailingState, MailingStatus
from newsletter.overview.whats_next import warm_up_today
from newsletter.publication.sending_limits import WarmUp
from newsletter.reports.report_mailing import report_mailing
from newsletter.sending.warm_up.count_mails import DayIsFull, count_mails
from tests.support.aws.lost_responses import Crash, crashing, the
from tests.support.mailings import warm_up
from tests.support.mailings.warm_up import BEGINS, IDS, LARGEST, READERS, Days, plan, state_of

days = warm_up.days


@pytest.mark.parametrize("seed", range(3))
def test_no_day_has_more_than_its_number_and_everybody_gets_one_mail_in_the_end(days: Days, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 (a drawn test)
    warm_up = plan(chance.randint(2, 5), chance.randint(10, 80))
    days.plan(warm_up)
    mailing, before, took = days.start(), 0, 0
    for number in range(8):
        days.work()
        sent = len(days.sent(mailing))
        most = warm_up.allowed(days.now.date())
        assert most is not None
        assert sent - before <= most
        assert sent - before > min(most, len(READERS) - before) - LARGEST, "a batch goes whole or on the next day"
        before, took = sent, number + 1
        if sent == len(READERS):
            break
        status = app.statuses.status(mailing)
        assert status is not None
        assert status.state is MailingState.WAITING
        assert "warm-up plan" in status.reason
        assert status.until == BEGINS + timedelta(days=number + 1)
        assert report_mailing(mailing, app, now=days.now).stats.sums.waiting == len(READERS) - sent
        days.next_day()
    assert Counter(days.sent(mailing)) == dict.fromkeys(READERS, 1)
    assert took >= warm_up.days_for(len(READERS), BEGINS.date())


@pytest.mark.parametrize("number", range(0, 56, 8))
def test_a_crash_after_any_call_of_a_day_keeps_the_number_and_loses_nobody(days: Days, number: int) -> None:
    days.plan(plan(6, 40))
    mailing = days.start()
    with crashing(the(number, lambda call: call.service != "sesv2")), suppress(Crash):
        days.work(ticks=2)
    days.work()
    assert len(days.sent(mailing)) <= 6
    for _ in range(4):
        days.next_day()
        days.work()
    got = Counter(days.sent(mailing))
    assert set(got.values()) == {1}
    sums = report_mailing(mailing, app, now=days.now).stats.sums
    assert sums.accepted + sums.doubtful == len(READERS), "nobody is lost; whom a crash left in doubt is named"
    assert sums.accepted == len(got)


def test_engaged_readers_of_every_shard_come_before_the_others(days: Days, monkeypatch: pytest.MonkeyPatch) -> None:
    engaged = {IDS[reader] for reader in READERS[::3]}
    monkeypatch.setattr(PlannedFacts, "engaged", lambda *_: frozenset(engaged))
    days.plan(plan(4, 40))
    mailing = days.start()
    for _ in range(4):
        days.work()
        days.next_day()
    days.work()
    sent = days.sent(mailing)
    assert Counter(sent) == dict.fromkeys(READERS, 1)
    assert set(sent[: len(engaged)]) == set(READERS[::3])


def test_what_readers_wait_for_is_counted_and_never_waits(days: Days) -> None:
    days.plan(plan(6, 40))
    mailing = app.mailings.get(days.start())
    assert mailing is not None
    standing = replace(mailing, id="welcome", kind=Kind.WELCOME)
    for _ in range(8):
        count_mails(1, standing, app)
    assert app.warm_up_days.used(BEGINS.date()) == 8
    days.work()
    assert days.sent(mailing.id) == [], "the day is full without it"
    days.next_day()
    days.work()
    assert len(days.sent(mailing.id)) == 8, "6 and 40 per cent"


def test_nothing_is_counted_outside_of_the_plan(days: Days) -> None:
    days.plan(WarmUp(BEGINS.date() + timedelta(days=3), 2, 40, 100))
    mailing = days.start()
    days.work()
    assert len(days.sent(mailing)) == len(READERS)
    assert app.warm_up_days.used(BEGINS.date()) == 0


def test_the_last_moments_of_a_day_count_for_no_day(days: Days) -> None:
    """A call to SES follows the count, and would be of the next day."""
    days.plan(plan(6, 40))
    mailing = app.mailings.get(days.start())
    assert mailing is not None
    days.now = datetime(2027, 1, 11, 21, 59, 45, tzinfo=UTC)  # 23:59:45 in Helsinki
    with pytest.raises(DayIsFull):
        count_mails(1, mailing, app)
    days.now += timedelta(seconds=20)
    assert count_mails(1, mailing, app) == date(2027, 1, 12)


def test_a_newer_digest_takes_the_place_of_what_is_left_of_the_one_before(days: Days) -> None:
    weekly = [
        Digest(week, Window(BEGINS - timedelta(days=7), BEGINS + timedelta(days=n)), ("x",), released_at=BEGINS)
        for n, week in enumerate(("2027-W02", "2027-W03"))
    ]
    mailings = [digest_mailing(each, app.publication) for each in weekly]
    for mailing in mailings:
        app.mailings.create(mailing)
    replace_earlier(mailings[1], app)
    assert state_of(mailings[0].id) is MailingState.SENDING, "without a plan each goes to its end"
    days.plan(plan(6))
    replace_earlier(mailings[1], app)
    assert [state_of(each.id) for each in mailings] == [MailingState.CANCELLED, MailingState.SENDING]
    status = app.statuses.status(mailings[0].id)
    assert status is not None
    assert "digest-2027-W03" in status.reason


def test_a_digest_in_its_pilot_makes_way_too(days: Days) -> None:
    """One whose pilot took more than a day is resumed as its pilot."""
    weekly = [
        Digest(week, Window(BEGINS - timedelta(days=7), BEGINS + timedelta(days=n)), ("x",), released_at=BEGINS)
        for n, week in enumerate(("2027-W04", "2027-W05"))
    ]
    mailings = [digest_mailing(each, app.publication) for each in weekly]
    for mailing in mailings:
        app.mailings.create(mailing)
    pilot = MailingStatus(MailingState.PILOT, BEGINS, until=BEGINS + timedelta(hours=1), pilot_shards="ab")
    assert app.statuses.compare_and_set(mailings[0].id, mailings[0].status, pilot)
    days.plan(plan(6))
    replace_earlier(mailings[1], app)
    assert [state_of(each.id) for each in mailings] == [MailingState.CANCELLED, MailingState.SENDING]


def test_before_it_is_sent_preflight_says_on_how_many_days_and_the_start_page_what_today_takes(days: Days) -> None:
    days.plan(plan(6, 40))
    prepared = prepare_campaign(Campaign("monta", "Hei", "Hei!", "fi"), app, now=days.now)
    (said,) = (fault for fault in prepared.faults if fault.rule is Rule.DAYS)
    assert not said.blocks
    assert "on 2 days at least, at most 6 mails on the first" in said.message
    app.warm_up_days.add(BEGINS.date(), 4, days.now)
    today = warm_up_today(days.now, app)
    assert today
    assert "at most 6 mails today, 4 so far" in today.in_words
    finnish = app.templates.console_texts.words("fi").said(today.in_words)
    assert f"{today.ends.day}.{today.ends.month}.{today.ends.year}" in finnish
    days.plan(None)
    assert not prepare_campaign(Campaign("monta", "Hei", "Hei!", "fi"), app, now=days.now).faults
    assert warm_up_today(days.now, app) is None


def test_who_confirmed_lately_is_engaged_and_nobody_is_outside_of_the_plan(days: Days) -> None:
    """The readers of this file signed up today, by the clock on the wall."""
    days.now = datetime.now(UTC)
    started = app.mailings.get(days.start())
    assert started is not None
    shard = IDS[READERS[0]][0]
    assert app.planned_facts.engaged(started, shard, days.now) is None
    days.plan(WarmUp(days.now.date() - timedelta(days=1), 6, 40, 1_000))
    engaged = app.planned_facts.engaged(started, shard, days.now)
    assert engaged is not None
    assert IDS[READERS[0]] in engaged
