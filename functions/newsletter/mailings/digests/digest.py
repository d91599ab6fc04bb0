"""Which articles a digest carries: windows without gap or overlap, settled once, and each reader's own choice."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from newsletter.articles.article import Article
from newsletter.readers.choice import Frequency

WEEK = timedelta(days=7)
FIRST_SPAN = {Frequency.WEEKLY: WEEK, Frequency.MONTHLY: timedelta(days=31)}
"""How far back the very first digest of a frequency looks."""
LOOK_BACK = timedelta(days=60)
"""How old an article may be that an earlier digest should have carried and did not."""
REST = timedelta(days=364)
"""How long an article rests after a digest carried it, or offered it from the archive: 52 weeks."""


@dataclass(frozen=True)
class Window:
    """Half-open: `start <= listed_at < end`."""

    start: datetime
    end: datetime

    def holds(self, article: Article) -> bool:
        """Whether the article belongs to this window, and so to no other."""
        return self.start <= article.listed_at < self.end


@dataclass(frozen=True)
class SettledDigest:
    """What a digest of a period carries, decided once: its new articles, and those from the archive.

    `released_at` is the moment (of the clock, to the microsecond) from which it is planned; None: not yet, or never.
    `dropped`: it never will be, and the next digest carries its articles. Where marketing has to approve it, `deadline`
    is until when, `sent_unanswered` whether it goes out if nobody does, `verdict` says in words what was decided, and
    `decided_at` when. `held_because`: it was to go out and was found broken, so it waits on.
    """

    period: str
    window: Window
    articles: tuple[str, ...]
    related: tuple[str, ...] = ()
    released_at: datetime | None = None
    dropped: bool = False
    deadline: datetime | None = None
    sent_unanswered: bool = False
    held_because: str = ""
    verdict: str = ""
    decided_at: datetime | None = None

    @property
    def waits(self) -> bool:
        """Whether nobody has approved or rejected it yet."""
        return self.released_at is None and not self.dropped

    @property
    def frequency(self) -> Frequency:
        """Whose digest it is."""
        return frequency_of(self.period)


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


def frequency_of(period: str) -> Frequency:
    """Weekly for `2026-W48`, monthly for `2026-M11`."""
    return Frequency.WEEKLY if period[5] == "W" else Frequency.MONTHLY


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


def window_for(period: str, now: datetime, settled: Iterable[SettledDigest]) -> Window:
    """The window of the period's digest, run at `now`, among the settled ones of the same frequency."""
    frequency = frequency_of(period)
    others = [digest for digest in settled if digest.frequency is frequency]
    earlier = [digest.window.end for digest in others if digest.period < period]
    later = [digest.window.start for digest in others if digest.period > period]
    return next_window(now, max(earlier, default=None), min(later, default=None), FIRST_SPAN[frequency])


def settle(
    period: str, now: datetime, articles: Sequence[Article], settled: Sequence[SettledDigest], related: int
) -> SettledDigest | None:
    """The digest of the period as it stands at `now`, not released yet; None when it would carry nothing.

    An article is in the digest whose window holds it, and so in one of each frequency. Some come later: what was kept
    in the very moment in which its digest was settled, what was found before the very first digest and its window, what
    marketing no longer skips, and what was in a digest that was dropped.
    """
    window = window_for(period, now, settled)
    same = [digest for digest in settled if digest.frequency is frequency_of(period)]
    carried = {article for digest in same if not digest.dropped for article in digest.articles}
    dropped = {article for digest in same if digest.dropped for article in digest.articles}

    def is_late(article: Article) -> bool:
        # What was archived stands where it was published: in past windows it is archive on purpose.
        late = not article.archived and timedelta() < window.start - article.listed_at <= LOOK_BACK
        return late or article.id in dropped

    fresh = [a for a in articles if not a.skipped and a.id not in carried and (window.holds(a) or is_late(a))]
    if not fresh:
        return None
    ids = tuple(article.id for article in newest_first(fresh))
    return SettledDigest(period, window, ids, from_the_archive(fresh, articles, window, settled, related))


def from_the_archive(
    fresh: Sequence[Article], articles: Sequence[Article], window: Window, settled: Iterable[SettledDigest], each: int
) -> tuple[str, ...]:
    """Ids of older articles on the topics of the fresh ones, at most `each` a topic, the newest first.

    Chosen once for all readers, and none that any digest carried or offered within REST: so no reader meets one twice
    in a year, whatever their topics, and there are no more variants than without them.
    """
    resting = {article.id for article in fresh}
    for digest in settled:
        if not digest.dropped and digest.window.end > window.end - REST:
            resting |= {*digest.articles, *digest.related}
    old = newest_first(
        [
            article
            for article in articles
            if article.listed_at < window.start and not article.skipped and article.id not in resting
        ]
    )
    chosen: dict[str, Article] = {}
    for topic in sorted({topic for article in fresh for topic in article.topics}):
        there = sum(topic in article.topics for article in chosen.values())
        more = [article for article in old if topic in article.topics and article.id not in chosen]
        chosen |= {article.id: article for article in more[: max(0, each - there)]}
    return tuple(article.id for article in newest_first(list(chosen.values())))


def first_seen(now: datetime, settled: Collection[Window]) -> datetime:
    """When an article first seen at `now` counts as listed: now, or where the settled windows that hold now end.

    A feed read late (a run that was retried, or took its time) must not list an article in a digest that has gone out.
    """
    for window in sorted(settled, key=lambda window: window.start):
        if window.start <= now < window.end:
            now = window.end
    return now


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
    """One reader's selection from the digest's articles, or None when nothing is for them.

    `fresh` comes newest first; what is pinned goes to the top, what marketing skips meanwhile goes nowhere.
    """
    there = [article for article in fresh if not article.skipped and meant_for(article, topics)]
    mine = sorted(there, key=lambda article: not article.pinned)
    if not mine:
        return None
    shown = {article.id for article in fresh}
    subjects = {topic for article in mine for topic in article.topics}
    older = [
        article
        for article in archive
        if article.id not in shown and not article.skipped and subjects & set(article.topics)
    ]
    return Selection(tuple(mine[:most]), tuple(mine[most:]), newest_first(older)[:related])
