"""To whom a campaign goes: the page of audiences and the fields in a campaign's form, with keyboard and eyes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.stage import Camera, Stage, subscribe

READER = "seitsemas@example.com"


@pytest.fixture
def locale() -> str:
    """The console speaks the language of the browser."""
    return "en-GB"


def test_an_audience_is_counted_saved_and_taken_by_a_campaign(page: Page, stage: Stage, camera: Camera) -> None:
    subscribe(page, stage, READER)
    page.goto(stage.url("/console/audiences"))
    page.get_by_role("button", name="Sign in as marketing").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Audiences")
    page.get_by_text("More about the readers").click()
    page.get_by_label("Signed up on this day or later").fill("2020-01-01")
    page.get_by_text("Certain addresses, and who is left out").click()
    camera.look(page, "70-audience-fields")
    page.get_by_role("button", name="Count").click()
    expect(page.get_by_role("heading", name="1 reader at the moment")).to_be_visible()
    camera.look(page, "71-audience-counted")
    page.get_by_label("Name").fill("Kaikki vuodesta 2020")
    page.get_by_role("button", name="Save as new").click()
    expect(page.get_by_role("link", name="Kaikki vuodesta 2020")).to_be_visible()
    camera.look(page, "72-audiences")
    page.goto(stage.url("/console/campaigns/new"))
    page.get_by_label("Subject").fill("Kevät")
    page.get_by_label("A saved audience").select_option("Kaikki vuodesta 2020")
    page.get_by_role("button", name="Count readers").click()
    expect(page.get_by_role("heading", name="1 reader at the moment")).to_be_visible()
    expect(page.get_by_label("Signed up on this day or later")).to_have_value("2020-01-01")
    camera.look(page, "73-campaign-audience")
