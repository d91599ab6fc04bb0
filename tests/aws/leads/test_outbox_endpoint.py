"""A CRM that fails rests, is probed and switched off as a whole; and many leads wait for it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from werkzeug.wrappers import Response

from newsletter.container import app
from newsletter.leads.outbox import deliver_events as module
from newsletter.leads.outbox.deliver_events import deliver_events, probe, switch_on
from newsletter.leads.outbox.endpoint_health import REFUSALS_BEFORE_OFF, Access, EndpointHealth
from newsletter.leads.outbox.outbox_event import EventState
from tests.support.leads import outbox
from tests.support.leads.leads import enqueue, make_lead
from tests.support.leads.outbox import HOUR, KALLE, MAIJA, NOW, at_every_due_time, leads_of, tick, woken
from tests.support.stack.cloud import Cloud

lead = outbox.lead
even = outbox.even


def test_a_failing_crm_rests_is_probed_by_one_event_and_then_gets_all(cloud: Cloud) -> None:
    leads = leads_of(cloud, 7)
    cloud.crm_status = 500
    for number, lead in enumerate(leads):
        enqueue(lead, f"reader-{number}@example.com", NOW)
    cloud.drain()
    assert len(cloud.webhooks) == 4, "after four failures nobody else is tried"
    assert tick(NOW + timedelta(seconds=20)) == {"leads_woken": 0, "events_waiting": 7}
    later = app.now() + HOUR
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


@pytest.mark.usefixtures("even")  # else the turn of one comes in these twenty minutes, now and then
def test_leads_whose_turn_has_not_come_hold_up_neither_the_tick_nor_the_probe(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WOKEN_PER_SHARD", 2)
    monkeypatch.setattr(module, "PROBED", 2)
    monkeypatch.setattr(module, "SHARDS", "a")
    monkeypatch.setattr("newsletter.leads.outbox.outbox_store.shard_of", lambda _: "a")
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
