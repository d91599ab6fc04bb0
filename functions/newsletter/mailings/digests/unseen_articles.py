"""Which articles of a digest are new to a reader who switched, paused, left or came back: nothing twice, nothing lost.

Digests are released one after the other. One that was meant for a reader brings them everything that the digests of its
frequency have carried so far and that no digest meant for them before has brought. For a reader who never changed
anything that is the digest's own list; the rest is worked out here, from the reader's own past and from the times of
release alone, so that it comes out the same whenever and however often it is asked.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from newsletter.mailings.digests.digest import SettledDigest
from newsletter.readers.choice import Frequency
from newsletter.readers.frequency_history import FrequencyPeriod, parse
from newsletter.readers.subscriber import Recipient

Covered = tuple[int, int]
"""How many of the weekly and of the monthly digests released so far hold nothing new for a reader."""

_ORDER = tuple(Frequency)


class UnseenArticles:
    """What one released digest brings to whom. `settled` are all digests, this one among them or not."""

    def __init__(self, digest: SettledDigest, settled: Iterable[SettledDigest], zone: ZoneInfo) -> None:
        if digest.released_at is None:
            message = f"digest {digest.period} is not released"
            raise ValueError(message)
        self._digest = digest
        self._released = digest.released_at
        self._zone = zone
        before = sorted(
            (other for other in settled if other.released_at is not None and _moment(other) < _moment(digest)),
            key=_moment,
        )
        self._before = {f: [other for other in before if other.frequency is f] for f in Frequency}
        self._times = {f: [_released(other) for other in self._before[f]] for f in Frequency}
        self._lists: dict[Covered, tuple[str, ...]] = {}

    def articles_for(self, recipient: Recipient) -> tuple[str, ...] | None:
        """Ids of what is new to the reader, whatever the topics; None when the digest is not meant for them."""
        if not recipient.frequency_history:
            return self._digest.articles if recipient.choices.frequency is self._digest.frequency else None
        stretches = parse(recipient.frequency_history)
        if not self._meant_for(stretches):
            return None
        covered = self._covered(stretches)
        if covered not in self._lists:
            self._lists[covered] = self._left_by(covered)
        return self._lists[covered]

    def _meant_for(self, stretches: tuple[FrequencyPeriod, ...]) -> bool:
        """By what the reader had chosen when the digest was released: what they change while it is planned is later."""
        before = [stretch for stretch in stretches if stretch.since < self._released]
        there = before[-1] if before else stretches[0]
        return there.frequency is self._digest.frequency and not there.paused(self._day(self._digest))

    def _covered(self, stretches: tuple[FrequencyPeriod, ...]) -> Covered:
        covered = dict.fromkeys(Frequency, 0)
        for stretch, following in zip(stretches, (*stretches[1:], None), strict=True):
            if stretch is stretches[0] and not stretch.joined:
                # Older stretches were forgotten: better lost than twice.
                for frequency in Frequency:
                    covered[frequency] = bisect_right(self._times[frequency], stretch.since)
            if stretch.frequency is None:
                continue
            times, digests = self._times[stretch.frequency], self._before[stretch.frequency]
            begin = bisect_right(times, stretch.since)
            end = bisect_right(times, following.since) if following else len(times)
            if stretch.joined:
                self._join(stretch.frequency, begin, stretch.since, covered)
            last = next((at for at in range(end, begin, -1) if not stretch.paused(self._day(digests[at - 1]))), 0)
            covered[stretch.frequency] = max(covered[stretch.frequency], last)
        return covered[Frequency.WEEKLY], covered[Frequency.MONTHLY]

    def _join(self, frequency: Frequency, begin: int, since: datetime, covered: dict[Frequency, int]) -> None:
        """Who joins stands as if they had had the last digest of their frequency: the coming one is whole, and no more.

        So have they had those of the other frequency that ended no later.
        """
        covered[frequency] = max(covered[frequency], begin)
        if not begin:
            return
        ended = self._before[frequency][begin - 1].window.end
        for other in Frequency:
            if other is not frequency:
                old = sum(digest.window.end <= ended and _released(digest) <= since for digest in self._before[other])
                covered[other] = max(covered[other], old)

    def _left_by(self, covered: Covered) -> tuple[str, ...]:
        had = {
            article
            for frequency, number in zip(_ORDER, covered, strict=True)
            for digest in self._before[frequency][:number]
            for article in digest.articles
        }
        mine = self._digest.frequency
        lists = [self._digest, *reversed(self._before[mine][covered[_ORDER.index(mine)] :])]
        found = dict.fromkeys(article for digest in lists for article in digest.articles)
        return tuple(article for article in found if article not in had)

    def _day(self, digest: SettledDigest) -> date:
        return digest.window.end.astimezone(self._zone).date()


def _released(digest: SettledDigest) -> datetime:
    if digest.released_at is None:
        raise ValueError(digest.period)
    return digest.released_at


def _moment(digest: SettledDigest) -> tuple[datetime, str]:
    return _released(digest), digest.period
