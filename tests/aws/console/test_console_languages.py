"""The console in Finnish, Swedish and English: who gets which, and how one is chosen."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from newsletter.container import app
from newsletter.mailings.campaign import Campaign, start_campaign
from newsletter.mailings.digests.decision import Answer
from newsletter.platform.times import whole_seconds
from tests.support.console.console_calls import Browser, call
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud

HEADINGS = {"en": "Today", "fi": "Tänään", "sv": "I dag"}
PAGES = (
    "/console",
    "/console/mailings",
    "/console/campaigns",
    "/console/leads",
    "/console/sequences",
    "/console/sequences/sparraus",
    "/console/articles",
    "/console/feeds",
    "/console/audit",
    "/console/digests/weekly/note",
    "/console/audiences",
    "/console/readers",
    "/console/readers?status=active&language=fi",
    "/console/imports",
    "/console/exports",
    "/console/forms",
    "/console/pictures",
    "/console/digests/next",
    "/console/logout",
)


def choose(browser: Browser, language: str, back: str = "/console", **headers: str) -> int:
    """Press one of the buttons at the foot of a page."""
    form = urlencode({"language": language, "back": back})
    answer = call(browser.cloud, "POST", "/console/language", form, headers, browser.jar)
    for cookie in answer.cookies:
        name, _, value = cookie.partition(";")[0].partition("=")
        browser.jar[name] = value
    return answer.status


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("fi-FI,fi;q=0.9,en;q=0.8", "fi"),
        ("de, sv;q=0.4, en;q=0.3", "sv"),
        ("en;q=0.2, sv-FI;q=0.7", "sv"),
        ("fi;q=0, en", "en"),
        ("ja", "en"),
        (";;q=x,,", "en"),
    ],
)
def test_the_browser_says_which_language_it_wants(header: str, language: str, cloud: Cloud, marketing: Browser) -> None:
    answer = call(cloud, "GET", "/console", "", {"accept-language": header}, marketing.jar)
    assert f'<html lang="{language}">' in answer.body
    assert answer.headers["Content-Language"] == language
    assert answer.text.startswith(HEADINGS[language])


def test_what_a_person_chose_counts_more_and_is_remembered(cloud: Cloud, marketing: Browser) -> None:
    assert choose(marketing, "sv") == 303
    answer = call(cloud, "GET", "/console/articles", "", {"accept-language": "fi"}, marketing.jar)
    assert '<html lang="sv">' in answer.body
    assert choose(marketing, "xx") == 422
    assert choose(marketing, "fi", **{"sec-fetch-site": "cross-site"}) == 403
    assert marketing.jar["newsletter_language"] == "sv"


@pytest.mark.parametrize(
    ("back", "leads_to"),
    [
        ("/console/leads?state=held&since=2026-11-01", "/console/leads?state=held&since=2026-11-01"),
        ("https://evil.example/console", "/console"),
        ("//evil.example", "/console"),
        ("/console/../x\r\nSet-Cookie: a=b", "/console"),
        ("/consoles", "/console"),
    ],
)
def test_the_choice_leads_back_to_the_page_and_nowhere_else(back: str, leads_to: str, cloud: Cloud) -> None:
    answer = call(cloud, "POST", "/console/language", urlencode({"language": "fi", "back": back}))
    assert (answer.status, answer.location) == (303, leads_to)
    assert answer.cookies == ["newsletter_language=fi; Path=/console; Max-Age=34560000; HttpOnly; SameSite=Lax"]


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_every_page_is_in_the_language_and_the_api_stays_english(
    language: str, cloud: Cloud, marketing: Browser
) -> None:
    add_reader("maija@example.com", "linkedin")
    choose(marketing, language)
    for path in PAGES:
        answer = call(cloud, "GET", path, cookies=marketing.jar)
        assert answer.status == 200, path
        assert f'<html lang="{language}">' in answer.body
        assert not {" the ", " of ", " and ", " is "} & {f" {word} " for word in answer.text.split()}, answer.text
    wrong = call(cloud, "GET", "/console/leads?state=sold", cookies=marketing.jar)
    assert wrong.status == 422
    assert {"fi": "jokin näistä: held", "sv": "något av följande: held"}[language] in wrong.text
    program = call(cloud, "GET", "/api/v1/leads?state=sold", "", {"accept-language": language}, marketing.jar)
    assert program.status == 401
    assert "send the header" in program.body


def test_what_was_stored_in_english_is_read_in_finnish(cloud: Cloud, marketing: Browser) -> None:
    choose(marketing, "fi")
    verdict = Answer.approved("maija@example.com").verdict
    app.decisions.put(app.now(), "digest-2026-W48", "approved", f"1 new article; {verdict}: it goes out")
    text = call(cloud, "GET", "/console/mailings", cookies=marketing.jar).text
    assert "hyväksytty 1 uusi artikkeli; hyväksyi maija@example.com: kooste lähtee" in text


def test_an_error_is_said_in_the_language_of_the_page(cloud: Cloud, marketing: Browser) -> None:
    choose(marketing, "fi")
    missing = call(cloud, "GET", "/console/articles/nothing", cookies=marketing.jar)
    assert (missing.status, "Sivua tai lähetystä ei löydy." in missing.text) == (404, True)
    feed = app.feed_urls[0]
    form = urlencode({"feed": feed, "form_token": marketing.form_token()})
    refused = call(cloud, "POST", "/console/feeds/accept", form, cookies=marketing.jar)
    assert (refused.status, f"{feed} ei odota päätöstä." in refused.text) == (409, True)


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_a_report_and_a_reader_are_in_the_language_of_whoever_looks(
    language: str, cloud: Cloud, marketing: Browser
) -> None:
    reader = add_reader("maija@example.com", "linkedin")
    start_campaign(Campaign("kevat", "Kevät", "Hei.", "fi"), app, now=whole_seconds(app.now()))
    cloud.drain()
    choose(marketing, language)
    said = {
        "fi": ("Amazon otti ainoan viestin vastaan.", "Kaikki lukijat, joiden kieli on suomi"),
        "sv": ("Amazon tog emot det enda mejlet.", "Alla läsare med språket finska"),
    }
    for path in ("", "/clickers", "/comments"):
        answer = call(cloud, "GET", f"/console/mailings/campaign-kevat{path}", cookies=marketing.jar)
        assert (answer.status, f'<html lang="{language}">' in answer.body) == (200, True)
        assert path or all(words in answer.text for words in said[language]), answer.text
        assert not {"of", "the", "and", "is", "mails"} & set(answer.text.split()), answer.text
    answer = call(cloud, "GET", f"/console/readers/{reader}", cookies=marketing.jar)
    assert {"fi": "Todiste suostumuksesta", "sv": "Bevis på samtycke"}[language] in answer.text
    assert not {"of", "the", "and", "is", "mails"} & set(answer.text.split()), answer.text
