"""The funnel in the console, and the page on which a reader stops one series: for everybody, on every screen."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.stage import Camera, Stage, link_to, mail_to, send_campaign, subscribe


@pytest.fixture
def locale() -> str:
    """The console speaks the language of the browser."""
    return "en-GB"


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_a_reader_stops_a_series_and_marketing_sees_it_in_the_funnel(
    page: Page, stage: Stage, camera: Camera, language: str
) -> None:
    email = f"{language}-series@example.com"
    subscribe(page, stage, email, language)
    send_campaign(
        page, stage, name=f"series-{language}", subject="Sanaharju", body="…", language=language, offer="sparraus"
    )
    page.goto(link_to("offer", mail_to(stage, email)["text"]))
    stage.wait(seconds=20)
    page.click("main form button")
    stage.cloud.drain()
    stage.cloud.run("nurture", (stage.cloud.started_at + timedelta(days=3)).isoformat())
    stage.cloud.drain()
    text = mail_to(stage, email)["text"]
    page.goto(next(word for word in text.split() if "/series/" in word))
    expect(page.locator("html")).to_have_attribute("lang", language)
    camera.check(page, f"{language}-series")
    page.click("main form button")
    expect(page.locator("main form")).to_have_count(0)
    camera.check(page, f"{language}-series-stopped")
    page.goto(stage.url("/console/sequences"))
    page.get_by_role("button", name="Sign in as marketing").click()
    page.goto(stage.url("/console/sequences"))
    camera.look(page, "console-sequences")
    page.locator("main table a").first.click()
    expect(page.get_by_role("heading", name="Where readers got to")).to_be_visible()
    expect(page.get_by_role("row", name="Stopped this series")).to_be_visible()
    camera.look(page, "console-sequence")
