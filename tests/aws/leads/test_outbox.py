"""Events of leads reach the CRM in order, with one id each, whatever the CRM does."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from standardwebhooks import Webhook as Verifier
from werkzeug.wrappers import Response

from newsletter.container import app
from newsletter.leads import crm_client
from newsletter.leads.outbox import deliver_events as module
from newsletter.leads.outbox.deliver_events import deliver_events, replay, switch_on, withdraw
from newsletter.leads.outbox.endpoint_health import Access, EndpointHealth
from newsletter.leads.outbox.outbox_event import EventState
from newsletter.platform.errors import NotFound
from newsletter.readers.my_data import erase_every_address
from newsletter.readers.subscriber import subscriber_id
from tests.support.leads import outbox
from tests.support.leads.leads import body_of, enqueue, make_lead
from tests.support.leads.outbox import HOUR, KALLE, MAIJA, NOW, at_every_due_time, one, tick, woken
from tests.support.stack.cloud import PEPPER, WEBHOOK_SECRET, Cloud
from tests.support.stack.outside import Webhook

lead = outbox.lead
even = outbox.even


def test_the_crm_gets_the_frozen_body_once_signed_under_an_id_of_the_event(cloud: Cloud, lead: str) -> None:
    enqueue(lead, MAIJA, NOW)
    enqueue(lead, KALLE, NOW + HOUR)  # repeated with another body: the first stays
    cloud.drain()
    (came,) = cloud.webhooks
    assert came.json == body_of(lead, MAIJA, NOW)
    assert came.headers["webhook-id"] == f"{lead}-1"
    Verifier(WEBHOOK_SECRET).verify(came.body, came.headers)
    event = one(lead)
    assert (event.state, event.due_at, [each.status for each in event.attempts]) == (EventState.TAKEN, None, [200])
    assert event.ended_at is not None
    assert deliver_events(lead, NOW + HOUR, app) == {}
    assert len(cloud.webhooks) == 1


@pytest.mark.usefixtures("even")
def test_what_the_crm_does_not_take_is_tried_for_72_hours_and_then_dead_but_not_lost(cloud: Cloud, lead: str) -> None:
    cloud.crm_answers = lambda _: Response("Internal\x00 error of \x1b[31mmaija@example.com: " + "x" * 5000, 422)
    enqueue(lead, MAIJA, NOW)
    tried = []
    for now in at_every_due_time(lead, NOW + timedelta(days=9)):
        tried.append((now - NOW).total_seconds())
        deliver_events(lead, now, app)
    waits = [round(after - before) for before, after in pairwise(tried)]
    assert [pytest.approx(each, abs=3) for each in (30, 120, 600, 1800, 3600, 7200)] == waits[:6]
    assert tried[-1] == 72 * 3600
    event = one(lead)
    assert (event.state, event.due_at) == (EventState.DEAD, None)
    assert len(event.attempts) == len(tried) == len(cloud.webhooks)
    assert {each.headers["webhook-id"] for each in cloud.webhooks} == {f"{lead}-1"}
    assert {each.body for each in cloud.webhooks} == {cloud.webhooks[0].body}
    assert len(event.attempts[0].answer) == 200
    assert event.attempts[0].answer.isprintable()
    assert "maija" not in event.attempts[0].answer
    assert tick(NOW + timedelta(days=9)) == {"leads_woken": 0, "events_waiting": 0}

    cloud.crm_answers = None
    later = NOW + timedelta(days=10)
    assert replay(lead, later, app) == 1
    assert deliver_events(lead, later, app) == {"taken": 1}
    assert cloud.webhooks[-1].headers["webhook-id"] == f"{lead}-1"
    assert replay(lead, later, app, sequence=1) == 1, "what was taken can be sent again too"
    assert deliver_events(lead, later, app) == {"taken": 1}
    with pytest.raises(NotFound, match="event 2"):
        replay(lead, later, app, sequence=2)


def test_events_of_a_lead_go_in_their_order_and_those_of_others_are_not_held_back(cloud: Cloud, lead: str) -> None:
    cloud.subscribe(KALLE)
    other = make_lead(KALLE, NOW)
    cloud.crm_answers = lambda came: Response(status=422 if lead in came.headers["webhook-id"] else 200)
    for sequence in (1, 2):
        enqueue(lead, MAIJA, NOW, sequence, "lead.created" if sequence == 1 else "lead.updated")
    enqueue(other, KALLE, NOW)
    cloud.drain()
    assert [each.headers["webhook-id"] for each in cloud.webhooks] == [f"{lead}-1", f"{other}-1"]
    cloud.crm_answers = None
    assert deliver_events(lead, app.now() + HOUR, app) == {"taken": 2}
    assert [each.json["type"] for each in cloud.webhooks[2:]] == ["lead.created", "lead.updated"]


def test_an_event_goes_once_the_one_before_it_is_dead(cloud: Cloud, lead: str) -> None:
    cloud.crm_answers = lambda came: Response(status=422 if came.headers["webhook-id"].endswith("-1") else 200)
    enqueue(lead, MAIJA, NOW)
    enqueue(lead, MAIJA, NOW + HOUR, 2, "lead.updated")
    assert deliver_events(lead, NOW + timedelta(hours=73), app) == {"dead": 1, "taken": 1}


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda: Response("<!doctype html><p>Log in", 200, content_type="text/plain"), "HTML"),
        (lambda: Response("<p>Log in", 200, content_type="text/html; charset=utf-8"), "HTML"),
        (lambda: Response("", 302, {"location": "https://elsewhere.example/"}), "redirect"),
        (lambda: Response("later", 500), "later"),
    ],
)
def test_what_is_no_yes_is_no_yes(cloud: Cloud, lead: str, answer: Callable[[], Response], words: str) -> None:
    cloud.crm_answers = lambda _: answer()
    enqueue(lead, MAIJA, NOW)
    assert deliver_events(lead, NOW, app) == {"failed": 1}
    assert words in one(lead).attempts[0].answer
    assert one(lead).state is EventState.WAITING


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_2xx_of_a_program_is_a_yes_however_long_it_talks(cloud: Cloud, lead: str, status: int) -> None:
    cloud.crm_answers = lambda _: Response("{" + "x" * 10_000_000, status, content_type="application/json")
    enqueue(lead, MAIJA, NOW)
    assert deliver_events(lead, NOW, app) == {"taken": 1}
    assert len(one(lead).attempts[0].answer) <= 200


@pytest.mark.usefixtures("even")
@pytest.mark.parametrize(
    ("asked", "hours"), [("7200", 2), ("999999999", 24), ("Sun, 06 Nov 1994 08:49:37 GMT", 0), ("soon", 0)]
)
def test_retry_after_is_honoured_within_a_day(cloud: Cloud, lead: str, asked: str, hours: float) -> None:
    cloud.crm_answers = lambda _: Response(status=429, headers={"retry-after": asked})
    enqueue(lead, MAIJA, NOW)
    deliver_events(lead, NOW, app)
    due = one(lead).due_at
    assert due is not None
    wait = (due - NOW).total_seconds()
    assert wait == pytest.approx(max(hours * 3600, 30), abs=5)


def test_retry_after_as_a_date_counts_from_the_date_of_the_answer(cloud: Cloud, lead: str) -> None:
    dates = {"date": "Sat, 28 Nov 2026 10:00:00 GMT", "retry-after": "Sat, 28 Nov 2026 13:00:00 GMT"}
    cloud.crm_answers = lambda _: Response(status=503, headers=dates)
    enqueue(lead, MAIJA, NOW)
    deliver_events(lead, NOW, app)
    due = one(lead).due_at
    assert due is not None
    assert timedelta(hours=2, minutes=59) < due - NOW < timedelta(hours=3, minutes=1)
    assert app.crm_endpoint.health().access(NOW + 2 * HOUR) is Access.RESTS, "nobody else is sent meanwhile"


def test_a_crm_that_hangs_costs_its_deadline_and_no_more(
    cloud: Cloud, lead: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crm_client, "TIMEOUT", 0.3)
    given_up = threading.Event()

    def hang(_: Webhook) -> Response:
        given_up.wait(60)
        return Response(status=200)

    cloud.crm_answers = hang
    for sequence in (1, 2, 3):
        enqueue(lead, MAIJA, NOW, sequence)
    done = deliver_events(lead, NOW, app)
    given_up.set()
    assert done == {"failed": 1}, "the other events wait for the first"
    (attempt,) = one(lead).attempts
    assert (attempt.status, attempt.answer) == (0, "no whole answer in time")
    assert attempt.seconds >= 0.3


def test_a_message_is_done_whatever_the_crm_answers_and_wakes_the_next_try_itself(cloud: Cloud, lead: str) -> None:
    cloud.crm_status = 500
    enqueue(lead, MAIJA, NOW)
    assert cloud.drain() == [], "no message failed"
    assert one(lead).tries == 1
    name = next(each.physical_id for each in cloud.stack.of_type("AWS::SQS::Queue") if each.logical_id == "LeadQueue")
    url = cloud.client("sqs").get_queue_url(QueueName=name)["QueueUrl"]
    numbers = cloud.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert numbers["ApproximateNumberOfMessagesDelayed"] == "1"


def test_the_tick_wakes_what_is_due_and_no_message_woke(cloud: Cloud, lead: str) -> None:
    cloud.crm_status = 422
    enqueue(lead, MAIJA, NOW)
    deliver_events(lead, NOW, app)
    cloud.messages("LeadQueue")
    assert tick(NOW + timedelta(seconds=5)) == {"leads_woken": 0, "events_waiting": 1}
    assert tick(NOW + HOUR) == {"leads_woken": 1, "events_waiting": 1}
    assert lead in woken(cloud)[0]


def test_the_tick_says_how_long_the_oldest_event_waits_also_while_nothing_is_tried(
    cloud: Cloud, lead: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, float]] = []
    monkeypatch.setattr(module, "waited", lambda *metric: told.append(metric))
    monkeypatch.setattr(module, "count", lambda *metric: told.append(metric))
    enqueue(lead, MAIJA, NOW)
    app.crm_endpoint.change(lambda _: EndpointHealth(off_at=NOW, off_why="410"))
    cloud.drain()
    tick(NOW + 2 * HOUR)
    assert told == [("CrmEndpointOff",), ("LeadWaitSeconds", 7200.0)]
    switch_on(NOW + 2 * HOUR, "matti", app)
    deliver_events(lead, NOW + 2 * HOUR, app)
    told.clear()
    tick(NOW + 3 * HOUR)
    assert told == []


def test_a_reader_who_was_erased_and_an_offer_that_is_gone_end_at_once(
    cloud: Cloud, lead: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.subscribe(KALLE)
    other = make_lead(KALLE, NOW)
    cloud.crm_status = 500
    enqueue(lead, MAIJA, NOW)
    enqueue(other, KALLE, NOW)
    cloud.drain()
    before = len(cloud.webhooks)
    erase_every_address(subscriber_id(PEPPER.encode(), KALLE), NOW, app)
    deliver_events(other, NOW + HOUR, app)
    assert app.outbox.of(other) == []
    monkeypatch.setitem(vars(app.templates), "publication", replace(app.publication, offers=()))
    assert deliver_events(lead, NOW + HOUR, app) == {"withdrawn": 1}
    assert one(lead).state is EventState.WITHDRAWN
    assert len(cloud.webhooks) == before
    assert KALLE not in str(cloud.items("Leads"))


def test_a_reader_is_told_that_the_crm_may_know_of_them_once_something_was_sent_there(cloud: Cloud, lead: str) -> None:
    def may_know() -> bool:
        kept = app.leads.kept(lead)
        assert kept is not None
        return kept.sent

    enqueue(lead, MAIJA, NOW)
    assert not may_know()
    cloud.crm_status = 500
    deliver_events(lead, NOW, app)
    assert may_know(), "it may have kept what it answered with an error"


def test_an_event_of_a_lead_that_was_erased_meanwhile_is_not_kept(cloud: Cloud, lead: str) -> None:
    app.leads.erase(lead)
    enqueue(lead, MAIJA, NOW)
    assert cloud.items("Leads") == []
    assert cloud.messages("LeadQueue") == []


def test_withdrawn_by_hand(cloud: Cloud, lead: str) -> None:
    cloud.crm_status = 500
    enqueue(lead, MAIJA, NOW)
    assert withdraw(lead, NOW, app) == 1
    assert deliver_events(lead, NOW + HOUR, app) == {}
    assert one(lead).state is EventState.WITHDRAWN
