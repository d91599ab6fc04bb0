"""The history of real feeds played again, entry by entry: readers get what was published after the first reading, once.

Where the folder of real feeds does not stand beside the repository, one of our own is played alone.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from newsletter.articles.feeds.feed_client import Feeds
from newsletter.mailings.digests.digest import Digest, compose_digest, week_of
from tests.support.articles.blog import NOW, Blog, sample_publication
from tests.support.articles.posts import Post, write_posts
from tests.support.aws.dynamodb import Adapters

pytestmark = pytest.mark.parametrize("adapters", ["rehearsal"], indirect=True)
WILD = Path(__file__).parents[4] / "shared" / "feeds"
ZONE = ZoneInfo("Europe/Helsinki")
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
ENTRY = re.compile(r"<(item|entry)[ >].*?</\1>", re.DOTALL)
SHOWN = 5
"""Entries that the feed shows at a time, until its window grows."""
REAL = sorted(
    path.name
    for pattern in ("blog-*", "wordpress-*")
    for path in WILD.glob(pattern)
    if len(ENTRY.findall(path.read_text("utf-8"))) > SHOWN + 2
)


def own(folder: Path) -> Path:
    path = folder / "own.rss"
    write_posts(path, [Post(f"o{n}", f"Oma {n}", NOW - n * 3 * DAY, f"Oma kirjoitus {n}. " * 20) for n in range(12)])
    return path


class History:
    """A saved feed, shown again as it was: its dated entries one after the other."""

    def __init__(self, saved: Path, shown: Path) -> None:
        self._text = saved.read_text("utf-8")
        self._shown = shown
        found = [each[0] for each in ENTRY.finditer(self._text)]
        self._head = self._text[: self._text.index(found[0])]
        self._tail = self._text[self._text.rindex(found[-1]) + len(found[-1]) :]
        dated = [(moment, each) for each in found if (moment := self._date(each)) is not None]
        self.entries = sorted(dated)

    def show(self, entries: list[str]) -> None:
        """The feed with these entries, the newest first."""
        self._shown.write_text(self._head + "".join(reversed(entries)) + self._tail, "utf-8")

    def _date(self, entry: str) -> datetime | None:
        self._shown.write_text(self._head + entry + self._tail, "utf-8")
        read = Feeds(allow_local=True).fetch(str(self._shown)).entries
        return read[0].published if read else None


@pytest.mark.parametrize("name", ["own.rss", *REAL])
def test_what_a_feed_published_since_comes_once_and_nothing_else(adapters: Adapters, tmp_path: Path, name: str) -> None:
    """On the way an entry is deleted, so that an older one slides in, and at the end the window grows."""
    blog = Blog(adapters, sample_publication(), tmp_path / "feed.xml").alone()
    history = History(own(tmp_path) if name == "own.rss" else WILD / name, blog.path)
    entries = [entry for _, entry in history.entries]
    dates = [moment for moment, _ in history.entries]
    digests: list[Digest] = []
    carried: list[str] = []

    def digest_of(now: datetime) -> None:
        if any(digest.period == week_of(now, ZONE) for digest in digests):
            return
        articles = [article for article in adapters.articles.all() if article.feed == blog.feed.url]
        if made := compose_digest(week_of(now, ZONE), now, articles, digests, 0):
            digests.append(made)
            carried.extend(made.articles)

    history.show(entries[:SHOWN])
    blog.ingest(dates[SHOWN - 1] + HOUR)
    digest_of(dates[SHOWN - 1] + HOUR)
    carried.clear()
    deleted = entries[SHOWN - 2]
    now = dates[SHOWN - 1] + HOUR
    for place in range(SHOWN, len(entries)):
        # Of several at one moment, each has a reading: all of the feed replaced at once would be held.
        now = max(now, dates[place]) + HOUR
        shown = [each for each in entries[: place + 1] if each != deleted]
        history.show(shown[-SHOWN if place < len(entries) - 1 else -2 * SHOWN :])
        assert blog.ingest(now)[0]["held"] == ""
        digest_of(now + HOUR)
    digest_of(now + 2 * WEEK)
    titles = {article.id: article.title for article in adapters.articles.all() if article.feed == blog.feed.url}
    assert len(carried) == len(set(carried))
    assert len(carried) == len(entries) - SHOWN, [titles[each] for each in carried]
