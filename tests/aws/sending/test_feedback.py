"""What SES reports ends where it belongs: in the ledger, on the reader, aside or among the dead letters."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from cli.mailings.decisions import show_unknown_events
from newsletter.container import app
from newsletter.mailings.planning.batches import Batch
from newsletter.mailings.planning.ledger_keys import batch_key
from newsletter.platform.aws import clients as aws
from newsletter.platform.aws.items import to_item
from newsletter.platform.times import iso
from newsletter.publication.sending_limits import Feedback
from newsletter.readers.choices import Choices
from newsletter.readers.subscriber import SignUp, Status
from newsletter.sending.deliveries_store import EVENTS
from newsletter.sending.ledger import BatchStatus, SendResult
from newsletter.sending.ses.mail_event import TOPIC_CHECK
from rehearsal import events
from tests.support.cloud import Cloud
from tests.support.ses_account import SesAccount, pair
from tests.support.stored import stored_profile

MAILED = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
CONFIRMED = MAILED - timedelta(days=300)
READER = "a" * 26
BATCH = Batch("campaign-kevat", "a0-0", "fi-x", ("b" * 26, READER))

pytestmark = pytest.mark.usefixtures("_sent")


@pytest.fixture
def _sent(cloud: Cloud) -> None:  # noqa: ARG001 (the stack must be there first)
    """A reader who was sent a mail, at position 1 of its batch."""
    confirm(CONFIRMED)
    app.deliveries.claim(BATCH, SendResult.OPEN * 2, {}, MAILED)
    app.deliveries.record_result(BATCH, 1, BatchStatus.DONE, SendResult.ACCEPTED * 2, {}, MAILED)


def confirm(at: datetime, *, tracking: bool = True) -> None:
    form = SignUp(READER, "a@b.example", Choices(language="fi", tracking=tracking), "2026-11", "", "", at, iso(at))
    assert app.subscribers.activate(form, at)


def report(kind: str, mailed: datetime = MAILED, mail: str = "id-1", **detail: Any) -> str:
    """A report of SES about the reader's mail."""
    tags = {"mailing": [BATCH.mailing], "batch": [BATCH.id], "position": ["1"]}
    about = {"timestamp": mailed.isoformat(), "messageId": mail, "destination": ["a@b.example"], "tags": tags}
    return events.ses_report(kind, about, detail)


def bounce(kind: str = "Permanent", **more: Any) -> str:
    """A bounce of which a mail server told."""
    recipients = [{"emailAddress": "a@b.example", "status": "5.2.2", "diagnosticCode": "smtp; 552 5.2.2 full"}]
    return report("Bounce", bounceType=kind, bouncedRecipients=recipients, **more)


def auto_reply(kind: str = "Transient", **more: Any) -> str:
    """What SES makes of an out-of-office reply."""
    return report("Bounce", bounceType=kind, bounceSubType="General", bouncedRecipients=[{"emailAddress": "a"}], **more)


def complaint(at: datetime = MAILED + timedelta(hours=1)) -> str:
    return report("Complaint", complaintFeedbackType="abuse", timestamp=at.isoformat())


def tell(cloud: Cloud, *bodies: str) -> int:
    """Hand the reports to the function in one event; how many it gave back."""
    return len(cloud.invoke("feedback", events.sqs(*bodies))["batchItemFailures"])


def status() -> Status:
    return app.subscribers.statuses([READER])[READER]


def positions() -> dict[str, frozenset[int]]:
    record = app.deliveries.record(BATCH.mailing, BATCH.id)
    assert record is not None
    return dict(record.positions)


def test_each_kind_of_report_fills_its_own_set(cloud: Cloud) -> None:
    kinds = {
        "sent": report("Send"),
        "delivered": report("Delivery"),
        "delayed": report("DeliveryDelay"),
        "soft_bounced": bounce("Transient"),
        "failed": report("Rendering Failure"),
        "refused": report("Reject"),
        "opened": report("Open"),
    }
    assert tell(cloud, *kinds.values(), report("Click")) == 0
    assert positions() == dict.fromkeys(kinds, frozenset({1}))
    assert status() is Status.ACTIVE


@pytest.mark.parametrize(("body", "ends_as"), [(bounce(), Status.BOUNCED), (complaint(), Status.COMPLAINED)])
def test_a_permanent_bounce_and_a_complaint_end_the_mail_at_once(cloud: Cloud, body: str, ends_as: Status) -> None:
    assert tell(cloud, body, body) == 0
    assert status() is ends_as


def test_reports_end_the_same_in_any_order_repeated_and_in_pieces(cloud: Cloud) -> None:
    bodies = (bounce(), complaint(), report("Send"), bounce("Transient"))
    ends = set()
    for number, order in enumerate(permutations(bodies)):
        confirm(CONFIRMED + timedelta(seconds=number + 1))
        assert tell(cloud, order[0]) + tell(cloud, *order[1:], order[0]) == 0
        ends.add((status(), tuple(sorted(positions()))))
    assert ends == {(Status.COMPLAINED, ("bounced", "complained", "sent", "soft_bounced"))}


@pytest.mark.parametrize("body", [bounce, complaint])
def test_a_report_older_than_a_fresh_confirmation_silences_nobody(cloud: Cloud, body: Callable[[], str]) -> None:
    confirm(MAILED + timedelta(days=2))
    assert tell(cloud, body()) == 0
    assert status() is Status.ACTIVE


def test_a_complaint_after_the_fresh_confirmation_counts_whatever_mail_it_is_about(cloud: Cloud) -> None:
    confirm(MAILED + timedelta(days=2))
    assert tell(cloud, complaint(MAILED + timedelta(days=3))) == 0
    assert status() is Status.COMPLAINED


def test_three_mails_that_bounce_for_a_passing_reason_end_the_mail_and_one_thrice_does_not(cloud: Cloud) -> None:
    assert tell(cloud, *[bounce("Transient")] * 3) == 0
    assert status() is Status.ACTIVE
    assert tell(cloud, bounce("Transient", mailed=MAILED + timedelta(days=40), mail="id-2")) == 0
    assert tell(cloud, bounce("Transient", mailed=MAILED + timedelta(days=47), mail="id-3")) == 0
    assert status() is Status.ACTIVE
    assert tell(cloud, bounce("Transient", mailed=MAILED + timedelta(days=54), mail="id-4")) == 0
    assert status() is Status.BOUNCED


def sent(week: int) -> tuple[datetime, str]:
    """A further mail to the reader, a week apart, of which no report came yet: when, and its batch."""
    mailed, batch = MAILED + timedelta(days=7 * week), replace(BATCH, id=f"a0-{week}")
    app.deliveries.claim(batch, SendResult.OPEN * 2, {}, mailed)
    app.deliveries.record_result(batch, 1, BatchStatus.DONE, SendResult.ACCEPTED * 2, {}, mailed)
    return mailed, batch.id


def of_batch(batch: str, body: str) -> str:
    return body.replace(f'"batch": ["{BATCH.id}"]', f'"batch": ["{batch}"]')


@pytest.mark.parametrize("kind", ["Transient", "Undetermined"])
def test_replies_of_programs_count_against_nobody_and_leave_no_trace(cloud: Cloud, kind: str) -> None:
    for week in range(1, 10):
        mailed, batch = sent(week)
        bodies = report("Delivery", mailed=mailed, mail=batch), auto_reply(kind, mailed=mailed, mail=batch)
        assert tell(cloud, *(of_batch(batch, body) for body in bodies)) == 0
        record = app.deliveries.record(BATCH.mailing, batch)
        assert record is not None
        assert record.positions == {"delivered": frozenset({1})}
    assert status() is Status.ACTIVE
    profile = stored_profile(app.subscribers, READER)
    assert profile is not None
    assert "soft_bounces" not in profile


@pytest.mark.parametrize("delivered", [0, 1, 2])
def test_a_mail_that_was_delivered_never_counts_in_whatever_order_its_reports_come(
    cloud: Cloud, delivered: int
) -> None:
    """Three mails bounce with a status, and one of them proves to be delivered."""
    mails = [sent(week) for week in range(1, 4)]
    bounces = [of_batch(batch, bounce("Transient", mailed=mailed, mail=batch)) for mailed, batch in mails]
    mailed, batch = mails[delivered]
    delivery = of_batch(batch, report("Delivery", mailed=mailed, mail=batch))
    for number, order in enumerate(permutations([*bounces, delivery])):
        confirm(CONFIRMED + timedelta(seconds=number + 1))
        before = stored_profile(app.subscribers, READER)
        assert before is not None
        for body in (*order, order[0]):
            assert tell(cloud, body) == 0
        assert status() is Status.ACTIVE
        after = stored_profile(app.subscribers, READER)
        assert after is not None
        assert len(after.pop("soft_bounces")) == 2
        # Growth is counted by the dates of the profile; the index may still name the week of a bounce taken back.
        assert after | {"moved_in": before["moved_in"]} == before
        forget_reports(mails)


def forget_reports(mails: Sequence[tuple[datetime, str]]) -> None:
    """As if nothing had been reported of these mails."""
    for _, batch in mails:
        aws.client("dynamodb").update_item(
            TableName=app.settings.deliveries_table,
            Key=to_item({"mailing": batch_key(BATCH.mailing, batch), "part": f"batch#{batch}{EVENTS}"}),
            UpdateExpression="REMOVE delivered, soft_bounced",
        )
    aws.client("dynamodb").update_item(
        TableName=app.settings.subscribers_table,
        Key=to_item({"id": READER, "record": "profile"}),
        UpdateExpression="REMOVE soft_bounces",
    )


def bounced_softly(cloud: Cloud) -> tuple[datetime, str]:
    """Three mails that bounced for a passing reason and stopped the reader; the last of them."""
    mails = [sent(week) for week in range(1, 4)]
    bodies = [of_batch(batch, bounce("Transient", mailed=mailed, mail=batch)) for mailed, batch in mails]
    assert tell(cloud, *bodies) == 0
    assert status() is Status.BOUNCED
    return mails[-1]


def test_a_late_delivery_brings_nobody_back_whom_something_else_stopped(cloud: Cloud) -> None:
    mailed, batch = bounced_softly(cloud)
    assert tell(cloud, of_batch(batch, bounce(mailed=mailed, mail=batch))) == 0
    assert tell(cloud, of_batch(batch, report("Delivery", mailed=mailed, mail=batch))) == 0
    assert status() is Status.BOUNCED


def test_whom_passing_bounces_stopped_can_leave_for_good(cloud: Cloud) -> None:
    mailed, batch = bounced_softly(cloud)
    assert app.subscribers.deactivate(READER, Status.UNSUBSCRIBED, "page", mailed)
    assert tell(cloud, of_batch(batch, report("Delivery", mailed=mailed, mail=batch))) == 0
    assert status() is Status.UNSUBSCRIBED


def test_a_mail_that_ses_did_not_send_stops_the_reader_and_is_nothing_to_the_breaker(cloud: Cloud) -> None:
    assert tell(cloud, bounce(bounceSubType="OnAccountSuppressionList")) == 0
    assert status() is Status.BOUNCED
    assert tell(cloud, report("Complaint", complaintSubType="OnAccountSuppressionList")) == 0
    assert status() is Status.COMPLAINED
    assert positions() == {"bounced": frozenset({1})}
    assert app.reputation.last_day(app.now()) == Feedback()


def test_a_year_of_digests_with_two_holidays_leaves_every_reader_active(cloud: Cloud) -> None:
    """The local SES tells of every auto-reply as SES does: four weeks in July, two around Christmas."""
    away, home = "ylermi@lukija.example", "aino@lukija.example"
    start = datetime(2026, 1, 6, 6, 0, tzinfo=UTC)
    confirm(start - timedelta(days=1))
    with SesAccount() as account:
        for week in range(52):
            account.clock = start + timedelta(weeks=week)
            account.ses.set_away(away, away=week in (*range(26, 30), 50, 51))
            batch = Batch(f"digest-{week}", "d0-0", "fi-x", ("b" * 26, READER))
            app.deliveries.claim(batch, SendResult.OPEN * 2, {}, account.clock)
            app.deliveries.record_result(batch, 1, BatchStatus.DONE, SendResult.ACCEPTED * 2, {}, account.clock)
            for position, address in enumerate((home, away)):
                tags = {"mailing": batch.mailing, "batch": batch.id, "position": str(position)}
                account.send_tracked(address, EmailTags=[pair(name, value) for name, value in tags.items()])
        bodies = [json.dumps(event) for _, event in account.published]
    assert sum('"eventType": "Bounce"' in body for body in bodies) == 6
    for first in range(0, len(bodies), 50):
        assert tell(cloud, *bodies[first : first + 50]) == 0
    assert status() is Status.ACTIVE
    assert app.reputation.last_day(app.now()) == Feedback(delivered=104)


def test_bounces_of_years_ago_are_forgotten(cloud: Cloud) -> None:
    for number in range(4):
        assert tell(cloud, bounce("Transient", mailed=MAILED + timedelta(days=100 * number), mail=str(number))) == 0
    profile = stored_profile(app.subscribers, READER)
    assert profile is not None
    assert profile["soft_bounces"] == {f"{iso(MAILED + timedelta(days=300))}#3"}


def test_who_left_is_not_called_bounced(cloud: Cloud) -> None:
    app.subscribers.deactivate(READER, Status.UNSUBSCRIBED, "page", MAILED)
    assert tell(cloud, bounce(), bounce("Transient")) == 0
    assert status() is Status.UNSUBSCRIBED


def test_opens_and_clicks_of_a_reader_who_refused_tracking_leave_no_trace(cloud: Cloud) -> None:
    confirm(MAILED - timedelta(days=1), tracking=False)
    assert tell(cloud, report("Open"), report("Click")) == 0
    assert positions() == {}


@pytest.mark.parametrize("left", [Status.UNSUBSCRIBED, Status.BOUNCED, Status.COMPLAINED])
def test_opens_and_clicks_of_who_is_no_reader_any_more_leave_no_trace(cloud: Cloud, left: Status) -> None:
    assert app.subscribers.deactivate(READER, left, "page", MAILED)
    assert tell(cloud, report("Open"), report("Click")) == 0
    assert positions() == {}


def test_opens_and_clicks_of_who_never_confirmed_leave_no_trace(cloud: Cloud) -> None:
    key = to_item({"id": READER, "record": "profile"})
    aws.client("dynamodb").delete_item(TableName=app.settings.subscribers_table, Key=key)
    assert tell(cloud, report("Open"), report("Click")) == 0
    assert positions() == {}


def test_an_unknown_kind_of_report_is_put_aside_once_and_without_the_address(cloud: Cloud) -> None:
    assert tell(cloud, *[report("Teleported", reason="a@b.example")] * 3, report("Subscription")) == 0
    kept = [json.loads(each.content) for each in app.unknown_events.all()]
    assert sorted(each["eventType"] for each in kept) == ["Subscription", "Teleported"]
    assert all("b.example" not in json.dumps(each) for each in kept)
    assert positions() == {}


def test_what_was_put_aside_is_shown_to_the_operator(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    assert show_unknown_events() == 0
    tell(cloud, report("Teleported"))
    assert show_unknown_events() == 1
    assert "Teleported" in capsys.readouterr().out


def test_the_greeting_of_a_new_topic_is_no_dead_letter(cloud: Cloud) -> None:
    assert tell(cloud, TOPIC_CHECK) == 0


def test_a_report_that_fits_no_ledger_goes_back_for_a_person_and_spares_its_neighbours(cloud: Cloud) -> None:
    strange = report("Send").replace(BATCH.mailing, "campaign-unknown")
    outside = bounce().replace('"position": ["1"]', '"position": ["7"]')
    assert tell(cloud, strange, outside, "not json", report("Delivery")) == 3
    assert positions() == {"delivered": frozenset({1})}


@pytest.mark.parametrize("kind", ["Send", "Delivery", "DeliveryDelay", "Rendering Failure", "Reject"])
def test_a_position_that_the_batch_does_not_have_is_for_a_person_and_never_counted(cloud: Cloud, kind: str) -> None:
    for wrong in (2, 49):
        beyond = report(kind).replace('"position": ["1"]', f'"position": ["{wrong}"]')
        assert tell(cloud, report(kind), beyond, report(kind)) == 1
    assert set(positions().values()) == {frozenset({1})}
