"""The public archive: what went out to everyone, in every language, and nothing that belongs to one reader."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from unittest.mock import Mock
from urllib.parse import parse_qs
from xml.etree import ElementTree as ET

import pytest

from newsletter.container import app
from newsletter.mailings.mailing import Audience, Kind, Mailing
from newsletter.mailings.mailings_store import Mailings
from newsletter.mailings.rendering.renderer import Renderer
from newsletter.mailings.status import MailingState, MailingStatus
from tests.support.mailings.mails import BARE, FIRST, SECOND, article, templates
from tests.support.readers.site import heading, shows
from tests.support.stack.cloud import PUBLIC_URL, Cloud, running

NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)
DAY = timedelta(days=1)
ATOM = "{http://www.w3.org/2005/Atom}"
DIGEST = Mailing("digest-2026-W48", Kind.DIGEST, NOW, Audience(frequency="weekly"), offer="sparraus")
CAMPAIGN = Mailing(
    "campaign-kevat",
    Kind.CAMPAIGN,
    NOW - DAY,
    Audience(languages=("fi",)),
    subject="Kevään <b>sparraukset</b> & muuta {{click}}",
    body="## Tule\n\n[Varaa aika](https://varaus.example/a?b=1) ![Kuva](https://kuvat.example/a.png) <script>",
    language="fi",
)
PERSONAL = re.compile(r"/(c|unsubscribe|preferences|offer|confirm|my-data|letter)/|hello_|\{\{(?!click\}\})|Hei[, ]")

Answer = dict[str, Any]


@pytest.fixture(scope="module")
def site() -> Iterator[Cloud]:
    """A stack whose archive has a digest, a campaign and what must not be seen."""
    with running() as cloud:
        shown = [replace(each, topics=("linkedin",)) for each in (FIRST, SECOND, BARE)]
        many = [article(number, title=f"Kirjoitus {number}") for number in range(20, 26)]
        alone = article(40, title="Yksin", summary="Vain tämä.")
        for each in (*shown, *many, alone):
            app.articles.put(each)
        for mailing in (
            replace(DIGEST, articles=tuple(each.id for each in (*shown, *many))),
            replace(DIGEST, id="digest-2026-W47", created_at=NOW - 7 * DAY, articles=(alone.id,)),
            replace(DIGEST, id="digest-2026-W46", created_at=NOW - 14 * DAY, articles=("gone",)),
            CAMPAIGN,
            replace(CAMPAIGN, id="campaign-salaa", archive=False),
            replace(CAMPAIGN, id="campaign-rajattu", audience=Audience(topics=("linkedin",))),
            replace(CAMPAIGN, id="campaign-jaettu", audience=Audience(topics=("linkedin",)), archive=True),
            *(
                replace(CAMPAIGN, id=f"campaign-{state}", status=MailingStatus(state))
                for state in (MailingState.APPROVAL, MailingState.PAUSED, MailingState.HELD, MailingState.CANCELLED)
            ),
            replace(CAMPAIGN, id="welcome", kind=Kind.WELCOME, archive=True),
        ):
            app.mailings.create(mailing)
        yield cloud


def links(answer: Answer) -> list[str]:
    return re.findall(r'href="(/archive/[\w-]+)\?', answer["body"])


def test_the_list_has_what_went_out_to_everyone_the_newest_first(site: Cloud) -> None:
    answer = site.http("GET", "/archive")
    assert answer["statusCode"] == 200
    assert links(answer) == [
        *("/archive/digest-2026-W48", "/archive/campaign-kevat", "/archive/campaign-jaettu"),
        "/archive/digest-2026-W47",
    ]
    assert "Kirjoita ensimmäinen julkaisusi yhdelle ihmiselle – ja 8 muuta kirjoitusta" in answer["body"]
    assert "Viikko 48 · " in answer["body"]
    assert "24. marraskuuta 2026" in answer["body"]


@pytest.mark.parametrize(
    "mailing",
    [
        "campaign-salaa",
        "campaign-rajattu",
        "welcome",
        "digest-2026-W46",
        "campaign-approval",
        "campaign-paused",
        "campaign-held",
        "campaign-cancelled",
        "digest-2020-W01",
        "x" * 300,
        "%00",
    ],
)
def test_what_is_not_for_everyone_or_not_there_is_not_found(site: Cloud, mailing: str) -> None:
    answer = site.http("GET", f"/archive/{mailing}")
    assert answer["statusCode"] == 404
    assert shows(answer, "problems.not_found.heading")
    assert answer["headers"]["Cache-Control"] == "no-store"


def test_every_page_of_the_archive_says_nothing_of_any_reader(site: Cloud) -> None:
    for language in ("fi", "sv", "en"):
        for path in ("/archive", *links(site.http("GET", "/archive")), "/archive/feed.xml"):
            answer = site.http("GET", f"{path}?lang={language}")
            assert answer["statusCode"] == 200
            assert answer["headers"]["Content-Language"] == language
            assert PERSONAL.search(answer["body"]) is None, (path, PERSONAL.search(answer["body"]))


def test_a_digest_leads_straight_to_the_original_articles(site: Cloud) -> None:
    body = site.http("GET", "/archive/digest-2026-W48?lang=sv")["body"]
    for each in (FIRST, SECOND, BARE, article(25)):
        assert f'<a href="{each.url.replace("&", "&amp;")}">' in body
    assert FIRST.summary in body
    assert "på finska" in body
    assert f'<img src="{FIRST.image}" alt=""' in body
    assert f'<link rel="canonical" href="{PUBLIC_URL}/archive/digest-2026-W48?lang=sv">' in body
    assert re.findall(r'<link rel="alternate" hreflang="(\w+)"', body) == ["fi", "sv", "en"]
    most = app.templates.publication.digest.max_articles
    assert body.count('<article class="piece">') == most
    assert "mailto:hei@sanaharju.example" in body


def test_a_digest_of_one_article_names_the_article_as_its_original(site: Cloud) -> None:
    body = site.http("GET", "/archive/digest-2026-W47")["body"]
    assert '<link rel="canonical" href="https://www.sanaharju.example/blogi/40?a=1&amp;b=2">' in body


def test_a_campaign_is_shown_in_its_own_language_and_as_text(site: Cloud) -> None:
    answer = site.http("GET", "/archive/campaign-kevat", headers={"accept-language": "sv"})
    assert answer["headers"]["Content-Language"] == "fi"
    assert heading(answer) == "Kevään &lt;b&gt;sparraukset&lt;/b&gt; &amp; muuta {{click}}"
    assert '<a href="https://varaus.example/a?b=1">Varaa aika</a>' in answer["body"]
    assert '<img src="https://kuvat.example/a.png" alt="Kuva">' in answer["body"]
    assert "<script>" not in answer["body"]
    policy = answer["headers"]["Content-Security-Policy"]
    assert "img-src 'self' https: data:;" in policy
    assert "script-src" not in policy
    english = site.http("GET", "/archive/campaign-kevat?lang=en")["body"]
    assert '<h1 lang="fi">' in english
    assert "in Finnish" in english


def test_the_list_goes_on_where_a_page_ends(site: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("public_site.routes.archive.ON_A_PAGE", 2)
    seen, path = [], "/archive?lang=fi"
    for _ in range(5):
        answer = site.http("GET", path.replace("%3A", ":").replace("%23", "#"))
        seen += links(answer)
        older = re.findall(r'rel="next" href="([^"]+)"', answer["body"])
        if not older:
            break
        path = older[0].replace("&amp;", "&")
    assert seen == links(site.http("GET", "/archive?before=nonsense")) + seen[2:]
    assert len(seen) == len(set(seen)) == 4


def test_the_feed_has_the_same_mailings_with_ids_that_stay(site: Cloud) -> None:
    answer = site.http("GET", "/archive/feed.xml?lang=en")
    assert answer["headers"]["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = ET.fromstring(answer["body"])
    assert feed.findtext(f"{ATOM}updated") == "2026-11-24T06:00:00Z"
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}id") for entry in entries] == [
        "tag:uutiskirje.sanaharju.example,2026:digest-2026-W48:en",
        "tag:uutiskirje.sanaharju.example,2026:campaign-kevat:fi",
        "tag:uutiskirje.sanaharju.example,2026:campaign-jaettu:fi",
        "tag:uutiskirje.sanaharju.example,2026:digest-2026-W47:en",
    ]
    addresses = [link.attrib["href"] for entry in entries for link in entry.findall(f"{ATOM}link")]
    assert addresses[0] == f"{PUBLIC_URL}/archive/digest-2026-W48?lang=en"
    assert entries[1].findtext(f"{ATOM}title") == CAMPAIGN.subject
    content = entries[1].findtext(f"{ATOM}content") or ""
    assert '<a href="https://varaus.example/a?b=1">Varaa aika</a>' in content
    assert "<script>" not in content


def test_who_has_the_text_already_gets_none_of_it(site: Cloud) -> None:
    for path in ("/archive", "/archive/digest-2026-W48", "/archive/feed.xml"):
        first = site.http("GET", path)
        tag = first["headers"]["ETag"]
        assert first["headers"]["Cache-Control"] == "public, max-age=300"
        assert first["headers"]["Vary"] == "Accept-Language"
        again = site.http("GET", path, headers={"if-none-match": f'"other", W/{tag}'})
        assert (again["statusCode"], again["body"], again["headers"]["ETag"]) == (304, "", tag)
        assert site.http("GET", f"{path}?lang=sv", headers={"if-none-match": tag})["statusCode"] == 200
        assert "X-Robots-Tag" not in first["headers"]


def test_a_publication_may_keep_search_engines_out(
    site: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = app.settings.templates
    for part in root.iterdir():
        (tmp_path / part.name).symlink_to(part)
    (tmp_path / "publication.toml").unlink()
    source = (root / "publication.toml").read_text(encoding="utf-8")
    (tmp_path / "publication.toml").write_text(source.replace("index_archive = true", "index_archive = false"), "utf-8")
    with monkeypatch.context() as changed:
        changed.setenv("NEWSLETTER_TEMPLATES", str(tmp_path))
        app.reset()
        answers = [site.http("GET", path) for path in ("/archive", "/archive/campaign-kevat", "/archive/feed.xml")]
    app.reset()
    assert [answer["headers"]["X-Robots-Tag"] for answer in answers] == ["noindex"] * 3


def test_an_archive_without_mailings_says_so_and_its_feed_is_empty(
    site: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Mailings, "older", lambda *_: [])
    assert shows(site.http("GET", "/archive"), "archive.empty")
    feed = ET.fromstring(site.http("GET", "/archive/feed.xml")["body"])
    assert feed.findall(f"{ATOM}entry") == []


@pytest.mark.parametrize(
    ("archive", "topics", "kept"), [(None, (), True), (None, ("linkedin",), False), (False, (), False)]
)
def test_a_mail_links_to_the_archive_only_when_it_is_there(
    *, archive: bool | None, topics: tuple[str, ...], kept: bool
) -> None:
    mailing = replace(CAMPAIGN, archive=archive, audience=Audience(topics=topics))
    with pytest.MonkeyPatch.context() as patched:
        mail = Mock(wraps=templates.mail)
        patched.setattr(templates, "mail", mail)
        Renderer(templates).campaign(mailing, "fi")
    assert mail.call_args.kwargs["archived"] == (CAMPAIGN.id if kept else "")


# --- passing one on --------------------------------------------------------------------------------------------------


def test_a_letter_is_passed_on_by_its_public_address_from_the_readers_own_mailbox(site: Cloud) -> None:
    for mailing, title in (("digest-2026-W48", FIRST.title), ("campaign-kevat", "Kevään <b>sparraukset</b>")):
        answer = site.http("GET", f"/archive/{mailing}/share?lang=fi")
        assert answer["statusCode"] == 200
        address = f"{PUBLIC_URL}/archive/{mailing}?lang=fi"
        assert f'value="{address}" readonly' in answer["body"]
        assert site.http("GET", address)["statusCode"] == 200
        (mail,) = re.findall(r'href="(mailto:\?[^"]+)"', answer["body"])
        fields = parse_qs(unescape(mail).removeprefix("mailto:?"), strict_parsing=True)
        assert title in fields["subject"][0]
        assert fields["body"][0].endswith(f"\r\n{address}\r\n")
        assert "+" not in mail, "a mail program takes it for a plus"
        assert "<form" not in answer["body"], "no address of a friend is asked for"
        assert not PERSONAL.search(answer["body"])
        assert shows(answer, "share.yours")
        assert shows(answer, "share.whole") == mailing.startswith("digest"), (
            "a digest has what other readers chose, too"
        )


def test_the_page_to_pass_a_letter_on_is_the_same_for_everybody_and_no_search_engines_business(site: Cloud) -> None:
    first = site.http("GET", "/archive/digest-2026-W48/share?lang=fi")
    second = site.http("GET", "/archive/digest-2026-W48/share?lang=fi", headers={"user-agent": "another"})
    assert first == second
    assert first["headers"]["X-Robots-Tag"] == "noindex"
    assert "max-age" in first["headers"]["Cache-Control"]
    assert site.http("POST", "/archive/digest-2026-W48/share", "email=ystava@example.com")["statusCode"] == 405


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_the_page_to_pass_a_letter_on_speaks_every_language(site: Cloud, language: str) -> None:
    answer = site.http("GET", f"/archive/digest-2026-W48/share?lang={language}")
    assert heading(answer) == templates.text("pages.share.heading", language)
    assert f"/archive/digest-2026-W48?lang={language}" in answer["body"]


@pytest.mark.parametrize(
    "mailing",
    ["campaign-salaa", "campaign-rajattu", "campaign-held", "campaign-paused", "digest-2026-W46", "welcome", "nosuch"],
)
def test_what_is_not_public_cannot_be_passed_on(site: Cloud, mailing: str) -> None:
    assert site.http("GET", f"/archive/{mailing}/share")["statusCode"] == 404


def test_whoever_reads_a_letter_in_the_archive_can_subscribe_to_its_topics(site: Cloud) -> None:
    for path in ("/archive/digest-2026-W48?lang=sv", "/archive/digest-2026-W48/share?lang=sv"):
        (form,) = re.findall(r'href="(/subscribe\?[^"]+)"', site.http("GET", path)["body"])
        assert unescape(form) == "/subscribe?lang=sv&topics=linkedin"
        page = site.http("GET", unescape(form))["body"]
        assert re.findall(r'name="(?:topics|every_topic)" value="(\w+)" checked', page) == ["linkedin"]
    (form,) = re.findall(r'href="(/subscribe\?[^"]+)"', site.http("GET", "/archive/campaign-kevat")["body"])
    assert "topics" not in form
