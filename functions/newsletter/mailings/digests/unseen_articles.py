"""Which articles of a digest are new to a subscriber who changed frequency, paused, left or came back.

They shall get every article once. Digests are released one after the other; one that a subscriber gets brings
everything that digests of its frequency have carried so far and that no digest they got before has brought. For a
subscriber who never changed anything that is the digest's own list. For others it follows from their frequency history
and the release times of digests alone, so that it is the same whenever it is computed.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from newsletter.mailings.digests.digest import REPEAT_AFTER, Digest
from newsletter.readers.choice import Frequency
from newsletter.readers.frequency_history import FrequencyPeriod, as_text, parse, periods_until_now
from newsletter.readers.shown_before import of_every_welcome
from newsletter.readers.subscriber import Recipient, Subscriber

SeenCounts = tuple[int, int, frozenset[str]]
"""How many of the weekly and of the monthly digests released so far have nothing new for a subscriber; and the periods
of those among them that nobody got, but whose articles a later digest brought this subscriber."""

_ORDER = tuple(Frequency)


class UnseenArticles:
    """What a released digest brings to each recipient. `digests` are all digests, with or without this one.

    Those that nobody got are among them: a reader who paused gets their articles when the pause is over.
    """

    def __init__(self, digest: Digest, digests: Iterable[Digest], zone: ZoneInfo) -> None:
        if digest.released_at is None:
            message = f"digest {digest.period} is not released"
            raise ValueError(message)
        self._digest = digest
        self._released = digest.released_at
        self._zone = zone
        before = sorted(
            (
                other
                for other in digests
                if other.released_at is not None and _release_order(other) < _release_order(digest)
            ),
            key=_release_order,
        )
        self._before = {f: [other for other in before if other.frequency is f] for f in Frequency}
        self._times = {f: [_released(other) for other in self._before[f]] for f in Frequency}
        self._lists: dict[SeenCounts, tuple[str, ...]] = {}
        self._again = frozenset(article for article, _ in digest.again)

    def articles_for(self, recipient: Recipient) -> tuple[str, ...] | None:
        """Ids of the articles that are new to the recipient, on any topic; None when they do not get the digest."""
        if not recipient.frequency_history:
            mine = recipient.choices.frequency is self._digest.frequency
            return without_welcomed(self._digest.articles, recipient, self._again) if mine else None
        periods = parse(recipient.frequency_history)
        if not self._meant_for(periods):
            return None
        seen = self._seen(periods)
        if seen not in self._lists:
            self._lists[seen] = self._unseen_after(seen)
        return without_welcomed(self._lists[seen], recipient, self._again)

    def _meant_for(self, periods: tuple[FrequencyPeriod, ...]) -> bool:
        """Judged by the choices at the digest's release: changes made while it is planned apply to the next one."""
        before = [period for period in periods if period.since < self._released]
        there = before[-1] if before else periods[0]
        return there.frequency is self._digest.frequency and not there.paused(self._day(self._digest))

    def _seen(self, periods: tuple[FrequencyPeriod, ...]) -> SeenCounts:
        seen = dict.fromkeys(Frequency, 0)
        made_up: set[str] = set()
        for period, following in zip(periods, (*periods[1:], None), strict=True):
            if period is periods[0] and not period.joined:
                # Older periods are not in the history: rather miss an article than get it twice.
                for frequency in Frequency:
                    seen[frequency] = bisect_right(self._times[frequency], period.since)
            if period.frequency is None:
                continue
            times, digests = self._times[period.frequency], self._before[period.frequency]
            begin = bisect_right(times, period.since)
            end = bisect_right(times, following.since) if following else len(times)
            if period.joined:
                self._join(period.frequency, begin, period.since, seen)
            last = next((at for at in range(end, begin, -1) if not period.paused(self._day(digests[at - 1]))), 0)
            # The last one that went out brought what they had not seen by then, also of digests that nobody got.
            sent = range(last, begin, -1)
            out = next(
                (at for at in sent if not (digests[at - 1].nobody or period.paused(self._day(digests[at - 1])))), 0
            )
            made_up |= {digest.period for digest in digests[seen[period.frequency] : out] if digest.nobody}
            seen[period.frequency] = max(seen[period.frequency], last)
        return seen[Frequency.WEEKLY], seen[Frequency.MONTHLY], frozenset(made_up)

    def _join(self, frequency: Frequency, begin: int, since: datetime, seen: dict[Frequency, int]) -> None:
        """Count digests before joining as seen, so that a new subscriber gets the next digest's own list and no more.

        Digests of the other frequency count as seen if their windows ended no later than that of the last one here.
        """
        seen[frequency] = max(seen[frequency], begin)
        if not begin:
            return
        ended = self._before[frequency][begin - 1].window.end
        for other in Frequency:
            if other is not frequency:
                old = sum(digest.window.end <= ended and _released(digest) <= since for digest in self._before[other])
                seen[other] = max(seen[other], old)

    def _unseen_after(self, seen: SeenCounts) -> tuple[str, ...]:
        counts, made_up = seen[:2], seen[2]
        brought = [
            digest
            for frequency, number in zip(_ORDER, counts, strict=True)
            for digest in self._before[frequency][:number]
            if not digest.nobody or digest.period in made_up
        ]
        had = {article for digest in brought for article in digest.articles}
        mine = self._digest.frequency
        lists = [self._digest, *reversed(self._before[mine][counts[_ORDER.index(mine)] :])]
        found = dict.fromkeys(article for digest in lists for article in digest.articles)
        # What marketing wants mailed once more is new to everybody whom it did not reach since they asked.
        again = {each for digest in lists for each in digest.again}
        again -= {each for digest in brought for each in digest.again}
        once_more = {article for article, _ in again}
        return tuple(article for article in found if article not in had or article in once_more)

    def _day(self, digest: Digest) -> date:
        return digest.window.end.astimezone(self._zone).date()


def without_welcomed(articles: tuple[str, ...], recipient: Recipient, again: Collection[str] = ()) -> tuple[str, ...]:
    """The articles that were not in a welcome mail to the recipient, and those that marketing wants `again`.

    A welcome shows the newest articles of its moment. So, for readers who chose alike, what is left of a digest differs
    only by how many of its articles were there when they confirmed: at most one more selection for each article.
    """
    shown = of_every_welcome(recipient.welcomed)
    if shown.isdisjoint(articles):
        return articles
    return tuple(each for each in articles if each not in shown or each in again)


def received_before(reader: Subscriber, digests: Collection[Digest], zone: ZoneInfo) -> set[str]:
    """What digests of the last year brought the reader, whatever their topics, and what welcome mails showed them.

    The older articles of those digests are among it: none of them comes again within a year.
    """
    known = Recipient(reader.choices, as_text(periods_until_now(reader)), welcomed=reader.welcomed)
    latest = max((digest.window.end for digest in digests), default=reader.confirmed_at)
    brought = set(of_every_welcome(reader.welcomed))
    for digest in digests:
        if digest.released_at is None or digest.nobody or digest.window.end <= latest - REPEAT_AFTER:
            continue
        if new := UnseenArticles(digest, digests, zone).articles_for(known):
            brought.update(new, digest.related)
    return brought


def _released(digest: Digest) -> datetime:
    if digest.released_at is None:
        raise ValueError(digest.period)
    return digest.released_at


def _release_order(digest: Digest) -> tuple[datetime, str]:
    return _released(digest), digest.period
