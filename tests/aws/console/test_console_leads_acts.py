"""What people do with leads in the console: send, replay, judge anew, and who may."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from console import openapi
from newsletter.container import app
from newsletter.leads.lead import LeadState
from newsletter.leads.manage.acts import Act
from newsletter.leads.outbox.endpoint_health import Access, EndpointHealth
from tests.support.console.console_calls import Answer, Browser, Program
from tests.support.console.issuer import Issuer
from tests.support.leads.kept_leads import MADE, add_lead
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud

PAGE = "/console/leads"
READER = "maija.lukija@example.com"
NASTY = '<script>alert("x")</script>{{ 7*7 }}'


@pytest.fixture
def api(cloud: Cloud, issuer: Issuer) -> Program:
    """May send."""
    return Program(cloud, issuer.token(scope="campaigns:send"))


def pressed(browser: Browser, path: str) -> Answer:
    return browser.post(path, ("form_token", browser.form_token()))


def test_who_may_not_send_looks_and_does_nothing(cloud: Cloud, looker: Browser, issuer: Issuer) -> None:
    lead = add_lead(add_reader(READER))
    for path in (PAGE, f"{PAGE}/{lead.id}"):
        assert "Send to sales" not in looker.get(path).text
    reading = Program(cloud, issuer.token())
    for act in Act:
        assert pressed(looker, f"{PAGE}/{lead.id}/{act}").status == 403
        assert reading("POST", f"/leads/{lead.id}/{act}").status == 403
    assert pressed(looker, f"{PAGE}/endpoint").status == 403
    assert app.leads.get(lead.id) == lead


def test_a_form_from_elsewhere_does_nothing(marketing: Browser) -> None:
    lead = add_lead(add_reader(READER))
    assert marketing.post(f"{PAGE}/{lead.id}/drop").status == 403
    assert app.leads.get(lead.id) == lead


def test_a_held_lead_is_sent_once_however_often_it_is_pressed(cloud: Cloud, marketing: Browser, api: Program) -> None:
    lead = add_lead(add_reader(READER))
    assert "Send to sales" in marketing.get(PAGE).text
    answer = pressed(marketing, f"{PAGE}/{lead.id}/send")
    assert answer.location == f"{PAGE}/{lead.id}?done=send"
    again = api("POST", f"/leads/{lead.id}/send")
    assert (again.status, again.json["lead"]["state"]) == (202, "handed_off")
    cloud.drain()
    assert [webhook.headers["webhook-id"] for webhook in cloud.webhooks] == [f"{lead.id}-1"]
    said = marketing.get(answer.location).text
    assert "It goes to sales now." in said
    assert "Sent by anna@example.com. The CRM took it at" in said


def test_a_dropped_lead_stays_here_until_it_is_sent(cloud: Cloud, marketing: Browser, api: Program) -> None:
    lead = add_lead(add_reader(READER), LeadState.KEPT)
    assert api("POST", f"/leads/{lead.id}/drop").json["lead"]["state"] == "dropped"
    cloud.drain()
    assert cloud.webhooks == []
    assert "Sales do not hear of it." in marketing.get(f"{PAGE}/{lead.id}").text
    assert api("POST", f"/leads/{lead.id}/send").status == 202
    refused = api("POST", f"/leads/{lead.id}/drop")
    assert (refused.status, refused.json["detail"]) == (
        409,
        f"lead {lead.id} is handed off; only one that is held or was kept can be dropped",
    )
    cloud.drain()
    assert len(cloud.webhooks) == 1


def test_a_replay_tells_the_same_under_the_same_id(cloud: Cloud, marketing: Browser, api: Program) -> None:
    lead = add_lead(add_reader(READER))
    assert api("POST", f"/leads/{lead.id}/replay").status == 409
    api("POST", f"/leads/{lead.id}/send")
    cloud.drain()
    assert api("POST", f"/leads/{lead.id}/replay").status == 202
    assert pressed(marketing, f"{PAGE}/{lead.id}/replay").status == 303
    cloud.drain()
    told = {(webhook.headers["webhook-id"], webhook.body) for webhook in cloud.webhooks}
    assert len(told) == 1
    assert len(cloud.webhooks) >= 2


def test_what_is_being_changed_is_not_changed_at_the_same_time(api: Program) -> None:
    lead = add_lead(add_reader(READER))
    pending = app.leads.replace(lead, replace(lead, pending=True))
    assert pending is not None
    answer = api("POST", f"/leads/{lead.id}/drop")
    assert answer.status == 409
    assert "try again in a minute" in answer.json["error"]
    assert app.leads.get(lead.id) == pending


def test_a_lead_is_judged_anew(cloud: Cloud, api: Program) -> None:
    lead = add_lead(add_reader(READER))
    answer = api("POST", f"/leads/{lead.id}/rejudge")
    assert answer.status == 200
    assert answer.json["lead"]["id"] == lead.id
    cloud.drain()
    assert api("POST", f"/leads/{add_lead('b' * 26, LeadState.WITHDRAWN).id}/rejudge").status == 409


def test_an_endpoint_that_is_off_is_said_and_switched_on(marketing: Browser) -> None:
    assert "refused us" not in marketing.get(PAGE).text
    app.crm_endpoint.change(lambda _: EndpointHealth(off_at=MADE, off_why=NASTY))
    page = marketing.get(PAGE)
    assert "The CRM is told nothing since 24 Nov 2026, 08:00, because it refused us" in page.text
    assert NASTY not in page.body
    for _ in range(2):
        assert pressed(marketing, f"{PAGE}/endpoint").location == PAGE
    health = app.crm_endpoint.health()
    assert health == EndpointHealth(well_since=health.well_since)
    rests = replace(health, resting_until=app.now() + timedelta(hours=24))
    app.crm_endpoint.change(lambda _: rests)
    assert "Try it now" in marketing.get(PAGE).text
    assert pressed(marketing, f"{PAGE}/endpoint").location == PAGE
    assert app.crm_endpoint.health().access(app.now()) is Access.OPEN


def test_every_act_is_described() -> None:
    paths = openapi.document()["paths"]
    assert {path.rpartition("/")[2] for path in paths if path.startswith("/leads/{lead}/")} == set(Act)
