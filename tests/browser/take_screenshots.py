"""Takes the README's screenshots anew: `make screenshots`."""

from __future__ import annotations

import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Page, ViewportSize

from tests.browser.stage import WITH_A_WINDOW, Stage, chromium, link_to, mail_to, staged, subscribe
from tests.skips import CHROMIUM

IMAGES = Path(__file__).parents[2] / "docs" / "images"
WIDE: ViewportSize = {"width": 1000, "height": 640}
HIGH: ViewportSize = {"width": 1000, "height": 1180}
DESK: ViewportSize = {"width": 1240, "height": 1000}
NARROW: ViewportSize = {"width": 390, "height": 700}
READER = "maija@example.com"
TEXT = """## Kolme aikaa tällä viikolla

Varaa puoli tuntia, {{ first_name | hyvä lukija }}, ja tuo mukaan yksi **luonnos**, jota et ole vielä julkaissut.

::button[Varaa aika](https://www.example.com/ajat)
"""
LIMIT = 150_000
"""Bytes an image may have, so that the repository stays light."""


def main() -> None:
    """Walk through the product and keep what a reader of the README wants to see."""
    executable = CHROMIUM.find()
    if executable is None:
        sys.exit(f"Chromium is missing: {CHROMIUM.install}")
    IMAGES.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        staged(Path(folder)) as stage,
        chromium(executable) as browser,
        browser.new_context(
            viewport=WIDE, locale="fi-FI", timezone_id="Europe/Helsinki", user_agent=WITH_A_WINDOW
        ) as context,
    ):
        _walk(context.new_page(), stage)
    heavy = [image.name for image in IMAGES.glob("*.png") if image.stat().st_size > LIMIT]
    if heavy:
        sys.exit(f"heavier than {LIMIT} bytes: {', '.join(heavy)}")


def _walk(page: Page, stage: Stage) -> None:
    page.goto(stage.url("/"))
    _keep(page, "start")
    page.set_viewport_size(NARROW)
    page.goto(stage.url("/subscribe?lang=fi"))
    _keep(page, "subscribe")
    for reader in (READER, "olli@example.com", "aino@example.com"):
        subscribe(page, stage, reader)
    stage.cloud.run("planner")
    digest = mail_to(stage, READER)
    page.goto(stage.url(f"/_local/mail/{digest['id']}/html"))
    _keep(page, "digest")
    page.goto(stage.url(f"/_local/mail/{mail_to(stage, 'olli@example.com')['id']}"))
    page.get_by_role("button", name="read it and press the button").click()
    stage.cloud.drain()
    # At the pace of a person: a machine would open both links at once, and press at once.
    stage.clock.ahead += timedelta(minutes=20)
    page.goto(link_to("c", digest["text"]))
    stage.cloud.drain()
    stage.clock.ahead += timedelta(minutes=3)
    page.goto(link_to("offer", digest["text"]))
    _keep(page, "offer")
    stage.clock.ahead += timedelta(seconds=40)
    page.click("main form button")
    stage.cloud.drain()
    page.set_viewport_size(HIGH)
    stage.cloud.run("nurture", (stage.cloud.started_at + timedelta(days=3)).isoformat())
    english = {"name": "newsletter_language", "value": "en", "url": stage.url("/console")}
    page.context.add_cookies([english])  # type: ignore[list-item]
    page.goto(stage.url("/console"))
    page.get_by_role("button", name="Sign in as marketing").click()
    page.set_viewport_size(WIDE)
    page.goto(stage.url("/console/sequences/sparraus"))
    _keep(page, "funnel")
    page.goto(stage.url("/console/leads"))
    _keep(page, "leads")
    page.set_viewport_size(HIGH)
    page.get_by_role("link", name=READER).first.click()
    page.get_by_role("heading", name="What they read").wait_for()
    _keep(page, "lead")
    page.set_viewport_size(HIGH)
    page.goto(stage.url("/console"))
    page.get_by_role("link", name="Digest of week").click()
    page.get_by_role("heading", name="Certificate").wait_for()
    _keep(page, "report")
    _write_a_campaign(page, stage)


def _write_a_campaign(page: Page, stage: Stage) -> None:
    page.set_viewport_size(DESK)
    page.goto(stage.url("/console"))
    page.get_by_role("heading", name="Waits for you").wait_for()
    _keep(page, "desk")
    page.goto(stage.url("/console/campaigns/new"))
    page.fill("[name=subject]", "Kevään sparraukset ovat auki")
    page.check("[name=topics][value=linkedin]")
    page.fill("[name=body]", TEXT)
    mail = page.frame_locator("iframe").first
    mail.get_by_role("heading", name="Kolme aikaa").wait_for()
    page.locator("[name=body]").scroll_into_view_if_needed()
    _keep(page, "campaign")
    page.get_by_role("button", name="Look at it").click()
    page.get_by_role("button", name="Send it now").wait_for()
    _keep(page, "campaign-check")


def _keep(page: Page, name: str) -> None:
    page.screenshot(path=IMAGES / f"{name}.png", animations="disabled")


if __name__ == "__main__":
    main()
