"""Mails in a browser: nothing for axe-core to find, nothing too wide, nothing lost without styles and pictures."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from newsletter.mail.templates import Templates
from tests.browser.mail_gallery import mails, serve_images, shown
from tests.browser.stage import PHONE, Camera, sideways
from tests.support.mailings.templates import TEMPLATES

SAMPLE = Templates(TEMPLATES, "https://news.sanaharju.example")
IN_FINNISH = dict(mails(SAMPLE, "fi"))


@pytest.fixture(autouse=True)
def _pictures(page: Page) -> None:
    page.route("**/*", serve_images)


@pytest.mark.parametrize("name", IN_FINNISH)
def test_nobody_is_shut_out_of_a_mail(page: Page, camera: Camera, name: str) -> None:
    page.set_content(shown(IN_FINNISH[name], SAMPLE, "fi"))
    camera.check(page, f"mail-{name}", landmarks=False)


def test_a_hebrew_author_does_not_pull_the_date_to_the_other_side(page: Page) -> None:
    def date_follows_author(html: str) -> bool:
        page.set_content(html)
        follows: bool = page.locator("p.muted", has_text="שרה כהן").first.evaluate(
            """byline => {
                const [author, after] = [byline.children[0], byline.children[0].nextSibling];
                const date = document.createRange(), start = after.data.indexOf("24");
                date.setStart(after, start);
                date.setEnd(after, start + 2);
                return author.getBoundingClientRect().right < date.getBoundingClientRect().left;
            }"""
        )
        return follows

    html = shown(IN_FINNISH["digest-odd"], SAMPLE, "fi")
    assert date_follows_author(html)
    assert not date_follows_author(re.sub(r"<(/?)bdi", r"<\1span", html))


def test_without_styles_and_pictures_a_digest_still_says_everything_and_fits_a_phone(page: Page) -> None:
    html = shown(IN_FINNISH["digest"], SAMPLE, "fi")
    page.unroute("**/*")
    page.route("**/*", lambda route: route.fulfill(status=404))
    page.set_viewport_size(PHONE)
    page.set_content(re.sub(r"<style.*?</style>", "", html, flags=re.DOTALL))
    assert sideways(page) == 0
    for name in ("Tutustu sparraukseen", "Peru uutiskirjeen tilaus", "Kun kommentti sattuu"):
        expect(page.get_by_role("link", name=name)).to_be_visible()
    assert page.get_by_role("img").first.get_attribute("alt")
