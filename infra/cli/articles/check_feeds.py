"""`newsletter feeds check`: what we would make of feeds, without a stack and without keeping anything."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from cli.faults import Fault
from cli.output import say, when
from newsletter.articles.checks.check_feed import CheckedEntry, CheckedFeed, check_feed
from newsletter.articles.checks.feeds_as_json import checked_as_json
from newsletter.articles.feeds.feed_client import FEED_SECONDS, MAX_BYTES, Feeds
from newsletter.container import app
from newsletter.platform.errors import InvalidPublication
from newsletter.publication.publication import Publication
from newsletter.publication.read_publication import read_publication_file
from newsletter.reports.descriptions import topic_label

STDIN = "-"
AT_ONCE = 8


def check_feeds(asked: Sequence[str], templates: Path, *, as_json: bool) -> int:
    """Show what would become of each feed. Returns 1 when one of them is no feed that can be read."""
    if asked.count(STDIN) > 1:
        raise Fault("standard input (-) can be read once; name it once")
    if any(not each.strip() for each in asked):
        raise Fault("an empty address; give that of a feed, a file, or - for standard input")
    publication = publication_of(templates)
    with ThreadPoolExecutor(AT_ONCE) as side_by_side:
        checked = list(side_by_side.map(partial(_checked, publication=publication), asked))
    if as_json:
        found = [checked_as_json(each) for each in checked]
        say(json.dumps(found[0] if len(found) == 1 else {"feeds": found}, indent=2, ensure_ascii=False))
    else:
        for number, each in enumerate(checked):
            if number:
                say()
            show_checked(each, publication)
    return 0 if all(each.is_feed for each in checked) else 1


def publication_of(templates: Path) -> Publication:
    """The publication of these templates. Raises Fault, which names what is wrong in it."""
    try:
        publication, faults = read_publication_file(templates / "publication.toml")
    except (OSError, InvalidPublication) as error:
        raise Fault(f"{templates / 'publication.toml'}: {error}") from error
    if publication is None:
        raise Fault(f"{templates / 'publication.toml'}: {faults[0]}")
    return publication


def show_checked(checked: CheckedFeed, publication: Publication, most: int | None = None) -> None:
    """Print what would be made of a feed, with `most` entries at most."""
    say(checked.asked if checked.url in (checked.asked, "") else f"{checked.asked} → {checked.url}")
    say(f"    {_summary(checked)}")
    for problem in checked.problems:
        say(f"    problem: {problem}")
    for number, entry in enumerate(checked.entries[:most], start=1):
        say()
        for line in _lines(entry, publication):
            say(f"{number:>4}  {line}" if line == entry.article.title else f"      {line}")
    if most is not None and len(checked.entries) > most:
        say(f"\n      … and {len(checked.entries) - most} more")


def _checked(asked: str, publication: Publication) -> CheckedFeed:
    source = Feeds(allow_local=True, zone=publication.time_zone)
    body = sys.stdin.buffer.read(MAX_BYTES + 1) if asked == STDIN else None
    if body and len(body) > MAX_BYTES:
        return CheckedFeed(asked, "", problems=(f"{asked}: larger than {MAX_BYTES} bytes",))
    return check_feed(asked, source, publication, app.now(), seconds=FEED_SECONDS, body=body)


def _summary(checked: CheckedFeed) -> str:
    if not checked.url:
        return "no feed that can be read"
    out = sum(bool(entry.stays_out) for entry in checked.entries)
    number = len(checked.entries)
    entries = f"{number} {'entry' if number == 1 else 'entries'}"
    return f"{entries}, of which {out} {'stays' if out == 1 else 'stay'} out" if out else entries


def _lines(entry: CheckedEntry, publication: Publication) -> list[str]:
    article = entry.article
    zone = publication.time_zone
    topics = [
        f"{topic_label(key, publication)} ({why})"
        for key, why in zip(article.topics, article.topic_reasons, strict=True)
    ]
    size = f", {article.image_width} × {article.image_height}" if article.image_width and article.image_height else ""
    says = f" ({article.image_alt})" if article.image_alt else ""
    lines = [
        article.title,
        article.url,
        f"{when(article.published, zone) if article.published else 'undated'}, in {article.language}",
        f"topics: {'; '.join(topics) or 'none: for everyone'}",
        f"summary: {article.summary or 'none'}",
        f"picture: {article.image}{size}{says}" if article.image else "picture: none",
    ]
    return [*lines, f"stays out: {entry.stays_out}"] if entry.stays_out else lines
