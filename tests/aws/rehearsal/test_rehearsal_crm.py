"""The CRM of the local cloud has bad days, takes requests to an API, and tells us things."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from newsletter.container import app
from newsletter.leads.lead import lead_id
from newsletter.leads.outbox.enqueue_event import enqueue_event
from rehearsal.site import crm
from tests.support.leads.presses import a_lead
from tests.support.stack.product_over_http import Product

MAIJA = "maija@example.com"
FORM = "application/x-www-form-urlencoded"


def mood(product: Product, **wanted: Any) -> Any:
    return product.call("POST", "/_local/crm/mood", json.dumps(wanted))


def say(product: Product, **told: Any) -> Any:
    return product.call("POST", "/_local/crm/say", json.dumps(told))


def test_the_crm_ends_a_subscription_by_its_button(product: Product) -> None:
    product.subscribe(MAIJA)
    answer = say(product, type="contact.do_not_mail", email=MAIJA)
    assert answer.json == {"status": 200, "answer": '{"status":"ok"}'}
    profile = app.subscribers.profile(app.ids.of(MAIJA))
    assert profile is not None
    assert (profile.status, profile.left_how) == ("unsubscribed", "crm")
    subscriber = app.ids.of(MAIJA)
    by_form = f"type=contact.do_not_mail&subscriber={subscriber}"
    assert product.call("POST", "/_local/crm/say", by_form, content_type=FORM).status == 303


def test_what_the_crm_says_is_verified_a_day_ahead_of_the_computer_too(product: Product) -> None:
    clock = product.cloud.clock
    clock.move_to(clock.now() + timedelta(days=1))
    assert say(product, type="lead.won", lead="aaaabbbbccccdddd").json["status"] == 200


MOODS = {"down": 500, "html": 200, "busy": 429, "refuses": 401, "gone": 410}
"""What a CRM of that mood answers."""


def test_a_mood_is_what_it_answers_until_it_is_over(product: Product) -> None:
    by_curl = product.call("POST", "/_local/crm/mood", '{"mood": "down"}', content_type=FORM)
    assert by_curl.json == {"mood": "down", "minutes": 60}
    for wanted, status in MOODS.items():
        assert mood(product, mood=wanted, minutes=5, retry_after=90).json == {"mood": wanted, "minutes": 5}
        reply = product.call("POST", "/_local/crm/webhook", "{}")
        assert reply.status == status, wanted
        assert reply.headers.get("retry-after") == ("90" if wanted == "busy" else None)
        product.call("POST", "/_local/crm/outage", "minutes=0", content_type=FORM)
        assert product.call("POST", "/_local/crm/webhook", "{}").status == 401, "it works, and does not know us"


def test_a_slow_crm_answers_when_nobody_waits(product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr("rehearsal.site.crm.time.sleep", waits.append)
    mood(product, mood="slow", minutes=5)
    product.call("POST", "/_local/crm/webhook", "{}")
    assert waits == [crm.SLOW_SECONDS]


WRONG: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("mood", {"mood": "sad"}, "mood is 'sad' and must be one of works, down"),
    ("mood", {"mood": "down", "minutes": -1}, "minutes is -1"),
    ("mood", {"mood": "busy", "retry_after": "soon"}, "retry_after is 'soon'"),
    ("say", {"type": "lead.win"}, "type is 'lead.win' and must be one of lead.accepted"),
)


def test_what_it_cannot_be_or_say_is_named(product: Product) -> None:
    for path, given, words in WRONG:
        answer = product.call("POST", f"/_local/crm/{path}", json.dumps(given))
        assert answer.status == 400, given
        assert words in answer.json["error"]


def test_requests_to_an_api_are_kept_and_answered_with_ids(product: Product) -> None:
    path = "/_local/crm/webhook/api/v2/persons"
    token = product.cloud.backends.client("ssm").get_parameter(
        Name=f"{app.settings.secrets_path}/crm_token", WithDecryption=True
    )["Parameter"]["Value"]
    answers = [product.call("POST", path, '{"name": "Maija"}', authorization=f"Bearer {token}") for _ in range(2)]
    assert [each.status for each in answers] == [201, 201]
    assert answers[0].json["data"]["id"] != answers[1].json["data"]["id"]
    assert product.call("POST", path, "{}").status == 401
    assert {(each["method"], each["path"]) for each in product.webhooks()} == {("POST", "/api/v2/persons")}


def test_a_crm_that_is_down_for_hours_of_the_clock_gets_every_event_after_it(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(vars(app), "chance", lambda: 0.5)  # else four leads may all wait past the last look
    leads = []
    for name in ("maija", "kalle", "liisa", "pekka"):
        product.subscribe(f"{name}@example.com")
        leads.append(lead_of(app.ids.of(f"{name}@example.com"), app.now()))
    mood(product, mood="down", minutes=6 * 60)
    for lead in leads:
        for sequence, kind in ((1, "lead.created"), (2, "lead.updated")):
            body = {"type": kind, "timestamp": "", "data": {"lead": {"id": lead, "sequence": sequence}}}
            enqueue_event(lead, sequence, body, app.now(), app)
    began, taken = product.cloud.clock.now(), []
    for hours in (5, 9):  # by then tries are three hours apart, and a rest delays them
        # With all that the last ticks have put on the queue, which a busy machine works off after it.
        moved = product.post_json("/_local/clock", {"now": (began + timedelta(hours=hours)).isoformat()})
        assert moved.status == 200
        taken = [each["headers"]["webhook-id"] for each in product.webhooks() if each["answer"] == 204]
        assert bool(taken) == (hours > 6)
    assert sorted(taken) == sorted(f"{lead}-{sequence}" for lead in leads for sequence in (1, 2)), "each once"
    for lead in leads:
        assert taken.index(f"{lead}-1") < taken.index(f"{lead}-2")
    failed = [each for each in product.webhooks() if each["answer"] == 500]
    assert len(failed) < 150, "it rested meanwhile, and was probed"


def test_nobody_waits_for_a_crm_that_is_out_of_order(product: Product) -> None:
    product.subscribe(MAIJA)
    mood(product, mood="down", minutes=60)
    lead = lead_of(app.ids.of(MAIJA), app.now())
    body = {"type": "lead.created", "timestamp": "", "data": {"lead": {"id": lead, "sequence": 1}}}
    enqueue_event(lead, 1, body, app.now(), app)
    assert product.cloud.drain(timeout=20), "its next try is half a minute away"
    assert [each["answer"] for each in product.webhooks()] == [500]


def lead_of(subscriber: str, now: datetime) -> str:
    lead = a_lead(lead_id(subscriber, "sparraus", 1), now, subscriber=subscriber)
    assert app.leads.create(lead)
    return lead.id
