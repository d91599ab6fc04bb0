"""What the tick does for mailings that are under way: it goes on where it may and holds where it must."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from cli.mailings import breaker
from newsletter.container import app
from newsletter.mailings.status import MailingState, MailingStatus
from newsletter.nurture.monitor_mailings import PILOT_EXTENSION
from newsletter.platform.shards import SHARDS
from newsletter.publication.sending_limits import BREAKER_VOLUME, DEFAULT_LIMITS, Feedback
from newsletter.sending.feedback.circuit_breaker import close_breaker, count_feedback
from newsletter.sending.feedback.reputation_store import Breaker
from newsletter.sending.sending_stopped import QUOTA_RETRY
from newsletter.sending.ses.account_client import Quota
from tests.support.mailings import monitored
from tests.support.mailings.monitored import HOUR, NOW, mailing_with, shards_to_go_on, status, told, watch
from tests.support.stack.cloud import Cloud

cloud = monitored.cloud
shared = monitored.shared


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
