"""Which articles a digest carries, and which of them one subscriber gets.

The windows of digests of one frequency have no gap and no overlap, so that each article is in one of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

from newsletter.articles.article import Article
from newsletter.readers.choice import Frequency

Note = tuple[tuple[str, str], ...]
"""Pairs of a language and what marketing wrote in it."""

WEEK = timedelta(days=7)
FIRST_SPAN = {Frequency.WEEKLY: WEEK, Frequency.MONTHLY: timedelta(days=31)}
"""How far back the first digest of each frequency goes."""
LOOK_BACK = timedelta(days=60)
"""How old an article may be for a digest to make up for an earlier one that missed it."""
REPEAT_AFTER = timedelta(days=364)
"""How long an article that a digest carried is not offered again as a related article: 52 weeks."""


@dataclass(frozen=True)
class Window:
    """Half-open: `start <= listed_at < end`."""

    start: datetime
    end: datetime

    def contains(self, article: Article) -> bool:
        """Whether the article belongs to this window."""
        return self.start <= article.listed_at < self.end


@dataclass(frozen=True)
class Digest:
    """What the digest of a period carries, decided once: its new articles, and `related` older ones.

    `released_at` is the wall-clock time, to the microsecond, at which planning could begin; None: not yet, or never.
    `dropped`: it is never sent, and the next digest carries its articles. Where marketing has to approve it,
    `deadline` is until when, and `sent_unanswered` whether it is sent if nobody answers; `verdict` says in words what
    was decided, and `decided_at` when. `held_because`: it was to be sent and preflight blocked it, so it still waits.
    `again` has those of its articles that it carries once more because marketing asked for it, with the moment of that.

    `nobody`: it has no recipient, so that it counts as not sent (readership.py). `passed_over`: that was known before
    it was frozen, so that a later run of its period may still send one; only its window counts. `note` is what
    marketing wrote on top of it, by language, and `note_id` tells whether a note was used already.
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
    again: tuple[tuple[str, datetime], ...] = ()
    nobody: bool = False
    passed_over: bool = False
    note: Note = ()
    note_id: str = ""

    @property
    def awaits_approval(self) -> bool:
        """Whether nobody has approved or rejected it yet."""
        return self.released_at is None and not self.dropped

    @property
    def standing(self) -> str:
        """One word: `dropped`, `waiting`, `nobody` or `released`. That nobody gets it shows only once it is planned."""
        if self.dropped:
            return "dropped"
        if self.awaits_approval:
            return "waiting"
        return "nobody" if self.nobody else "released"

    @property
    def frequency(self) -> Frequency:
        """The frequency of the subscribers it is for."""
        return frequency_of(self.period)


@dataclass(frozen=True)
class Selection:
    """One subscriber's part of a digest: articles in full, the rest as links, and older ones on the same topics.

    `reasons` are the keys of the topics that brought the older ones, in the same order.
    """

    articles: tuple[Article, ...]
    more: tuple[Article, ...] = ()
    related: tuple[Article, ...] = ()
    reasons: tuple[str, ...] = ()


def week_of(moment: datetime, zone: ZoneInfo) -> str:
    """The ISO week in the publication's time zone, e.g. `2026-W48`."""
    year, week, _ = moment.astimezone(zone).isocalendar()
    return f"{year}-W{week:02}"


def period_of(moment: datetime, zone: ZoneInfo, frequency: Frequency) -> str:
    """The week or month (`2026-M11`) of a digest. Periods of one frequency sort by time as texts."""
    if frequency is Frequency.WEEKLY:
        return week_of(moment, zone)
    return f"{moment.astimezone(zone):%Y-M%m}"


def frequency_of(period: str) -> Frequency:
    """Weekly for `2026-W48`, monthly for `2026-M11`."""
    return Frequency.WEEKLY if period[5] == "W" else Frequency.MONTHLY


def digest_id(period: str) -> str:
    """The mailing id of a period's digest."""
    return f"digest-{period}"


def next_window(
    now: datetime, earlier_end: datetime | None, later_start: datetime | None, first_span: timedelta = WEEK
) -> Window:
    """The window of a digest that runs at `now`.

    It begins where the digest before it ended, however long ago (`first_span` ago if there was none), so that a missed
    week is made up for. It never overlaps a later digest's window, in case runs come out of order.
    """
    end = min(now, later_start) if later_start else now
    start = earlier_end if earlier_end is not None else end - first_span
    return Window(min(start, end), end)


def window_for(period: str, now: datetime, digests: Iterable[Digest]) -> Window:
    """The window of the period's digest, run at `now`, given all digests so far."""
    frequency = frequency_of(period)
    others = [digest for digest in digests if digest.frequency is frequency]
    earlier = [digest.window.end for digest in others if digest.period < period]
    later = [digest.window.start for digest in others if digest.period > period]
    return next_window(now, max(earlier, default=None), min(later, default=None), FIRST_SPAN[frequency])


def compose_digest(
    period: str, now: datetime, articles: Sequence[Article], digests: Sequence[Digest], related: int
) -> Digest | None:
    """The digest of the period as of `now`, not released yet; None when it would have no article.

    An article is in the digest whose window contains it, and so in one digest of each frequency. Some come later:
    articles stored at the moment in which their digest was composed, those found before the first digest's window,
    those that marketing no longer skips, those that were withdrawn and came back, and those of a dropped digest. An
    article that marketing wants again is in the next digest of each frequency once more.
    """
    window = window_for(period, now, digests)
    same = [digest for digest in digests if digest.frequency is frequency_of(period)]
    carried = {article for digest in same if not digest.dropped for article in digest.articles}
    dropped = {article for digest in same if digest.dropped for article in digest.articles}

    def is_late(article: Article) -> bool:
        # Archived articles are listed at their time of publication, in past windows: they are not new on purpose.
        late = not article.archived and timedelta() < window.start - article.listed_at <= LOOK_BACK
        return late or article.id in dropped

    again = {a.id: a.again_at for a in articles if a.again_at and is_wanted_again(a, same)}
    fresh = [
        article
        for article in articles
        if not article.is_kept_out
        and (article.id in again or (article.id not in carried and (window.contains(article) or is_late(article))))
    ]
    if not fresh:
        return None
    ids = tuple(article.id for article in newest_first(fresh))
    repeated = tuple((article, again[article]) for article in ids if article in again)
    return Digest(period, window, ids, related_articles(fresh, articles, window, digests, related), again=repeated)


def is_wanted_again(article: Article, digests: Iterable[Digest]) -> bool:
    """Whether marketing asked for one more mailing of the article, and none of these digests was it."""
    asked = (article.id, article.again_at)
    return article.again_at is not None and not any(asked in digest.again for digest in digests if not digest.dropped)


def related_articles(
    fresh: Sequence[Article], articles: Sequence[Article], window: Window, digests: Iterable[Digest], each: int
) -> tuple[str, ...]:
    """Ids of older articles on the topics of the fresh ones, at most `each` a topic and language, the newest first.

    They are chosen once for all subscribers, so that they add no variants, and none was in a digest within
    REPEAT_AFTER, so that nobody is offered one twice in a year, whatever their topics.
    """
    resting = {article.id for article in fresh}
    for digest in digests:
        if not digest.dropped and digest.window.end > window.end - REPEAT_AFTER:
            resting |= {*digest.articles, *digest.related}
    old = newest_first(
        [
            article
            for article in articles
            if article.listed_at < window.start
            and (article.published is None or article.published < window.end)
            and not article.is_kept_out
            and article.id not in resting
        ]
    )
    chosen: dict[str, Article] = {}
    languages = sorted({article.language for article in old})
    for topic, language in product(sorted({topic for article in fresh for topic in article.topics}), languages):
        on_it = [article for article in old if topic in article.topics and article.language == language]
        there = sum(article.id in chosen for article in on_it)
        more = [article for article in on_it if article.id not in chosen]
        chosen |= {article.id: article for article in more[: max(0, each - there)]}
    return tuple(article.id for article in newest_first(list(chosen.values())))


def next_weekly_start(digests: Iterable[Digest], articles: Iterable[Article]) -> datetime | None:
    """From when on articles are still to come in a weekly digest; None if there is no article.

    Before the first digest that is a week before the newest article: which week it will be of, nobody knows yet.
    """
    weekly = [digest for digest in digests if digest.frequency is Frequency.WEEKLY]
    if not weekly:
        newest = max((article.listed_at for article in articles), default=None)
        return newest - FIRST_SPAN[Frequency.WEEKLY] if newest else None
    last = max(weekly, key=lambda digest: digest.period)
    # What nobody got comes again, and what waits for approval is still to come.
    return last.window.start if last.nobody or last.awaits_approval or last.dropped else last.window.end


def listing_time(now: datetime, windows: Collection[Window]) -> datetime:
    """When an article first seen at `now` counts as listed: now, or at the end of the digest windows that contain now.

    A feed that was read late (a retried or slow run) must not list an article in a digest that was composed already.
    """
    for window in sorted(windows, key=lambda window: window.start):
        if window.start <= now < window.end:
            now = window.end
    return now


def newest_first(articles: Collection[Article]) -> tuple[Article, ...]:
    """Sorted by time of publication (of listing, if undated); equal times by id, so that the order is stable."""
    return tuple(
        sorted(articles, key=lambda article: (article.published or article.listed_at, article.id), reverse=True)
    )


def matches_topics(article: Article, topics: Collection[str]) -> bool:
    """Whether the article interests a subscriber to these topics. None on either side matches everything."""
    return not article.topics or not topics or bool(set(article.topics) & set(topics))


def select_articles(
    fresh: Sequence[Article], archive: Sequence[Article], topics: Collection[str], most: int, related: int
) -> Selection | None:
    """One subscriber's selection from the digest's articles, or None when there is nothing on their topics.

    `fresh` comes newest first; pinned articles move to the top, and those that are kept out are left out. At most
    `most` articles are shown in full, and `related` older ones are added that share one of the subscriber's topics with
    the new ones.
    """
    there = [article for article in fresh if not article.is_kept_out and matches_topics(article, topics)]
    mine = sorted(there, key=lambda article: not article.pinned)
    if not mine:
        return None
    shown = {article.id for article in fresh}
    subjects = {topic for article in mine for topic in article.topics if not topics or topic in topics}
    older = [
        article
        for article in archive
        if article.id not in shown and not article.is_kept_out and subjects & set(article.topics)
    ]
    added = newest_first(older)[:related]
    reasons = tuple(next(topic for topic in article.topics if topic in subjects) for article in added)
    return Selection(tuple(mine[:most]), tuple(mine[most:]), added, reasons)
