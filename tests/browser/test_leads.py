"""Leads in the console, with mouse, keyboard and eyes: find one, read it, decide on it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from newsletter.container import app
from newsletter.leads.lead import LeadState
from newsletter.leads.outbox.endpoint_health import EndpointHealth
from newsletter.leads.outbox.outbox_event import Attempt, EventState
from tests.browser.stage import Camera, Stage, subscribe
from tests.support.leads.kept_leads import MADE, add_event, add_lead

READER = "aino.pitkanimi-virtanen@kuntayhtyma-esimerkki.example.com"
ANSWERS = {"phone": "+358 40 123 4567", "company": "Konepaja Öhman & Pojat Oy", "message": "Soittakaa aamulla."}


@pytest.fixture
def locale() -> str:
    """The console speaks the language of the browser."""
    return "en-GB"


@pytest.fixture
def marketing(page: Page, stage: Stage) -> Page:
    """A colleague in marketing, at the list."""
    page.goto(stage.url("/console"))
    page.get_by_role("button", name="Sign in as marketing").click()
    page.get_by_role("navigation", name="Console").get_by_role("link", name="Leads").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Leads")
    return page


def test_leads_are_found_read_and_decided_on(marketing: Page, stage: Stage, camera: Camera) -> None:
    camera.look(marketing, "50-leads-empty")
    subscribe(marketing, stage, READER)
    reader = app.ids.of(READER)
    held = add_lead(reader)
    for number, state in enumerate(LeadState, start=2):
        add_lead(reader, state, episode=number, at=MADE - timedelta(days=number))
    waits = add_lead(reader, LeadState.HANDED_OFF, episode=20, at=MADE - timedelta(hours=1), answers=ANSWERS)
    add_event(
        waits,
        EventState.WAITING,
        Attempt(MADE, 20.0, 0, "no answer within 20 seconds"),
        Attempt(MADE, 0.3, 503, "busy"),
    )
    marketing.reload()
    camera.look(marketing, "51-leads")

    marketing.get_by_role("link", name="won").click()
    expect(marketing.locator("tbody tr")).to_have_count(1)
    marketing.get_by_label("Made since").fill("2026-11-24")
    marketing.get_by_role("button", name="Show", exact=True).click()
    expect(marketing.get_by_text("No lead fits.")).to_be_visible()
    camera.look(marketing, "52-leads-none")

    marketing.goto(stage.url(f"/console/leads/{waits.id}"))
    expect(marketing.get_by_text("The CRM has not taken it yet.")).to_be_visible()
    camera.look(marketing, "53-lead")

    marketing.goto(stage.url(f"/console/leads/{held.id}"))
    button = marketing.get_by_role("button", name="Send to sales")
    button.focus()
    marketing.keyboard.press("Enter")
    expect(marketing.get_by_role("status")).to_have_text("It goes to sales now.")
    assert stage.cloud.drain()
    marketing.reload()
    expect(marketing.get_by_text("The CRM took it at")).to_be_visible()
    camera.look(marketing, "54-lead-sent")


def test_an_endpoint_that_is_off_is_seen_and_switched_on(marketing: Page, camera: Camera) -> None:
    app.crm_endpoint.change(lambda _: EndpointHealth(off_at=MADE, off_why='HTTP 401: {"error": "unknown signature"}'))
    marketing.reload()
    camera.look(marketing, "55-crm-off")
    marketing.get_by_role("button", name="Switch it on again").click()
    expect(marketing.get_by_text("The CRM is told nothing")).to_have_count(0)
