"""The console in three languages, with eyes and axe: one browser, one sign-in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from newsletter.container import app
from newsletter.mailings.campaign import Campaign
from newsletter.mailings.drafts.edit_drafts import create_draft
from newsletter.mailings.drafts.schedule import schedule_draft
from tests.browser.stage import PHONE, Camera, Stage, resize, sideways, subscribe
from tests.support.leads.kept_leads import add_lead

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
ROWS = {320: 6, 360: 4, 768: 2, 1024: 1, 1240: 1, 1440: 1}
"""Of the navigation, by the width of the screen in pixels; "New campaign" has the last one to itself on a phone."""
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
    draft, waiting = (_campaign(f"Kevään {name} sparraukset") for name in ("ensimmäiset", "toiset"))
    schedule_draft(waiting, app.now() + timedelta(days=3), app, by="Maija", now=app.now())
    more = (
        ("lead", f"/leads/{lead.id}"),
        ("article", "/articles/" + _first_article(page, stage)),
        ("campaign-new", "/campaigns/new"),
        ("campaign", f"/campaigns/{draft}"),
        ("campaign-versions", f"/campaigns/{draft}/versions"),
        ("campaign-scheduled", f"/campaigns/{waiting}"),
        ("campaign-changed", f"/campaigns/{waiting}?edit=1"),
    )
    for language, own_name in (("sv", "Svenska"), ("en", "English"), ("fi", "Suomi")):
        page.goto(stage.url("/console"))
        page.get_by_role("button", name=own_name).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(HEADINGS[language])
        for name, path in (*PLACES, *more):
            page.goto(stage.url(f"/console{path}"))
            assert page.locator("html").get_attribute("lang") == language
            found = camera.violations(page)
            assert not found, "\n".join([f"{name}, {language}: axe-core finds", *found])
            size = page.viewport_size
            if language == "fi":
                camera.shoot(page, f"60-fi-{name}-desktop")
            resize(page, PHONE)
            assert sideways(page) == 0, f"{name}, {language}: the page is wider than a phone"
            if language == "fi":
                camera.shoot(page, f"60-fi-{name}-phone")
            page.set_viewport_size(size or PHONE)


def test_a_campaign_is_written_in_finnish(page: Page, stage: Stage, camera: Camera) -> None:
    """What the scripts and preflight say, and the page that asks whether it is ready."""
    subscribe(page, stage, "maija@example.com")
    page.goto(stage.url("/console"))
    page.get_by_role("button", name="Sign in as marketing").click()
    page.get_by_role("button", name="Suomi").click()
    page.get_by_role("link", name="Uusi kampanja").click()
    page.get_by_label("Otsikko", exact=True).fill("Kevään sparraukset")
    page.get_by_label("Teksti", exact=True).fill("Varaa <b>aika</b>.")
    expect(page.locator("#told")).to_have_text("Tarkistus: korjattavaa 1, muuta huomattavaa 0.")
    expect(page.locator("#notes")).to_contain_text("Rivi 1")
    expect(page.locator("#notes")).to_contain_text("<b> on HTML-koodia, joka ei kuulu tekstiin: kirjoita **lihavoitu**")
    expect(page.locator("#saved")).to_contain_text("Tallennettu")
    page.get_by_role("button", name="Esikatsele").click()
    expect(page.get_by_role("alert")).to_contain_text("rivi 1: <b> on HTML-koodia")
    camera.look(page, "60-fi-campaign-faults")
    page.get_by_label("Teksti", exact=True).fill("Varaa aika.")
    page.get_by_role("button", name="Esikatsele").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Valmiina lähtöön?")
    camera.look(page, "60-fi-campaign-preview")


def test_the_navigation_has_room_in_every_language(page: Page, stage: Stage) -> None:
    page.goto(stage.url("/console"))
    page.get_by_role("button", name="Sign in as marketing").click()
    for own_name in ("English", "Svenska", "Suomi"):
        page.get_by_role("button", name=own_name).click()
        page.wait_for_load_state()
        for width, rows in ROWS.items():
            resize(page, {"width": width, "height": 700})
            assert sideways(page) == 0, f"{own_name}, {width}: the page is wider than the screen"
            tops = page.locator(".places a").evaluate_all("all => all.map(each => each.getBoundingClientRect().top)")
            assert len(set(tops)) == rows, f"{own_name}, {width}: the rows of the navigation"


def _campaign(subject: str) -> str:
    text = Campaign(name="", subject=subject, body="Varaa aika.", language="fi")
    return create_draft(text, app, by="Maija", now=app.now()).id


def _first_article(page: Page, stage: Stage) -> str:
    page.goto(stage.url("/console/articles"))
    address = page.get_by_role("row").nth(1).get_by_role("link").get_attribute("href") or ""
    return address.rpartition("/")[2]
