"""`newsletter feeds add`: find the feed of a page, show what it would bring, and write it into publication.toml."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import tomllib
from collections import Counter
from pathlib import Path

from cli.articles.check_feeds import publication_of, show_checked
from cli.articles.publication_file import CannotBeEdited, with_feed
from cli.confirm import says_yes
from cli.faults import Fault
from cli.output import say
from newsletter.articles.checks.check_feed import CheckedFeed, check_feed, guesses, same_address, with_scheme
from newsletter.articles.feeds.feed_client import FEED_SECONDS, Feeds
from newsletter.container import app
from newsletter.platform.errors import InvalidPublication
from newsletter.publication.publication import Publication
from newsletter.publication.read_publication import parse_publication

SHOWN = 10
"""Entries of the feed that are shown before the question."""
GUESS_SECONDS = 5.0


def add_feed(given: str, templates: Path, *, language: str, yes: bool) -> int:
    """Add the feed at an address, or the one that the page there names, to the publication of these templates."""
    url = _address(given)
    publication = publication_of(templates)
    if language and language not in publication.languages:
        raise Fault(
            f"--language: {language!r} is none of {', '.join(publication.languages)}, which the publication has"
        )
    _refuse_twice(url, publication)
    checked = _found(url, publication)
    feed = checked.moved_to or checked.url
    _refuse_twice(feed, publication)
    show_checked(checked, publication, SHOWN)
    for other in checked.named[1:]:
        say(f"    The page also names {other.url}{f' ({other.title})' if other.title else ''}.")
    language = language or _language(checked, publication)
    path = templates / "publication.toml"
    say(f"\n{feed} would be a feed of {path}, in {language}. Of what its first reading finds,")
    say(
        "the next digest brings what was published since the last one. The rest goes to the archive, from which digests"
    )
    say("take older articles on the same topics.")
    if not (yes or says_yes(f"Add it to {path}?", "to add it")):
        say("Nothing was changed.")
        return 1
    _write(path, feed, language)
    say(f"{feed} is in {path}. It is read from the next deployment on, in the local cloud from its next start.")
    return 0


def _address(given: str) -> str:
    url = with_scheme(given)
    if not re.match(r"https?://[^\s/]+", url):
        raise Fault(f"{given!r} is no http(s) address; files are for `newsletter feeds check`")
    return url


def _refuse_twice(url: str, publication: Publication) -> None:
    for feed in publication.feeds:
        if same_address(feed.url, url):
            raise Fault(f"publication.toml has that feed already: {feed.url}")


def _found(url: str, publication: Publication) -> CheckedFeed:
    """The feed, with its entries. Raises Fault where there is none that can be read."""
    source = Feeds(allow_local=True, zone=publication.time_zone)
    checked = check_feed(url, source, publication, app.now(), seconds=FEED_SECONDS)
    if checked.url:
        return checked
    if not checked.is_page or checked.named:
        raise Fault(f"not added: {'; '.join(checked.problems)}")
    tried = (
        check_feed(guess, source, publication, app.now(), seconds=GUESS_SECONDS)
        for guess in guesses(url)
    )  # fmt: skip
    readable = [each.url for each in tried if each.is_feed and each.entries]
    if readable:
        raise Fault(
            f"{checked.problems[0]}; but there is a feed at {', '.join(readable)}: add that if it is the right one"
        )
    raise Fault(
        f"not added: {checked.problems[0]}; nor is there one where such software has it. Give the feed's address"
    )


def _language(checked: CheckedFeed, publication: Publication) -> str:
    """The language of most entries, which for those that state none is the default."""
    spoken = Counter(entry.article.language for entry in checked.entries)
    return spoken.most_common(1)[0][0] if spoken else publication.languages[0]


def _write(path: Path, url: str, language: str) -> None:
    """In one step: whoever reads the file meanwhile has the old one or the new one."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            text = file.read()
        edited = with_feed(text, url, language)
        parse_publication(tomllib.loads(edited))
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".publication", suffix=".toml")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                file.write(edited)
            shutil.copymode(path, name)
            Path(name).replace(path)
        finally:
            Path(name).unlink(missing_ok=True)
    except InvalidPublication as error:
        raise Fault(f"not added, for {path} with it would be wrong: {error}") from error
    except CannotBeEdited as error:
        raise Fault(f"{path} is written in an unusual way; {error}") from error
    except OSError as error:
        raise Fault(f"{path} cannot be written: {error.strerror}") from error
