"""Events of leads reach the CRM in order, with one id each, whatever the CRM does."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from standardwebhooks import Webhook as Verifier
from werkzeug.wrappers import Response

from newsletter.container import app
from newsletter.leads import crm_client
from newsletter.leads.outbox import deliver_events as module
from newsletter.leads.outbox.deliver_events import deliver_due, deliver_events, probe, replay, switch_on, withdraw
from newsletter.leads.outbox.endpoint_health import REFUSALS_BEFORE_OFF, Access, EndpointHealth
from newsletter.leads.outbox.outbox_event import EventState, OutboxEvent
from newsletter.platform.errors import NotFound
from newsletter.platform.isolation import Isolated
from newsletter.readers.my_data import erase_every_address
from newsletter.readers.subscriber import subscriber_id
from tests.support.cloud import PEPPER, WEBHOOK_SECRET, Cloud, Webhook
from tests.support.leads import body_of, enqueue, make_lead

MAIJA, KALLE = "maija@example.com", "kalle@example.com"
NOW = datetime.now(UTC).replace(microsecond=0)
HOUR = timedelta(hours=1)


@pytest.fixture
def lead(cloud: Cloud) -> str:
    cloud.subscribe(MAIJA)
    return make_lead(MAIJA, NOW)


@pytest.fixture
def even(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits are neither shortened nor lengthened by chance."""
    monkeypatch.setitem(vars(app), "chance", lambda: 0.5)


def one(lead: str, sequence: int = 1) -> OutboxEvent:
    event = app.outbox.get(lead, sequence)
    assert event is not None
    return event


def woken(cloud: Cloud) -> list[str]:
    return [body for body in cloud.messages("LeadQueue") if "wake_lead" in body]


def tick(now: datetime) -> dict[str, int]:
    isolated = Isolated()
    done = deliver_due(now, isolated, app)
    isolated.raise_if_any()
    return done


def at_every_due_time(lead: str, until: datetime, sequence: int = 1) -> Iterator[datetime]:
    """The moments at which the event is tried, as the tick and messages would."""
    now = NOW
    while (event := one(lead, sequence)).state is EventState.WAITING and event.due_at and event.due_at <= until:
        now = max(now, event.due_at)
        yield now


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
    assert deliver_events(lead, NOW + HOUR, app) == {"taken": 2}
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


# --- the endpoint ----------------------------------------------------------------------------------------------------


def leads_of(cloud: Cloud, number: int) -> list[str]:
    emails = [f"reader-{each}@example.com" for each in range(number)]
    for email in emails:
        cloud.subscribe(email)
    return [make_lead(email, NOW) for email in emails]


def test_a_failing_crm_rests_is_probed_by_one_event_and_then_gets_all(cloud: Cloud) -> None:
    leads = leads_of(cloud, 7)
    cloud.crm_status = 500
    for number, lead in enumerate(leads):
        enqueue(lead, f"reader-{number}@example.com", NOW)
    cloud.drain()
    assert len(cloud.webhooks) == 4, "after four failures nobody else is tried"
    assert tick(NOW + timedelta(seconds=20)) == {"leads_woken": 0, "events_waiting": 7}
    later = NOW + HOUR
    assert tick(later) == {"leads_woken": 0, "events_waiting": 7}
    assert [body for body in cloud.messages("LeadQueue") if "probe_crm" in body]
    probe(later, app)
    assert len(cloud.webhooks) == 5
    probe(later, app)
    assert len(cloud.webhooks) == 5, "it failed, so the endpoint rests anew"
    cloud.crm_status = 200
    later += HOUR
    assert probe(later, app) == {"taken": 1}
    assert app.crm_endpoint.health() == EndpointHealth(well_since=app.crm_endpoint.health().well_since)
    for body in woken(cloud):
        deliver_events(body.split('"lead":"')[1].partition('"')[0], later, app)
    assert {app.outbox.of(lead)[0].state for lead in leads} == {EventState.TAKEN}


@pytest.mark.usefixtures("cloud")
def test_two_probes_at_the_same_time_are_one() -> None:
    app.crm_endpoint.change(lambda _: EndpointHealth(failures=9, resting_until=NOW))
    assert [app.crm_endpoint.claim_probe(NOW + HOUR) for _ in range(2)] == [True, False]
    assert app.crm_endpoint.claim_probe(NOW + 2 * HOUR), "whoever probed it has died"


def test_410_switches_the_endpoint_off_until_a_person_switches_it_on(cloud: Cloud, lead: str) -> None:
    cloud.subscribe(KALLE)
    other = make_lead(KALLE, NOW)
    cloud.crm_answers = lambda _: Response("no more", 410)
    enqueue(lead, MAIJA, NOW)
    assert deliver_events(lead, NOW, app) == {"failed": 1}
    health = app.crm_endpoint.health()
    assert (health.access(NOW + 30 * HOUR), health.off_why) == (Access.OFF, "410: no more")
    cloud.crm_answers = None
    enqueue(other, KALLE, NOW)
    cloud.drain()
    assert len(cloud.webhooks) == 1
    assert tick(NOW + 2 * HOUR) == {"leads_woken": 0, "events_waiting": 2}
    cloud.messages("LeadQueue")
    assert switch_on(NOW + 3 * HOUR, "matti", app)
    assert not switch_on(NOW + 3 * HOUR, "matti", app)
    assert len(woken(cloud)) == 2
    assert [deliver_events(each, NOW + 3 * HOUR, app) for each in (lead, other)] == [{"taken": 1}] * 2


@pytest.mark.parametrize("status", [401, 403, 404])
def test_standing_refusals_switch_it_off_and_single_ones_do_not(cloud: Cloud, lead: str, status: int) -> None:
    cloud.crm_status = status
    enqueue(lead, MAIJA, NOW)
    tried = 0
    for now in at_every_due_time(lead, NOW + timedelta(days=2)):
        tried += 1
        deliver_events(lead, now, app)
        if app.crm_endpoint.health().off_at:
            break
    assert tried == REFUSALS_BEFORE_OFF


def test_what_waits_while_the_endpoint_is_off_is_dead_after_72_hours(cloud: Cloud, lead: str) -> None:
    app.crm_endpoint.change(lambda _: EndpointHealth(off_at=NOW, off_why="410"))
    enqueue(lead, MAIJA, NOW)
    cloud.drain()
    assert tick(NOW + timedelta(hours=71))["leads_woken"] == 0
    assert tick(NOW + timedelta(hours=72))["leads_woken"] == 1
    assert deliver_events(lead, NOW + timedelta(hours=72), app) == {"dead": 1}
    assert cloud.webhooks == []


@pytest.mark.usefixtures("even")
def test_once_the_crm_is_back_nobody_waits_for_hours_but_who_was_asked_to(cloud: Cloud) -> None:
    failed, asked, declined, probing = leads_of(cloud, 4)
    for number, lead in enumerate((failed, asked, declined, probing)):
        enqueue(lead, f"reader-{number}@example.com", NOW)
    answers = {failed: Response(status=500), asked: Response(status=429, headers={"retry-after": "9000"})}
    answers[declined] = Response(status=422)
    cloud.crm_answers = lambda came: answers.get(came.headers["webhook-id"].partition("-")[0], Response(status=500))
    now = NOW
    for _ in range(6):  # their waits become hours
        app.crm_endpoint.change(lambda _: EndpointHealth())
        for lead in (failed, declined):
            due = app.outbox.of(lead)[0].due_at
            assert due is not None
            now = max(now, due)
            deliver_events(lead, now, app)
    deliver_events(asked, now, app)
    cloud.crm_answers = None
    app.crm_endpoint.change(lambda _: EndpointHealth(failures=9, resting_until=now))
    cloud.messages("LeadQueue")
    later = now + timedelta(minutes=10)
    assert deliver_events(probing, later, app) == {"taken": 1}
    messages = str(woken(cloud))
    assert all(lead in messages for lead in (failed, asked, declined))
    assert tick(later)["leads_woken"] == 3, "and the tick wakes them too, for a while"
    assert deliver_events(failed, later, app) == {"taken": 1}
    assert deliver_events(asked, later, app) == {}
    assert deliver_events(declined, later, app) == {}
    assert tick(later + 2 * HOUR)["leads_woken"] == 1, "by then only what is due"


# --- many leads ------------------------------------------------------------------------------------------------------


def test_leads_whose_turn_has_not_come_hold_up_neither_the_tick_nor_the_probe(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WOKEN_PER_SHARD", 2)
    monkeypatch.setattr(module, "PROBED", 2)
    monkeypatch.setattr(module, "SHARDS", "a")
    monkeypatch.setattr("newsletter.leads.outbox.outbox_store.shard_of", lambda _: "a")
    monkeypatch.setattr(app, "chance", lambda: 0.5)  # else the turn of one comes in these twenty minutes, now and then
    *stuck, last = leads_of(cloud, 4)
    cloud.crm_answers = lambda came: Response(status=422 if came.headers["webhook-id"].endswith("-1") else 200)
    for number, lead in enumerate(stuck):
        for sequence in (1, 2):  # the second one is due since it was made, and cannot go before the first
            enqueue(lead, f"reader-{number}@example.com", NOW, sequence)
        for now in at_every_due_time(lead, NOW + 3 * HOUR):
            deliver_events(lead, now, app)
    now = NOW + 3 * HOUR
    cloud.crm_status, cloud.crm_answers = 500, None
    enqueue(last, "reader-3@example.com", now)
    deliver_events(last, now, app)
    cloud.messages("LeadQueue")
    now += timedelta(minutes=20)
    assert tick(now)["leads_woken"] == 1
    assert last in woken(cloud)[0]
    cloud.crm_status = 200
    app.crm_endpoint.change(lambda _: EndpointHealth(failures=9, resting_until=now))
    assert probe(now, app) == {"taken": 1}


def test_a_lead_that_fails_alone_holds_up_no_other(cloud: Cloud, lead: str) -> None:
    cloud.subscribe(KALLE)
    other = make_lead(KALLE, NOW)
    cloud.crm_answers = lambda came: Response(status=500 if lead in came.headers["webhook-id"] else 200)
    enqueue(lead, MAIJA, NOW)
    now = NOW
    for now in at_every_due_time(lead, NOW + timedelta(minutes=20)):
        deliver_events(lead, now, app)
    assert app.crm_endpoint.health().access(now) is Access.RESTS
    enqueue(other, KALLE, now)
    assert deliver_events(other, now, app) == {"taken": 1}


@pytest.mark.usefixtures("even")
def test_the_oldest_event_is_found_though_many_younger_ones_are_due_before_it(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, float]] = []
    monkeypatch.setattr(module, "AGES_READ", 2)
    oldest, *younger = leads_of(cloud, 6)
    cloud.crm_status = 422
    enqueue(oldest, "reader-0@example.com", NOW)
    now = NOW
    for now in at_every_due_time(oldest, NOW + 5 * HOUR):
        deliver_events(oldest, now, app)
    for number, lead in enumerate(younger, start=1):
        enqueue(lead, f"reader-{number}@example.com", now)
    monkeypatch.setattr(module, "waited", lambda *metric: told.append(metric))
    tick(now)
    assert told == [("LeadWaitSeconds", (now - NOW).total_seconds())]


def test_why_it_was_switched_off_is_said_even_if_it_said_nothing(cloud: Cloud, lead: str) -> None:
    cloud.crm_status = 401
    enqueue(lead, MAIJA, NOW)
    for now in at_every_due_time(lead, NOW + HOUR):
        deliver_events(lead, now, app)
    assert app.crm_endpoint.health().off_why.startswith("401")
