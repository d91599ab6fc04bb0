"""`newsletter feeds check`, without a stack: what we would make of a feed."""

from __future__ import annotations

import io
import json
import sys
import tomllib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.articles import feed_commands
from tests.support.articles.feed_commands import COMMENTS, GOOD, LINK, PAGE, Site, run
from tests.support.commands import Captured
from tests.support.stack import no_stack

feed = feed_commands.feed
site = feed_commands.site
templates = no_stack.templates


def checked(capsys: Captured, templates: Path, *arguments: str) -> tuple[int, Any]:
    code, out, _ = run(capsys, "check", "--json", "--templates", str(templates), *arguments)
    return code, json.loads(out)


def test_an_article_dated_an_hour_ahead_is_mailed_at_once_and_so_is_not_said_to_wait(
    templates: Path, tmp_path: Path, capsys: Captured
) -> None:
    ahead = format_datetime(datetime.now(UTC) + timedelta(hours=1))
    item = f"<item><title>Nyt</title><link>https://blog.example/1</link><pubDate>{ahead}</pubDate></item>"
    path = tmp_path / "feed.xml"
    path.write_text(f"<rss version='2.0'><channel>{item}</channel></rss>", "utf-8")
    _, found = checked(capsys, templates, str(path))
    assert [entry["stays_out"] for entry in found["entries"]] == [None]


def test_what_is_no_xml_is_said_to_be_none(templates: Path, tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "README.md"
    path.write_text("# A list\n\n- `a & b`\n", "utf-8")
    code, found = checked(capsys, templates, str(path))
    (problem,) = found["problems"]
    assert code == 1
    assert problem.endswith("not a feed (no XML: not well-formed (invalid token))"), problem


def test_a_feed_is_shown_as_its_articles_would_be(templates: Path, feed: Path, capsys: Captured) -> None:
    code, found = checked(capsys, templates, str(feed))
    assert code == 0
    assert (found["feed"], found["url"], found["readable"], found["named_feeds"]) == (str(feed), str(feed), True, [])
    first, *others = found["entries"]
    assert first == {
        "title": "LinkedIn-profiili kuntoon",
        "url": "https://blog.example/1",
        "published_at": "2026-11-23T06:00:00Z",
        "topics": ["linkedin"],
        "topic_reasons": ["keyword 'linkedin' as 'LinkedIn' in the title"],
        "summary": "Näin profiili näkyy.",
        "image": "https://blog.example/k.jpg",
        "image_alt": "Kuva",
        "language": "fi",
        "categories": [],
        "author": "",
        "minutes": None,
        "stays_out": None,
    }
    assert [each["stays_out"] for each in others] == [
        "a post with a password: its title begins with 'Suojattu'",
        "dated in the future: it waits until 2099-11-23 06:00 UTC",
        None,
    ]
    assert found["problems"] == [
        "entry 5 has no url: left out",
        "1 of 4 entries have no date that can be read; in a first reading they count as old",
    ]


def test_a_person_reads_the_same_with_the_labels_of_topics(templates: Path, feed: Path, capsys: Captured) -> None:
    code, out, _ = run(capsys, "check", "--templates", str(templates), str(feed))
    assert code == 0
    for said in (
        f"{feed}\n    4 entries, of which 2 stay out\n    problem: entry 5 has no url: left out\n",
        "   1  LinkedIn-profiili kuntoon\n      https://blog.example/1\n      2026-11-23 08:00, in fi\n",
        "(keyword 'linkedin' as 'LinkedIn' in the title)\n      summary: Näin profiili näkyy.\n",
        "      picture: https://blog.example/k.jpg, 800 × 400 (Kuva)\n",
        "      undated, in fi\n      topics: none: for everyone\n      summary: Joskus.\n      picture: none\n",
        "      stays out: a post with a password: its title begins with 'Suojattu'\n",
    ):
        assert said in out


def test_several_feeds_are_shown_in_their_order_and_one_that_cannot_be_read_costs_no_other(
    templates: Path, feed: Path, site: Site, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = site({"/syöte": GOOD})
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(GOOD)))
    asked = [str(feed.with_name("none.xml")), feed.as_uri(), f"{url}/syöte", "-", f"{url}/404"]
    code, found = checked(capsys, templates, *asked)
    assert code == 1
    assert [(each["feed"], len(each["entries"])) for each in found["feeds"]] == list(
        zip(asked, (0, 4, 1, 1, 0), strict=True)
    )
    assert found["feeds"][0]["problems"] == [f"{asked[0]}: No such file or directory"]
    assert found["feeds"][4]["problems"] == [f"{url}/404: the server answered HTTP 404"]
    assert run(capsys, "check", "--templates", str(templates), "-", "-")[2].startswith("newsletter: standard input")


def test_an_address_without_its_scheme_and_an_empty_one_are_told(
    templates: Path, capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for asked in ("www.example.fi", "www.example.fi/feed"):
        hint = f"{asked}: No such file or directory; for an address, give https://{asked}"
        assert checked(capsys, templates, asked)[1]["problems"] == [hint]
    assert checked(capsys, templates, "none")[1]["problems"] == ["none: No such file or directory"]
    code, out, err = run(capsys, "check", "--templates", str(templates), " ")
    assert (code, out) == (1, "")
    assert err.startswith("newsletter: an empty address")


def test_a_page_leads_to_the_feed_that_it_names_and_is_still_no_feed(
    templates: Path, site: Site, capsys: Captured
) -> None:
    url = site({"/": PAGE % (COMMENTS + LINK), "/feed": GOOD, "/none": PAGE % b""})
    code, found = checked(capsys, templates, f"{url}/")
    assert (code, found["url"], found["readable"], len(found["entries"])) == (1, f"{url}/feed", False, 1)
    named = [f"{url}/feed", f"{url}/comments/feed"]
    assert found["named_feeds"] == named
    assert found["problems"] == [f"{url}/: this is a web page; it names its feeds: {', '.join(named)}"]
    code, found = checked(capsys, templates, f"{url}/none")
    assert (code, found["url"], found["entries"]) == (1, None, [])
    assert found["problems"] == [f"{url}/none: not a feed: this is a web page, and it names no feed"]


def test_the_settings_of_a_feed_of_the_publication_are_applied(templates: Path, site: Site, capsys: Captured) -> None:
    """However its address is written."""
    url = site({"/feed": GOOD})
    publication = templates / "publication.toml"
    text = publication.read_text(encoding="utf-8")
    known = tomllib.loads(text)["feeds"][0]["url"]
    text = text.replace(f'"{known}"', f'"{url}/feed/"\nexclude = [{{ title = "LinkedIn*" }}]', 1)
    publication.write_text(text, encoding="utf-8")
    _, found = checked(capsys, templates, f"{url}/feed")
    assert found["entries"][0]["stays_out"].startswith("excluded by")


def test_a_language_that_the_publication_does_not_have_is_told(templates: Path, feed: Path, capsys: Captured) -> None:
    feed.write_bytes(GOOD.replace(b"<channel>", b"<channel><language>de-DE</language>"))
    _, found = checked(capsys, templates, str(feed))
    assert found["problems"] == ["states the language de; the publication has fi, sv, en, so it counts as fi"]
    assert found["entries"][0]["language"] == "fi"


def test_a_date_without_a_zone_is_one_of_the_publication(templates: Path, feed: Path, capsys: Captured) -> None:
    feed.write_bytes(GOOD.replace(b"Mon, 23 Nov 2026 08:00:00 +0200", b"23. marraskuuta 2026 08:00"))
    assert checked(capsys, templates, str(feed))[1]["entries"][0]["published_at"] == "2026-11-23T06:00:00Z"


def test_the_feed_of_comments_is_told_from_that_of_articles(templates: Path, feed: Path, capsys: Captured) -> None:
    feed.write_bytes(GOOD.replace(b"/1</link>", b"/1#comment-17</link>"))
    assert checked(capsys, templates, str(feed))[1]["problems"] == [
        "its entries are comments on articles, not articles"
    ]


def test_a_broken_publication_is_named(templates: Path, feed: Path, capsys: Captured) -> None:
    (templates / "publication.toml").write_text("name = ", encoding="utf-8")
    code, _, err = run(capsys, "check", "--templates", str(templates), str(feed))
    assert code == 1
    assert "publication.toml" in err
