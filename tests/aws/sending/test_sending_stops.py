"""SES takes nothing: mailings stand still and lose nobody, nothing is burned in tries, and readers' own mail waits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from newsletter.container import app
from newsletter.mailings.campaign import Campaign, start_campaign
from newsletter.mailings.control.cancel import cancel_mailing
from newsletter.mailings.control.pause import pause_mailing
from newsletter.mailings.control.resume import resume_mailing
from newsletter.mailings.mailing import Kind, Mailing, Variant
from newsletter.mailings.status import MailingState, MailingStatus
from newsletter.platform.aws import clients as aws
from newsletter.platform.messages import SendBatch, from_json
from newsletter.readers.imports.import_subscribers import Imported, ImportList, Mode, import_rows
from newsletter.readers.imports.read_row import Row
from newsletter.sending.feedback.reputation_store import Breaker
from newsletter.sending.ledger import BatchStatus
from newsletter.sending.sending_stopped import QUOTA_RETRY
from newsletter.sending.ses.ses_answers import STOPPING_STATUSES
from rehearsal import events
from tests.support.mailings.reports import report_of
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud

READERS = [f"lukija{number}@example.com" for number in range(4)]
numbers = iter(range(1000))


@pytest.fixture
def cloud(cloud: Cloud) -> Cloud:
    """A stack with four readers."""
    for reader in READERS:
        add_reader(reader)
    return cloud


@pytest.fixture
def mailing(cloud: Cloud) -> str:
    """A campaign to them all, on its way."""
    return start(cloud)


def start(cloud: Cloud) -> str:
    campaign = Campaign(f"seis{next(numbers)}", "Seis", "Hei!", "fi")
    launched = start_campaign(campaign, app, now=app.now().replace(microsecond=0))
    assert launched.created
    assert cloud.mails(READERS[0]) is not None
    return launched.mailing.id


def got(cloud: Cloud, mailing: str) -> list[str]:
    """Who got the mailing, sorted; nobody twice."""
    return sorted(mail.to[0] for mail in cloud.mails() if mail.tags["mailing"] == mailing)


def status(mailing: str) -> MailingStatus:
    found = app.statuses.status(mailing)
    assert found is not None
    return found


def resume(mailing: str) -> None:
    resume_mailing(mailing, app, by="Maija", now=app.now().replace(microsecond=0))


def delayed(queue: str) -> int:
    """Messages of the queue that come back later."""
    attributes = aws.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    return int(attributes["ApproximateNumberOfMessagesDelayed"])


@pytest.mark.parametrize("answer", STOPPING_STATUSES)
def test_a_status_that_stops_everybody_holds_the_mailing_and_resuming_mails_the_rest_once(
    cloud: Cloud, mailing: str, answer: str
) -> None:
    cloud.ses.faults.set_entry_status(answer, 2)

    assert cloud.drain() == []

    stopped = status(mailing)
    quota = answer == "ACCOUNT_DAILY_QUOTA_EXCEEDED"
    assert stopped.state is (MailingState.WAITING if quota else MailingState.HELD)
    assert stopped.reason == STOPPING_STATUSES[answer]
    assert stopped.until == (stopped.since + QUOTA_RETRY if quota else None)
    assert delayed(app.settings.batch_queue) == 0
    report = report_of(mailing)
    assert report.certificate.balanced
    assert report.certificate.waiting >= 1

    cloud.ses.faults.clear()
    resume(mailing)
    assert cloud.drain() == []
    assert got(cloud, mailing) == READERS


def test_a_mailing_that_waits_for_the_quota_goes_on_with_a_later_tick(cloud: Cloud, mailing: str) -> None:
    cloud.ses.faults.set_entry_status("ACCOUNT_DAILY_QUOTA_EXCEEDED", 4)
    cloud.drain()
    until = status(mailing).until
    assert until is not None
    cloud.ses.faults.clear()
    cloud.run("nurture", until - timedelta(seconds=1))
    assert cloud.drain() == []
    assert status(mailing).state is MailingState.WAITING
    cloud.run("nurture", until)
    assert cloud.drain() == []
    assert got(cloud, mailing) == READERS
    cloud.run("nurture", until + timedelta(minutes=5))
    assert status(mailing).state is MailingState.COMPLETE


def test_nothing_of_a_paused_mailing_is_sent_and_its_messages_do_not_circle(cloud: Cloud, mailing: str) -> None:
    (first, *_) = plan(cloud)
    pause_mailing(mailing, app, by="Maija", now=app.now())
    app.queues.send(app.settings.batch_queue, first)
    assert cloud.drain() == []
    assert got(cloud, mailing) == []
    assert delayed(app.settings.batch_queue) == 0
    resume(mailing)
    assert cloud.drain() == []
    assert got(cloud, mailing) == READERS


def test_nothing_of_a_cancelled_mailing_is_sent_and_the_certificate_counts_whom_nobody_tried(
    cloud: Cloud, mailing: str
) -> None:
    first, *rest = plan(cloud)
    send(cloud, [first])
    cancel_mailing(mailing, app, by="Maija", now=app.now())
    send(cloud, rest)
    assert len(got(cloud, mailing)) == len(first.recipients)
    cloud.run("nurture", app.now())
    ended = report_of(mailing).final_stats
    assert ended is not None
    assert (ended.sums.accepted, ended.sums.suppressed) == (len(first.recipients), 4 - len(first.recipients))


@pytest.mark.parametrize("stop", [pause_mailing, cancel_mailing])
def test_a_batch_that_waits_for_its_slot_is_not_sent_once_its_mailing_is_stopped(
    cloud: Cloud, mailing: str, monkeypatch: pytest.MonkeyPatch, stop: Callable[..., MailingStatus]
) -> None:
    first, *_ = plan(cloud)
    app.rate_limiter.reserve("bulk", 0.5, app.now().timestamp())
    slept = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        stop(mailing, app, by="Maija", now=app.now())

    monkeypatch.setattr(app, "sleep", sleep)
    send(cloud, [first])

    assert len(slept) == 1
    assert got(cloud, mailing) == []
    assert app.deliveries.record(mailing, first.batch) is None
    assert delayed(app.settings.batch_queue) == 0


def test_steps_and_confirmations_wait_in_their_queues_as_long_as_it_takes(cloud: Cloud) -> None:
    step, reader = "step-sparraus-1", add_reader("askel@example.com")
    variant = Variant("fi", "Askel", "<p>Hei</p>", "Hei", ())
    app.mailings.create(Mailing(step, Kind.STEP, app.now(), subject="Askel"))
    app.mailings.put_variant(step, variant, [])
    app.queues.send(app.settings.batch_queue, SendBatch(step, f"{reader}-1", variant.key, (reader,)))
    form = "email=uusi%40example.com&language=fi&consent=yes"
    assert cloud.http("POST", "/subscribe", form)["statusCode"] == 200
    cloud.ses.faults.set_entry_status("ACCOUNT_SENDING_PAUSED", 2)

    assert cloud.drain() == []

    assert (delayed(app.settings.batch_queue), delayed(app.settings.transactional_queue)) == (1, 1)
    record = app.deliveries.record(step, f"{reader}-1")
    assert record is not None
    assert record.state is BatchStatus.RETRY
    cloud.ses.faults.clear()
    now_due(cloud, "batch")
    now_due(cloud, "transactional")
    assert cloud.drain() == []
    assert len(cloud.mails("askel@example.com")) == len(cloud.mails("uusi@example.com")) == 1


def test_an_open_breaker_stops_steps_and_invitations_that_are_on_their_queues_already_and_lets_confirmations_go(
    cloud: Cloud,
) -> None:
    step, reader = "step-sparraus-2", add_reader("askel2@example.com")
    variant = Variant("fi", "Askel", "<p>Hei</p>", "Hei", ())
    app.mailings.create(Mailing(step, Kind.STEP, app.now(), subject="Askel"))
    app.mailings.put_variant(step, variant, [])
    app.queues.send(app.settings.batch_queue, SendBatch(step, f"{reader}-1", variant.key, (reader,)))
    now = app.now().replace(microsecond=0)
    invited = import_rows([Row("kutsuttu@example.com")], ImportList("messut", Mode.PENDING), now, app)
    assert invited == [Imported.ASKED]
    form = "email=kolmas%40example.com&language=fi&consent=yes"
    assert cloud.http("POST", "/subscribe", form)["statusCode"] == 200
    assert app.reputation.open(Breaker(now, "too much bounced"))

    assert cloud.drain() == []

    assert cloud.mails("askel2@example.com") == cloud.mails("kutsuttu@example.com") == []
    assert len(cloud.mails("kolmas@example.com")) == 1
    assert (delayed(app.settings.batch_queue), delayed(app.settings.transactional_queue)) == (1, 1)
    assert app.deliveries.record(step, f"{reader}-1") is None
    assert app.reputation.close(app.now())
    now_due(cloud, "batch")
    now_due(cloud, "transactional")
    assert cloud.drain() == []
    assert len(cloud.mails("askel2@example.com")) == len(cloud.mails("kutsuttu@example.com")) == 1


def test_while_the_breaker_is_open_campaigns_are_held_from_the_start_and_confirmations_go(cloud: Cloud) -> None:
    assert app.reputation.open(Breaker(app.now().replace(microsecond=0), "too much bounced"))
    mailing = start(cloud)
    stopped = status(mailing)
    assert (stopped.state, stopped.reason) == (MailingState.HELD, "breaker open: too much bounced")
    form = "email=toinen%40example.com&language=fi&consent=yes"
    assert cloud.http("POST", "/subscribe", form)["statusCode"] == 200
    assert cloud.drain() == []
    assert got(cloud, mailing) == []
    report = report_of(mailing).certificate
    assert report.planned == report.waiting >= 4
    assert len(cloud.mails("toinen@example.com")) == 1
    told = [line["decision"] for line in app.decisions.newest(100) if line["run"] == mailing]
    assert told == ["held"]
    assert app.reputation.close(app.now())
    resume(mailing)
    assert cloud.drain() == []
    assert set(READERS) <= set(got(cloud, mailing))


def test_a_pilot_goes_out_alone_and_the_rest_after_it_was_watched(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    careful = replace(app.publication.sending_limits, pilot_above=20)
    monkeypatch.setitem(vars(app.templates), "publication", replace(app.publication, sending_limits=careful))
    ids = {add_reader(f"viipale{number}@example.com"): f"viipale{number}@example.com" for number in range(40)}
    mailing = start(cloud)
    pilot = status(mailing)
    assert pilot.state is MailingState.PILOT
    assert pilot.until is not None

    assert cloud.drain() == []

    first = {email for reader, email in ids.items() if reader[0] in pilot.pilot_shards}
    early = set(got(cloud, mailing))
    assert first <= early
    assert len(early) < 40
    cloud.run("nurture", pilot.until)
    assert cloud.drain() == []
    assert set(ids.values()) <= set(got(cloud, mailing))
    assert len(got(cloud, mailing)) == len(set(got(cloud, mailing)))


def plan(cloud: Cloud) -> list[SendBatch]:
    """Work the plan queue off; the batches, taken from their queue."""
    while bodies := cloud.messages("PlanQueue"):
        for body in bodies:
            cloud.invoke("planner", events.sqs(body))
    return [message for message in map(from_json, cloud.messages("BatchQueue")) if isinstance(message, SendBatch)]


def send(cloud: Cloud, batches: list[SendBatch]) -> None:
    """Give the batches to the sender at once."""
    answer = cloud.invoke("sender", events.sqs(*(batch.to_json() for batch in batches)))
    assert answer["batchItemFailures"] == []


def now_due(cloud: Cloud, queue: str) -> None:
    """As if the delay of the queue's messages were over."""
    from moto.sqs.models import sqs_backends

    url = getattr(app.settings, f"{queue}_queue")
    account = cloud.stack.account
    for message in sqs_backends[account.account_id][account.region].queues[url.rpartition("/")[2]]._messages:  # noqa: SLF001
        message.delayed_until = 0
