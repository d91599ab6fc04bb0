"""Which articles a digest carries: windows without gap or overlap, and each reader's own choice."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from newsletter.domain.article import Article
from newsletter.domain.subscriber import Frequency

WEEK = timedelta(days=7)
FIRST_SPAN = {Frequency.WEEKLY: WEEK, Frequency.MONTHLY: timedelta(days=31)}
"""How far back the very first digest of a frequency looks."""


@dataclass(frozen=True)
class Window:
    """Half-open: `start <= listed_at < end`."""

    start: datetime
    end: datetime

    def holds(self, article: Article) -> bool:
        """Whether the article belongs to this window, and so to no other."""
        return self.start <= article.listed_at < self.end


@dataclass(frozen=True)
class Selection:
    """What one reader finds in the digest: articles in full, the rest as links, and older ones on the same topics."""

    articles: tuple[Article, ...]
    more: tuple[Article, ...] = ()
    related: tuple[Article, ...] = ()


def week_of(moment: datetime, zone: ZoneInfo) -> str:
    """The ISO week in the publication's time zone, e.g. `2026-W48`."""
    year, week, _ = moment.astimezone(zone).isocalendar()
    return f"{year}-W{week:02}"


def period_of(moment: datetime, zone: ZoneInfo, frequency: Frequency) -> str:
    """The week or month (`2026-M11`) that a digest belongs to; of one frequency, text order is time order."""
    if frequency is Frequency.WEEKLY:
        return week_of(moment, zone)
    return f"{moment.astimezone(zone):%Y-M%m}"


def digest_id(period: str) -> str:
    """The mailing of a period's digest."""
    return f"digest-{period}"


def next_window(
    now: datetime, earlier_end: datetime | None, later_start: datetime | None, first_span: timedelta = WEEK
) -> Window:
    """The window of a digest that runs at `now`.

    It begins where the digest before it ended (`first_span` ago, if there was none), however long ago that was: a
    missed week is made up for, not lost. It never reaches into a later digest's window, should runs come out of order.
    """
    end = min(now, later_start) if later_start else now
    start = earlier_end if earlier_end is not None else end - first_span
    return Window(min(start, end), end)


def first_seen(now: datetime, settled: Collection[Window]) -> datetime:
    """When an article first seen at `now` counts as listed: now, or where the settled windows that hold now end.

    A feed read late (a run that was retried, or took its time) must not list an article in a digest that has gone out.
    """
    for window in sorted(settled, key=lambda window: window.start):
        if window.start <= now < window.end:
            now = window.end
    return now


def in_window(articles: Collection[Article], window: Window) -> tuple[Article, ...]:
    """The window's articles, newest first."""
    return newest_first([article for article in articles if window.holds(article)])


def newest_first(articles: Collection[Article]) -> tuple[Article, ...]:
    """By the time they were published (undated ones: first seen); equal times by id, so that the order is stable."""
    return tuple(
        sorted(articles, key=lambda article: (article.published or article.listed_at, article.id), reverse=True)
    )


def meant_for(article: Article, topics: Collection[str]) -> bool:
    """An article without a topic is for everyone, and a reader without topics reads everything."""
    return not article.topics or not topics or bool(set(article.topics) & set(topics))


def choose(
    fresh: Sequence[Article], archive: Sequence[Article], topics: Collection[str], most: int, related: int
) -> Selection | None:
    """One reader's selection from the digest's articles (newest first), or None when nothing is for them."""
    mine = [article for article in fresh if meant_for(article, topics)]
    if not mine:
        return None
    shown = {article.id for article in fresh}
    subjects = {topic for article in mine for topic in article.topics}
    older = [article for article in archive if article.id not in shown and subjects & set(article.topics)]
    return Selection(tuple(mine[:most]), tuple(mine[most:]), newest_first(older)[:related])
