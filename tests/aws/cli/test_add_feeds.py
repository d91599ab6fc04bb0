"""`newsletter feeds add`, without a stack: a feed more, found, shown and agreed to."""

from __future__ import annotations

import io
import tomllib
from pathlib import Path
from typing import Any

import pytest

from newsletter.publication.read_publication import MAX_FEEDS
from tests.support.articles import feed_commands
from tests.support.articles.feed_commands import COMMENTS, GOOD, LINK, PAGE, Site, run
from tests.support.commands import Captured
from tests.support.stack import no_stack

feed = feed_commands.feed
site = feed_commands.site
templates = no_stack.templates


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
