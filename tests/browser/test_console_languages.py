"""The console in three languages, with eyes and axe: one browser, one sign-in."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from newsletter.container import app
from tests.browser.stage import PHONE, Camera, Stage, sideways, subscribe
from tests.support.kept_leads import add_lead

PLACES = (
    ("start", ""),
    ("mailings", "/mailings"),
    ("campaigns", "/campaigns"),
    ("leads", "/leads"),
    ("sequences", "/sequences"),
    ("sequence", "/sequences/sparraus"),
    ("articles", "/articles"),
    ("feeds", "/feeds"),
    ("audit", "/audit"),
    ("note", "/digests/weekly/note"),
    ("mailing", "/mailings/confirmation"),
    ("audiences", "/audiences"),
    ("readers", "/readers"),
    ("imports", "/imports"),
    ("exports", "/exports"),
    ("forms", "/forms"),
    ("pictures", "/pictures"),
    ("next-digest", "/digests/next?language=fi"),
    ("problem", "/nothing"),
    ("sign-out", "/logout"),
)
HEADINGS = {"en": "Today", "fi": "Tänään", "sv": "I dag"}


@pytest.fixture
def locale() -> str:
    """Of somebody who chooses a language of the console."""
    return "ja-JP"


def test_every_page_in_every_language_is_open_to_everybody(page: Page, stage: Stage, camera: Camera) -> None:
    subscribe(page, stage, "maija@example.com")
    stage.cloud.run("planner")
    stage.cloud.drain()
    lead = add_lead(app.ids.of("maija@example.com"))
    page.goto(stage.url("/console"))
    page.get_by_role("button", name="Sign in as marketing").click()
    more = (("lead", f"/leads/{lead.id}"), ("article", "/articles/" + _first_article(page, stage)))
    for language, own_name in (("sv", "Svenska"), ("en", "English"), ("fi", "Suomi")):
        page.goto(stage.url("/console"))
        page.get_by_role("button", name=own_name).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(HEADINGS[language])
        for name, path in (*PLACES, *more):
            page.goto(stage.url(f"/console{path}"))
            assert page.locator("html").get_attribute("lang") == language
            found = camera.violations(page)
            assert not found, "\n".join([f"{name}, {language}: axe-core finds", *found])
            if language != "en":
                camera.shoot(page, f"60-{language}-{name}-desktop")
                size = page.viewport_size
                page.set_viewport_size(PHONE)
                camera.shoot(page, f"60-{language}-{name}-phone")
                assert sideways(page) == 0, f"{name}, {language}: the page is wider than a phone"
                page.set_viewport_size(size or PHONE)


def _first_article(page: Page, stage: Stage) -> str:
    page.goto(stage.url("/console/articles"))
    address = page.get_by_role("row").nth(1).get_by_role("link").get_attribute("href") or ""
    return address.rpartition("/")[2]
