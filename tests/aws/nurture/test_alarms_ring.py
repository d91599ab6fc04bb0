"""Alarms are rung by breaking what they are about: once, for as long as it is broken, and over when it is mended.

Those on what AWS measures: tests/template/test_alarms_on_aws.py.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from newsletter.articles.article import Article
from newsletter.container import app
from newsletter.mailings.campaign import Campaign, start_campaign
from newsletter.mailings.planning.batches import Batch
from newsletter.platform.messages import Message, from_json
from newsletter.publication.publication import Approval
from newsletter.publication.sending_limits import Feedback
from newsletter.sending.feedback.circuit_breaker import count_feedback
from newsletter.sending.ses.account_client import Account, Quota
from rehearsal import events
from tests.support.articles.blog import Entries, write
from tests.support.aws.measured import BEGINNING, Time, alarm, measured
from tests.support.leads.leads import enqueue, make_lead
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud
from tests.template.alarms import Point, rings, times_rung

Captured = pytest.CaptureFixture[str]
READER = "maija@example.com"
TICK, HOUR = 300, 3600


@pytest.fixture
def told(time: Time, capsys: Captured) -> Told:
    return Told(time, capsys)


class Told:
    """What CloudWatch was told so far."""

    def __init__(self, time: Time, capsys: Captured) -> None:
        self._time, self._capsys = time, capsys
        self.points: list[Point] = []

    def each(self, seconds: range, act: Callable[[], object]) -> None:
        """Act at each of these seconds since the beginning."""
        for moment in seconds:
            self._time.seconds = moment
            act()
            self.points += measured(self._capsys, moment)

    def times(self, cloud: Cloud, name: str) -> int:
        """How often the alarm would have told somebody."""
        return times_rung(alarm(cloud, name), self.points)


def tick(cloud: Cloud) -> None:
    cloud.run("nurture", app.now())
    cloud.drain()


def send_form(cloud: Cloud, address: str = READER) -> None:
    assert cloud.http("POST", "/subscribe", f"email={address}&language=fi&consent=yes")["statusCode"] == 200


# --- sending ---------------------------------------------------------------------------------------------------------


def test_one_mail_that_waits_while_ses_is_paused_rings_once_and_not_at_each_try(
    cloud: Cloud, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsletter.platform.aws.queues_client.MAX_DELAY", 0)  # time is virtual; SQS's is not
    cloud.ses.faults.set_entry_status("ACCOUNT_SENDING_PAUSED", 100)
    send_form(cloud)
    waiting: list[Message] = [from_json(body) for body in cloud.messages("TransactionalQueue")]

    def try_it() -> None:
        body = waiting.pop().to_json()
        assert not cloud.invoke("sender", events.sqs(body, sent=BEGINNING.timestamp()))["batchItemFailures"]
        waiting.extend(from_json(body) for body in cloud.messages("TransactionalQueue"))

    told.each(range(0, 3 * HOUR, TICK), try_it)
    assert told.times(cloud, "SendingStoppedAlarm") == 1
    assert told.times(cloud, "TransactionalWaitAlarm") == 0, "one alarm for one thing"
    ends = rings(alarm(cloud, "SendingStoppedAlarm"), [*told.points, Point(6 * HOUR, *told.points[0][1:3], (), 0.0)])
    assert ends[-1] <= 4 * HOUR + TICK, "it is over an hour after the last try"


def test_ten_refusals_within_an_hour_ring(cloud: Cloud, told: Told) -> None:
    cloud.ses.faults.set_entry_status("MESSAGE_REJECTED", 10, error="Illegal address")

    def ask() -> None:
        send_form(cloud, f"lukija{len(told.points)}-{app.now().timestamp():.0f}@example.com")
        cloud.drain()

    told.each(range(0, 9 * 60, 60), ask)
    assert told.times(cloud, "RejectionsAlarm") == 0
    told.each(range(9 * 60, 11 * 60, 60), ask)
    assert told.times(cloud, "RejectionsAlarm") == 1


def test_a_campaign_that_ses_does_not_take_is_held_and_rings_once(cloud: Cloud, told: Told) -> None:
    add_reader(READER)
    cloud.ses.faults.set_entry_status("ACCOUNT_SENDING_PAUSED", 100)

    def start() -> None:
        start_campaign(Campaign("eka", "Hei", "Hei!", "fi"), app, now=app.now().replace(microsecond=0))
        cloud.drain()

    told.each(range(0, 1, 1), start)
    told.each(range(TICK, HOUR, TICK), lambda: tick(cloud))
    assert (told.times(cloud, "SendingStoppedAlarm"), told.times(cloud, "MailingHeldAlarm")) == (1, 0)


def test_a_campaign_that_begins_while_the_breaker_is_open_rings_once(cloud: Cloud, told: Told) -> None:
    add_reader(READER)
    count_feedback(Feedback(1_000, 400, 0), app, now=app.now())

    def start() -> None:
        start_campaign(Campaign("eka", "Hei", "Hei!", "fi"), app, now=app.now().replace(microsecond=0))

    told.each(range(24 * HOUR, 24 * HOUR + 1, 1), start)
    told.each(range(24 * HOUR + TICK, 25 * HOUR, 3 * TICK), lambda: tick(cloud))
    assert told.times(cloud, "MailingHeldAlarm") == 1


def test_a_quota_that_is_nearly_used_rings_once_and_is_over_when_there_is_room(
    cloud: Cloud, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    used = [89]
    monkeypatch.setattr(Account, "quota", lambda _: Quota(100, used[0]))
    told.each(range(0, HOUR, TICK), lambda: tick(cloud))
    assert told.times(cloud, "QuotaAlarm") == 0
    used[0] = 90
    told.each(range(HOUR, 2 * HOUR, TICK), lambda: tick(cloud))
    used[0] = 20
    told.each(range(2 * HOUR, 4 * HOUR, 2 * TICK), lambda: tick(cloud))
    assert told.times(cloud, "QuotaAlarm") == 1
    assert rings(alarm(cloud, "QuotaAlarm"), told.points)[-1] <= 3 * HOUR + 900


def test_a_tick_does_all_else_where_ses_does_not_tell_the_quota(
    cloud: Cloud, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: Account) -> Quota:
        raise ConnectionError

    monkeypatch.setattr(Account, "quota", fails)
    told.each(range(0, 1, 1), lambda: tick(cloud))
    assert told.times(cloud, "QuotaAlarm") == 0


# --- feedback --------------------------------------------------------------------------------------------------------


def report(cloud: Cloud, kind: str) -> Callable[[], None]:
    """SES reports something of the last mail."""
    mail = cloud.mails()[-1]
    tags = {name: [value] for name, value in mail.tags.items()}
    about = {"timestamp": "2027-01-05T08:00:00Z", "messageId": mail.id, "destination": [READER], "tags": tags}
    body = json.dumps({"eventType": kind, "mail": about, "failure": {"errorMessage": "x", "templateName": "y"}})

    def come() -> None:
        assert not cloud.invoke("feedback", events.sqs(body))["batchItemFailures"]

    return come


@pytest.mark.parametrize(
    ("kind", "name"), [("Teleported", "UnknownReportAlarm"), ("Rendering Failure", "RenderingFailureAlarm")]
)
def test_a_report_that_a_person_must_see_rings_once_however_many_follow(
    cloud: Cloud, told: Told, kind: str, name: str
) -> None:
    send_form(cloud)
    cloud.drain()
    told.each(range(0, 5 * HOUR, 20 * 60), report(cloud, kind))
    assert told.times(cloud, name) == 1


def test_too_many_bounces_open_the_breaker_and_ring_once(cloud: Cloud, told: Told) -> None:
    add_reader(READER)
    start_campaign(Campaign("eka", "Hei", "Hei!", "fi"), app, now=app.now().replace(microsecond=0))
    count_feedback(Feedback(1_000, 400, 0), app, now=app.now())
    told.each(range(0, 2 * HOUR, TICK), lambda: tick(cloud))
    assert (told.times(cloud, "BreakerAlarm"), told.times(cloud, "MailingHeldAlarm")) == (1, 0)
    told.points += [Point(at, "AWS/SES", "Reputation.BounceRate", (), 0.3) for at in range(TICK, 2 * HOUR, TICK)]
    assert told.times(cloud, "BounceRateAlarm") == 0, "the breaker has told of it"
    told.points += [Point(at, "AWS/SES", "Reputation.BounceRate", (), 0.3) for at in range(2 * HOUR, 4 * HOUR, TICK)]
    assert told.times(cloud, "BounceRateAlarm") == 1, "and is closed"


# --- leads -----------------------------------------------------------------------------------------------------------


def test_a_crm_that_is_off_rings_once_until_it_is_on_and_what_is_given_up_rings_too(cloud: Cloud, told: Told) -> None:
    add_reader(READER)
    enqueue(make_lead(READER, app.now()), READER, app.now())
    cloud.crm_status = 410
    told.each(range(0, 3 * HOUR, TICK), lambda: tick(cloud))
    assert told.times(cloud, "CrmEndpointOffAlarm") == 1
    assert told.times(cloud, "LeadsDeadAlarm") == 0
    told.each(range(73 * HOUR, 75 * HOUR, TICK), lambda: tick(cloud))
    assert told.times(cloud, "LeadsDeadAlarm") == 1


# --- feeds, digests, certificates ------------------------------------------------------------------------------------


def test_a_feed_that_cannot_be_read_for_a_day_rings_once_until_it_is_back(
    cloud: Cloud, told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = tmp_path / "feed.xml"
    monkeypatch.setenv("NEWSLETTER_FEED_URL", str(feed))
    app.reset()
    told.each(range(0, 23 * HOUR, HOUR), lambda: cloud.run("feed_ingest", app.now()))
    assert told.times(cloud, "FeedUnreadableAlarm") == 0
    told.each(range(23 * HOUR, 40 * HOUR, HOUR), lambda: cloud.run("feed_ingest", app.now()))
    write(feed, {"a": ("A", BEGINNING)})
    told.each(range(40 * HOUR, 48 * HOUR, HOUR), lambda: cloud.run("feed_ingest", app.now()))
    assert told.times(cloud, "FeedUnreadableAlarm") == 1


def test_a_feed_that_brings_far_more_than_usual_is_held_and_rings_once(
    cloud: Cloud, told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = tmp_path / "feed.xml"
    monkeypatch.setenv("NEWSLETTER_FEED_URL", str(feed))
    app.reset()
    few: Entries = {f"a{number}": (f"A{number}", BEGINNING - timedelta(days=number)) for number in range(6)}
    write(feed, few)
    told.each(range(0, HOUR, HOUR), lambda: cloud.run("feed_ingest", app.now()))
    assert told.times(cloud, "FeedHeldAlarm") == 0
    more: Entries = {f"b{number}": (f"B{number}", BEGINNING + timedelta(minutes=number)) for number in range(25)}
    write(feed, few | more)
    told.each(range(HOUR, 9 * HOUR, HOUR), lambda: cloud.run("feed_ingest", app.now()))
    assert told.times(cloud, "FeedHeldAlarm") == 1


def publish(url: str) -> None:
    day_before = app.now() - timedelta(days=1)
    app.articles.put(Article("a", url, "Kirjoitus", "", (), (), "fi", "", "", None, day_before))


def test_a_digest_that_preflight_finds_broken_rings(cloud: Cloud, told: Told) -> None:
    add_reader(READER)
    publish("http://10.0.0.7/luonnos")
    told.each(range(0, 1, 1), lambda: cloud.run("planner", app.now()))
    assert told.times(cloud, "DigestHeldAlarm") == 1


def test_a_digest_of_which_nothing_is_decided_by_its_hour_rings_once_until_it_is(cloud: Cloud, told: Told) -> None:
    """2027-01-05 is a Tuesday, and its digest is due at 06:00 UTC; the clock begins at 08:00."""
    add_reader(READER)
    publish("https://b.example/a")
    told.each(range(0, HOUR, TICK), lambda: tick(cloud))
    assert told.times(cloud, "DigestUndecidedAlarm") == 0, "a stack that was not there at that hour"
    app.decisions.put(BEGINNING - timedelta(days=7), "digest-2026-W53", "sent", "")
    told.each(range(HOUR, 2 * HOUR, TICK), lambda: tick(cloud))
    told.each(range(2 * HOUR, 2 * HOUR + 1, 1), lambda: cloud.run("planner", app.now()))
    told.each(range(2 * HOUR + TICK, 4 * HOUR, 3 * TICK), lambda: tick(cloud))
    assert told.times(cloud, "DigestUndecidedAlarm") == 1
    assert rings(alarm(cloud, "DigestUndecidedAlarm"), told.points)[-1] <= 3 * HOUR


@pytest.mark.parametrize(("then_send", "rung"), [(False, 1), (True, 0)])
def test_a_digest_that_nobody_approves_rings_before_it_is_dropped_and_not_where_it_goes_out_by_itself(
    cloud: Cloud, told: Told, monkeypatch: pytest.MonkeyPatch, *, then_send: bool, rung: int
) -> None:
    add_reader(READER)
    publish("https://b.example/a")
    templates = app.templates
    approved = replace(templates.publication.digest, approval=Approval(timedelta(hours=6), then_send=then_send))
    monkeypatch.setitem(templates.__dict__, "publication", replace(templates.publication, digest=approved))
    told.each(range(0, 1, 1), lambda: cloud.run("planner", app.now()))
    told.each(
        range(900, 8 * HOUR, 900),
        lambda: cloud.invoke("planner", {"now": app.now().isoformat(), "only": "look after"}),
    )
    assert told.times(cloud, "DigestUndecidedAlarm") == rung


def test_figures_that_do_not_add_up_ring_once(cloud: Cloud, told: Told) -> None:
    reader = add_reader(READER)
    start_campaign(Campaign("eka", "Hei", "Hei!", "fi"), app, now=app.now().replace(microsecond=0))
    cloud.drain()
    stray = Batch("campaign-eka", "z9-0", "fi-x", (reader,))
    assert app.deliveries.claim(stray, ".", {}, app.now()) is None
    told.each(range(0, HOUR, TICK), lambda: tick(cloud))
    assert told.times(cloud, "CertificateAlarm") == 1
