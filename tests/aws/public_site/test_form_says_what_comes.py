"""The form is filled in by its link, says when the letter comes, and shows the newest; pages say what they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from unittest.mock import Mock

import pytest
from botocore.exceptions import ClientError

from newsletter.container import app
from newsletter.mailings.archive import list_archive
from newsletter.mailings.mailing import Audience, Kind, Mailing
from newsletter.mailings.newest_letter import AGAIN_AFTER, FRESH, newest_letter
from tests.support.mailings.mails import FIRST, SECOND
from tests.support.readers.site import Answer
from tests.support.stack.cloud import PUBLIC_URL, Cloud, running

NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)
DIGEST = Mailing("digest-2026-W48", Kind.DIGEST, NOW, Audience(frequency="weekly"), articles=(FIRST.id, SECOND.id))
HEADLINE = "Kirjoita ensimmäinen julkaisusi yhdelle ihmiselle – ja yksi muu kirjoitus"
QUOTES = '"><script>alert(1)</script>@example.com'


@pytest.fixture(scope="module")
def site() -> Iterator[Cloud]:
    """A stack with one public digest and a campaign that only some readers got."""
    with running() as cloud:
        for each in (FIRST, SECOND):
            app.articles.put(each)
        app.mailings.create(DIGEST)
        secret = Mailing("campaign-salaa", Kind.CAMPAIGN, NOW + timedelta(hours=1), Audience(), subject="Vain osalle")
        app.mailings.create(replace(secret, body="Salaa", language="fi", archive=False))
        yield cloud


def meta(answer: Answer) -> dict[str, str]:
    """What the page says of itself, by name."""
    found = re.findall(r'<meta (?:name|property)="([\w:]+)" content="([^"]*)">', answer["body"])
    return {name: unescape(text) for name, text in found}


def form(site: Cloud, query: str = "") -> Any:
    answer = site.http("GET", f"/subscribe?{query}")
    assert answer["statusCode"] == 200
    return answer


def test_a_link_fills_in_address_and_topics_and_confirms_nothing(site: Cloud) -> None:
    body = form(site, "email=maija%40example.com&topics=linkedin,tekoaly,nonsense")["body"]
    assert 'name="email" value="maija@example.com"' in body
    assert re.findall(r'name="topics" value="(\w+)" checked', body) == ["linkedin", "tekoaly"]
    assert not re.search(r'name="(every_topic|consent)" value="yes"[^>]*checked', body)
    assert "nonsense" not in body
    assert site.messages("TransactionalQueue") == []


def test_several_parameters_of_topics_are_as_good_as_one(site: Cloud) -> None:
    body = form(site, "topics=linkedin&topics=tekoaly")["body"]
    assert re.findall(r'name="topics" value="(\w+)" checked', body) == ["linkedin", "tekoaly"]


def test_what_a_link_brings_is_escaped(site: Cloud) -> None:
    from urllib.parse import quote

    body = form(site, f"email={quote(QUOTES)}&topics={quote(QUOTES)}")["body"]
    assert "<script>alert" not in body
    assert 'value="&#34;&gt;&lt;script&gt;' in body


def test_the_address_is_the_first_thing_to_fill_in(site: Cloud) -> None:
    fields = re.findall(r'<(?:input|select|textarea) [^>]*name="(\w+)"', form(site)["body"])
    assert next(name for name in fields if name not in ("form", "next")) == "email"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fi", "Kirje tulee yleensä tiistaisin."),
        ("sv", "Brevet kommer vanligtvis på tisdagar."),
        ("en", "It usually comes on Tuesdays."),
    ],
)
def test_the_form_says_on_which_day_the_letter_comes(site: Cloud, language: str, said: str) -> None:
    assert said in form(site, f"lang={language}")["body"]


def test_without_a_day_in_the_schedule_no_day_is_promised(site: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(vars(app), "settings", replace(app.settings, digest_schedule="rate(7 days)"))
    body = form(site, "lang=en")["body"]
    assert "You choose the topics and how often it comes.</p>" in body


def test_the_form_shows_the_newest_letter_that_anybody_may_read(site: Cloud) -> None:
    body = form(site)["body"]
    assert re.search(rf'<a href="/archive/digest-2026-W48\?lang=fi"[^>]*>{HEADLINE}</a>', body)
    assert "Vain osalle" not in body
    assert site.http("GET", "/archive/digest-2026-W48?lang=fi")["statusCode"] == 200


def test_the_newest_letter_is_remembered_and_a_form_is_there_while_it_cannot_be_read(
    site: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert site.mails() == []
    read = Mock(side_effect=list_archive)
    monkeypatch.setattr("newsletter.mailings.newest_letter.list_archive", read)
    app.newest_letters.clear()
    now = app.now()
    first = newest_letter("fi", now, app)
    assert first
    assert newest_letter("fi", now + FRESH - timedelta(seconds=1), app) is first
    assert read.call_count == 1
    read.side_effect = ClientError({"Error": {"Code": "ThrottlingException"}}, "Query")
    assert newest_letter("fi", now + FRESH, app) is first
    assert newest_letter("sv", now + FRESH, app) is None
    assert read.call_count == 3
    assert newest_letter("sv", now + FRESH + AGAIN_AFTER / 2, app) is None
    assert read.call_count == 3
    read.side_effect = list_archive
    assert newest_letter("sv", now + FRESH + AGAIN_AFTER, app)
    app.newest_letters.clear()


@pytest.mark.parametrize(
    ("path", "kind", "title", "about"),
    [
        ("/subscribe", "website", "Subscribe to the newsletter", "Our new articles in one email."),
        ("/archive", "website", "Newsletter archive", "Our earlier newsletters"),
        ("/archive/digest-2026-W48", "article", "", FIRST.summary[:40]),
    ],
)
def test_pages_say_what_they_are_to_search_engines_and_chats(
    site: Cloud, path: str, kind: str, title: str, about: str
) -> None:
    found = meta(site.http("GET", f"{path}?lang=en"))
    assert found["og:type"] == kind
    assert found["og:title"].startswith(title)
    assert found["og:title"]
    assert found["description"] == found["og:description"]
    assert found["description"].startswith(about)
    assert found["og:url"] == f"{PUBLIC_URL}{path}?lang=en"
    assert found["og:site_name"] == app.publication.name


def test_a_campaign_is_told_by_its_preheader_or_its_opening(site: Cloud) -> None:
    plain = Mailing("campaign-yksi", Kind.CAMPAIGN, NOW - timedelta(days=9), Audience(), subject='Tule "nyt"')
    plain = replace(plain, body="**Kevät** & [sparraus](https://varaus.example/a)", language="fi", archive=True)
    app.mailings.create(plain)
    app.mailings.create(replace(plain, id="campaign-kaksi", preheader="Paikkoja on viisi"))
    one = meta(site.http("GET", "/archive/campaign-yksi"))
    assert one["og:title"] == 'Tule "nyt"'
    assert one["description"].startswith("Kevät & sparraus")
    assert meta(site.http("GET", "/archive/campaign-kaksi"))["description"] == "Paikkoja on viisi"
