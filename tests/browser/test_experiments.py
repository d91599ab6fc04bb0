"""Several subjects are tried, and the campaign is sent again; each page is seen wide, narrow and dark, and by axe."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from newsletter.container import app
from newsletter.mailings.campaign import Campaign, start_campaign
from newsletter.mailings.experiments.experiment import Experiment
from tests.browser.stage import Camera, Stage, subscribe

READER = "maija@example.com"


@pytest.fixture
def locale() -> str:
    """The console speaks the language of the browser."""
    return "en-GB"


def test_subjects_are_tried_and_the_campaign_is_sent_again(page: Page, stage: Stage, camera: Camera) -> None:
    subscribe(page, stage, READER)
    page.goto(stage.url("/console/campaigns/new"))
    page.get_by_role("button", name="Sign in as marketing").click()
    page.get_by_label("Subject").fill("Varaa aika ennen vappua")
    page.get_by_label("Text", exact=True).fill("Kolme aikaa jäljellä.")
    page.get_by_text("Try several subjects").click()
    page.get_by_role("textbox", name="Variant 2 (optional)", exact=True).fill("Kolme aikaa jäljellä")
    page.get_by_label("Part of the readers, in percent").fill("1000")
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_role("alert")).to_contain_text("Part of the readers: give a number from 1 to 99")
    camera.look(page, "60-subjects-to-mend")
    page.get_by_label("Part of the readers, in percent").fill("50")
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ready to send?")
    camera.look(page, "61-subjects-looked-at")
    page.get_by_role("button", name="Send it now").click()
    expect(page.get_by_role("status")).to_contain_text("It goes out in")

    page.goto("about:blank")  # the page goes to the report by itself once the campaign has begun
    stage.wait(minutes=2)
    stage.cloud.run("nurture", stage.clock.now().isoformat())
    stage.cloud.drain()
    report = stage.url("/console/mailings/campaign-varaa-aika-ennen-vappua")
    page.goto(report)
    expect(page.get_by_role("heading", name="A/B test of the subject")).to_be_visible()
    camera.look(page, "62-subjects-out")

    # The session of a browser would end in two days: another campaign began so long ago.
    began = stage.clock.now().replace(microsecond=0) - timedelta(hours=60)
    text = Campaign(name="toissa", subject="Eka", body="Moi.", language="fi", ab=Experiment(("Eka", "Toka"), 0.5, 4))
    start_campaign(text, app, now=began)
    stage.cloud.drain()
    for hours in (1, 6, 7, 60):
        stage.cloud.run("nurture", (began + timedelta(hours=hours)).isoformat())
        stage.cloud.drain()
    page.goto(stage.url("/console/mailings/campaign-toissa"))
    expect(page.get_by_text("too few to tell")).to_be_visible()
    page.get_by_label("Another subject").fill("Vielä ehdit mukaan")
    camera.look(page, "63-subject-chosen")
    page.get_by_role("button", name="Make a draft of it").click()
    expect(page.get_by_role("status").first).to_contain_text("Nothing is sent yet")
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_text("1 reader at the moment")).to_be_visible()
    camera.look(page, "64-sent-again")
