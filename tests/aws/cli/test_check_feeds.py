"""`newsletter feeds check` and `feeds add`, without a stack: what we would make of a feed, and a feed more."""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
import tomllib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from cli.main import main
from newsletter.publication.read_publication import MAX_FEEDS
from tests.support.cloud import Quiet
from tests.support.templates import TEMPLATES

Captured = pytest.CaptureFixture[str]
ITEMS = """
<item><title>LinkedIn-profiili kuntoon</title><link>https://blog.example/1</link><guid>1</guid>
<pubDate>Mon, 23 Nov 2026 08:00:00 +0200</pubDate>
<description>&lt;p&gt;Näin profiili näkyy.&lt;/p&gt;
&lt;img src="https://blog.example/k.jpg" alt="Kuva" width="800" height="400"&gt;</description></item>
<item><title>Suojattu: Vain jäsenille</title><link>https://blog.example/2</link><guid>2</guid>
<pubDate>Mon, 23 Nov 2026 08:00:00 +0200</pubDate><description>Salaista.</description></item>
<item><title>Huomisen juttu</title><link>https://blog.example/3</link><guid>3</guid>
<pubDate>Mon, 23 Nov 2099 08:00:00 +0200</pubDate><description>Vielä tulossa.</description></item>
<item><title>Päiväämätön</title><link>https://blog.example/4</link><guid>4</guid><description>Joskus.</description></item>
<item><title>Ilman osoitetta</title><description>Ei linkkiä.</description></item>
"""
FEED = f"<rss version='2.0'><channel><title>Blogi</title>{ITEMS}</channel></rss>".encode()
GOOD = f"<rss version='2.0'><channel>{ITEMS[: ITEMS.index('<item><title>Suojattu')]}</channel></rss>".encode()
PAGE = b"<!doctype html><html><head>%s</head><body>Blogi</body></html>"
LINK = b'<link rel="alternate" type="application/rss+xml" title="Blogi" href="/feed">'
COMMENTS = b'<link rel="alternate" type="application/rss+xml" title="Kommentit" href="/comments/feed">'


@pytest.fixture
def templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the templates, and no stack."""
    for name in list(os.environ):
        if name.startswith("NEWSLETTER_"):
            monkeypatch.delenv(name)
    return Path(shutil.copytree(TEMPLATES, tmp_path / "templates"))


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    path = tmp_path / "syöte.xml"
    path.write_bytes(FEED)
    return path


Site = Callable[[dict[str, bytes]], str]


@pytest.fixture
def site() -> Iterator[Site]:
    """Serves these bodies by path on this machine; everything else is a page that says 404."""
    servers = []

    def serve(bodies: dict[str, bytes]) -> str:
        def answer(environ: Any, start_response: Any) -> Any:
            body = bodies.get(Request(environ).path)
            if body is not None and body.startswith(b"/"):
                return Response(status=301, headers={"Location": body.decode()})(environ, start_response)
            kind = "text/html" if body is None or body.startswith(b"<!doctype") else "application/xml"
            response = Response(body or b"<!doctype html>404", 404 if body is None else 200, mimetype=kind)
            return response(environ, start_response)

        server = make_server("127.0.0.1", 0, answer, threaded=True, request_handler=Quiet)
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.port}"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def run(capsys: Captured, *arguments: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of one command."""
    code = main(["feeds", *arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


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


# --- add --------------------------------------------------------------------------------------------------------------


def added(capsys: Captured, templates: Path, *arguments: str) -> tuple[int, str, list[Any]]:
    """The exit code, all that was said, and the feeds of the publication after it."""
    code, out, err = run(capsys, "add", "--templates", str(templates), *arguments)
    text = (templates / "publication.toml").read_text(encoding="utf-8")
    return code, out + err, tomllib.loads(text)["feeds"]


def test_the_feed_of_a_page_is_found_shown_and_added(templates: Path, site: Site, capsys: Captured) -> None:
    url = site({"/blogi": PAGE % (LINK + COMMENTS), "/feed": b"/uusi/feed", "/uusi/feed": GOOD})
    before = (templates / "publication.toml").read_text(encoding="utf-8")
    code, said, feeds = added(capsys, templates, f"{url}/blogi", "--yes")
    assert code == 0
    assert feeds[-1] == {"url": f"{url}/uusi/feed", "language": "fi"}, "where it has moved for good"
    assert "LinkedIn-profiili kuntoon" in said
    assert f"The page also names {url}/comments/feed (Kommentit)." in said
    after = (templates / "publication.toml").read_text(encoding="utf-8").splitlines()
    assert [line for line in after if line not in before.splitlines()] == [f'url = "{url}/uusi/feed"']
    code, said, again = added(capsys, templates, f"{url}/blogi", "--yes")
    assert (code, again) == (1, feeds)
    assert f"publication.toml has that feed already: {url}/uusi/feed" in said


def test_an_address_may_be_in_capitals(templates: Path, site: Site, capsys: Captured) -> None:
    url = site({"/feed": GOOD})
    code, _, _ = added(capsys, templates, f"{url.replace('http', 'HTTP')}/feed", "--yes")
    assert code == 0
    assert tomllib.loads((templates / "publication.toml").read_text())["feeds"][-1]["url"] == f"{url}/feed"


def test_nothing_is_added_without_a_yes(
    templates: Path, site: Site, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = site({"/feed": GOOD})
    before = (templates / "publication.toml").read_bytes()
    code, said, _ = added(capsys, templates, f"{url}/feed")
    assert code == 1
    assert "add --yes" in said
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    assert added(capsys, templates, f"{url}/feed")[0] == 1
    monkeypatch.setattr("sys.stdin", io.StringIO(""))  # Ctrl-D
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    assert added(capsys, templates, f"{url}/feed")[0] == 1
    assert (templates / "publication.toml").read_bytes() == before
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    assert added(capsys, templates, f"{url}/feed", "--language", "sv")[2][-1] == {
        "url": f"{url}/feed",
        "language": "sv",
    }


def test_what_cannot_be_added_says_why(templates: Path, feed: Path, site: Site, capsys: Captured) -> None:
    url = site({"/blogi": PAGE % b"", "/blogi/feed/": GOOD, "/muu": PAGE % LINK, "/tyhja/": PAGE % b""})
    before = (templates / "publication.toml").read_bytes()
    for given, reason in {
        f"{url}/blogi": f"it names no feed; but there is a feed at {url}/blogi/feed/: add that if it is the right one",
        f"{url}/muu": f"this is a web page; it names its feed: {url}/feed; {url}/feed: the server answered HTTP 404",
        f"{url}/404": f"not added: {url}/404: the server answered HTTP 404",
        str(feed): "is no http(s) address; files are for `newsletter feeds check`",
        "ftp://blog.example/feed": "is no http(s) address",
    }.items():
        code, said, _ = added(capsys, templates, given, "--yes")
        assert code == 1
        assert reason in said
    assert "none of fi, sv, en" in added(capsys, templates, f"{url}/blogi", "--language", "de")[1]
    assert (templates / "publication.toml").read_bytes() == before


def test_a_feed_with_which_the_publication_would_be_refused_is_not_added(
    templates: Path, site: Site, capsys: Captured
) -> None:
    url = site({"/feed": GOOD, f"/{'s' * 200}": GOOD})
    path = templates / "publication.toml"
    assert "one line of 1 to 200 characters" in added(capsys, templates, f"{url}/{'s' * 200}", "--yes")[1]
    many = [f'[[feeds]]\nurl = "https://blog.example/{n}"\nlanguage = "fi"\n' for n in range(MAX_FEEDS)]
    text = path.read_text(encoding="utf-8")
    full = text + "\n" + "\n".join(many[len(tomllib.loads(text)["feeds"]) :])
    path.write_text(full, encoding="utf-8")
    code, said, _ = added(capsys, templates, f"{url}/feed", "--yes")
    assert code == 1
    assert f"not added, for {path} with it would be wrong: feeds: at most {MAX_FEEDS}" in said
    assert path.read_text(encoding="utf-8") == full
    assert [each.name for each in templates.glob(".publication*")] == []
