"""What SES refuses: one recipient, a call or everything; mailings stop in time, and nobody's mail vanishes."""

from __future__ import annotations

from collections import Counter
from typing import Any
from unittest.mock import Mock

import pytest
from botocore.exceptions import ClientError

from newsletter.container import app
from newsletter.mailings.status import MailingState
from newsletter.platform import observability
from newsletter.platform.aws import clients as aws
from newsletter.platform.messages import SendBatch
from newsletter.platform.redaction import CUT
from newsletter.sending import send_batch
from newsletter.sending.ledger import RecipientStatus
from newsletter.sending.ses.mailer_client import FALLBACK_RATE, Mailer
from newsletter.sending.ses.ses_answers import CREDENTIALS, DENIED, NOT_VERIFIED, REFUSED, STOPPING_STATUSES
from tests.aws.sending.test_sending_stops import READERS, delayed, got, now_due, plan, resume, send, start, status
from tests.support.mailings.reports import report_of
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud


@pytest.fixture
def cloud(cloud: Cloud) -> Cloud:
    """A stack with four readers."""
    for reader in READERS:
        add_reader(reader)
    return cloud


@pytest.fixture
def crowd(cloud: Cloud) -> set[str]:
    """The ids of sixty more readers."""
    assert cloud.mails() == []
    return {add_reader(f"torjuttu{number}@example.com") for number in range(60)}


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """What is counted from now on, by metric."""
    found: Counter[str] = Counter()

    class Recorder:
        metric_set: dict[str, Any] = {}  # noqa: RUF012 (as Powertools has it)

        def add_metric(self, *, name: str, unit: object, value: int) -> None:
            assert unit
            found[name] += value

    monkeypatch.setattr(observability, "metrics", Recorder)
    return found


@pytest.fixture
def mailing(cloud: Cloud) -> str:
    """A campaign to them all, on its way."""
    return start(cloud)


NAMED = f"Email address is not verified. The following identities failed the check in region EU-NORTH-1: {READERS[0]}"
UNTRUE = "The security token included in the request is invalid."


@pytest.mark.parametrize(
    ("error", "said", "reason"),
    [
        ("AccountSuspendedException", "", STOPPING_STATUSES["ACCOUNT_SUSPENDED"]),
        ("SendingPausedException", "", STOPPING_STATUSES["ACCOUNT_SENDING_PAUSED"]),
        ("MailFromDomainNotVerifiedException", "", STOPPING_STATUSES["MAIL_FROM_DOMAIN_NOT_VERIFIED"]),
        ("MessageRejected", "", REFUSED),
        ("MessageRejected", NAMED, NOT_VERIFIED),
        ("BadRequestException", NAMED, NOT_VERIFIED),
        ("AccessDeniedException", f"User is not authorized to perform ses:SendEmail on {READERS[0]}", DENIED),
        ("UnrecognizedClientException", UNTRUE, CREDENTIALS),
        ("ExpiredTokenException", UNTRUE, CREDENTIALS),
        ("InvalidSignatureException", UNTRUE, CREDENTIALS),
    ],
)
def test_a_call_that_is_refused_as_a_whole_holds_the_mailing_and_says_what_mends_it(
    cloud: Cloud, mailing: str, error: str, said: str, reason: str
) -> None:
    cloud.ses.faults.refuse(error, 4, message=said)
    assert cloud.drain() == []
    assert (status(mailing).state, status(mailing).reason) == (MailingState.HELD, reason)
    cloud.ses.faults.clear()
    resume(mailing)
    assert cloud.drain() == []
    assert got(cloud, mailing) == READERS


@pytest.mark.parametrize("answer", ["MESSAGE_REJECTED", "INVALID_PARAMETER", "FAILED"])
def test_an_entry_that_is_not_verified_stops_sending_whatever_its_status(
    cloud: Cloud, mailing: str, answer: str
) -> None:
    cloud.ses.faults.set_entry_status(answer, 4, error=NAMED)
    assert cloud.drain() == []
    assert status(mailing).reason == NOT_VERIFIED
    report = report_of(mailing).certificate
    assert (report.rejected, report.doubtful) == (0, 0)
    cloud.ses.faults.clear()
    resume(mailing)
    assert cloud.drain() == []
    assert got(cloud, mailing) == READERS


def test_in_the_sandbox_the_first_confirmation_waits_and_the_alarm_rings_at_once(
    cloud: Cloud, counted: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    log = Mock()
    monkeypatch.setattr(send_batch, "logger", lambda: log)
    cloud.ses.faults.set_entry_status("MESSAGE_REJECTED", 1, error=NAMED)
    form = "email=ensimmainen%40example.com&language=fi&consent=yes"
    assert cloud.http("POST", "/subscribe", form)["statusCode"] == 200

    assert cloud.drain() == []

    assert delayed(app.settings.transactional_queue) == 1
    assert (counted["SendingStopped"], counted["MailsRejected"]) == (1, 0)
    log.error.assert_called_once()
    (said,), extra = log.error.call_args.args, log.error.call_args.kwargs["extra"]
    assert (said, extra["mailing"], extra["reason"]) == ("sending stopped", "confirmation", NOT_VERIFIED)
    cloud.ses.faults.clear()
    now_due(cloud, "transactional")
    assert cloud.drain() == []
    assert len(cloud.mails("ensimmainen@example.com")) == 1


def test_without_an_answer_about_the_rate_mail_goes_on_and_planning_waits(
    cloud: Cloud, mailing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Mock(get_account=Mock(side_effect=ClientError({"Error": {"Code": "AccessDeniedException"}}, "GetAccount")))
    mailer = Mailer(client, app.templates.publication, "mail")
    with pytest.raises(ClientError):
        mailer.max_send_rate()
    assert mailer.max_send_rate(guess=True) == FALLBACK_RATE

    monkeypatch.setattr(app.mailer, "_rate", (0.0, 100.0))
    monkeypatch.setattr(aws.client("sesv2"), "get_account", client.get_account)
    assert cloud.drain() == []
    assert got(cloud, mailing) == READERS
    assert app.mailer.max_send_rate() == 100.0


@pytest.mark.usefixtures("cloud")
@pytest.mark.parametrize(("of_ses", "of_ours"), [(14.0, 0.28), (1.0, 1.0)])
def test_a_share_is_taken_of_a_rate_that_can_be_shared_and_not_of_the_sandbox(of_ses: float, of_ours: float) -> None:
    client = Mock(get_account=Mock(return_value={"SendQuota": {"MaxSendRate": of_ses}}))
    assert Mailer(client, app.templates.publication, "mail", 0.02).max_send_rate() == pytest.approx(of_ours)


# --- refusals --------------------------------------------------------------------------------------------------------


def test_a_few_refusals_are_told_in_the_report_and_stop_nothing(cloud: Cloud, mailing: str) -> None:
    cloud.ses.faults.set_entry_status("MESSAGE_REJECTED", 2, error=f"Illegal address {READERS[0]}")
    assert cloud.drain() == []
    assert status(mailing).state is MailingState.SENDING
    lines = report_of(mailing).lines
    assert [line.reason for line in lines if line.status is RecipientStatus.REJECTED] == [
        f"MESSAGE_REJECTED Illegal address {CUT}"
    ] * 2


def test_a_call_of_which_every_tenth_is_refused_stops_the_mailing_and_the_rest_goes_once_somebody_resumed_it(
    cloud: Cloud, crowd: set[str], counted: Counter[str]
) -> None:
    mailing = start(cloud)
    cloud.ses.faults.set_entry_status("MESSAGE_REJECTED", 12, error="Message contained a virus.")

    first, *rest = sorted(plan(cloud), key=lambda batch: -len(batch.recipients))
    many = SendBatch(first.mailing, "tk-0", first.variant, tuple(sorted(crowd)[:12]))
    send(cloud, [many])

    assert status(mailing).state is MailingState.HELD
    assert status(mailing).reason.startswith("12 of 12 recipients were refused")
    assert (counted["MailsRejected"], counted["MailingsHeld"]) == (12, 0), "RejectionsAlarm rings"
    send(cloud, [first, *rest])
    assert got(cloud, mailing) == []
    resume(mailing)
    assert cloud.drain() == []
    assert len(got(cloud, mailing)) == len(set(got(cloud, mailing))) >= 60


@pytest.mark.usefixtures("crowd")
def test_refusals_spread_over_many_calls_stop_the_mailing_with_the_next_tick_and_once(
    cloud: Cloud, counted: Counter[str]
) -> None:
    mailing = start(cloud)
    batches = plan(cloud)
    for batch in batches[:-1]:
        cloud.ses.faults.set_entry_status("MESSAGE_REJECTED", min(len(batch.recipients), 1), error="Illegal address")
        send(cloud, [batch])
        cloud.ses.faults.clear()
    assert status(mailing).state is MailingState.SENDING

    cloud.run("nurture", app.now())

    held = status(mailing)
    assert held.state is MailingState.HELD
    assert held.refused == counted["MailsRejected"] >= 10
    resume(mailing)
    cloud.run("nurture", app.now())
    assert status(mailing).state is MailingState.SENDING
