"""What SES reports ends where it belongs: in the ledger, on the reader, aside or among the dead letters."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from itertools import permutations

import pytest

from cli.mailings.decisions import show_unknown_events
from newsletter.container import app
from newsletter.platform.aws import clients as aws
from newsletter.platform.aws.items import to_item
from newsletter.publication.sending_limits import Feedback
from newsletter.readers.subscriber import Status
from newsletter.sending.ses.mail_event import TOPIC_CHECK
from tests.support.ses import ses_reports
from tests.support.ses.ses_reports import (
    BATCH,
    CONFIRMED,
    MAILED,
    READER,
    bounce,
    complaint,
    confirm,
    positions,
    report,
    status,
    tell,
)
from tests.support.stack.cloud import Cloud

mailing_sent = ses_reports.mailing_sent

pytestmark = pytest.mark.usefixtures("mailing_sent")


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


def test_a_mail_that_ses_did_not_send_stops_the_reader_and_is_nothing_to_the_breaker(cloud: Cloud) -> None:
    assert tell(cloud, bounce(bounceSubType="OnAccountSuppressionList")) == 0
    assert status() is Status.BOUNCED
    assert tell(cloud, report("Complaint", complaintSubType="OnAccountSuppressionList")) == 0
    assert status() is Status.COMPLAINED
    assert positions() == {"bounced": frozenset({1})}
    assert app.reputation.last_day(app.now()) == Feedback()


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
