"""The pages that marketing looks at every day: each is seen wide and narrow, in light and dark, and by axe-core."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.stage import Camera, Stage, subscribe

READER = "maija@example.com"


@pytest.fixture
def locale() -> str:
    """The console speaks the language of the browser."""
    return "en-GB"


def test_the_day_begins_with_what_matters_and_leads_to_readers_and_articles(
    page: Page, stage: Stage, camera: Camera
) -> None:
    subscribe(page, stage, READER)
    stage.cloud.run("planner")
    stage.cloud.drain()
    page.goto(stage.url("/console"))
    page.get_by_role("button", name="Sign in as marketing").click()
    expect(page.get_by_text("1 reader gets your mail today.")).to_be_visible()
    camera.look(page, "50-start")

    page.get_by_role("link", name="Readers").click()
    camera.look(page, "51-readers")
    page.get_by_label("Mail address").fill(READER.upper())
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(READER)
    page.get_by_text("Change", exact=True).click()
    page.get_by_label("LinkedIn").check()
    camera.look(page, "52-reader")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_have_text("Changed.")

    page.get_by_role("link", name="Articles").click()
    camera.look(page, "53-articles")
    page.get_by_role("row").nth(1).get_by_role("link").click()
    camera.look(page, "54-article")
    page.get_by_role("button", name="Put on top").click()
    expect(page.get_by_role("status")).to_contain_text("Pinned")

    page.get_by_role("link", name="Who did what").click()
    expect(page.get_by_role("row", name="article pinned")).to_be_visible()
    camera.look(page, "55-audit")
