"""Counts the subscribers of an audience, up to a limit that keeps a console page fast, and why others are left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from newsletter.mailings.audience.facts import ReadFacts, mailings_of_days
from newsletter.mailings.audience.mailed_lately import MailedLately, stopped_lately
from newsletter.mailings.experiments.not_clicked import readers_to_send_again
from newsletter.mailings.mailing import Audience
from newsletter.mailings.planning.plan_page import PAGE_SIZE
from newsletter.platform.shards import SHARDS
from newsletter.readers.subscriber import Recipient

if TYPE_CHECKING:
    from newsletter.container import Container

MAX_COUNTED = 50_000
"""Subscribers read before counting stops: some 57 queries, a second or two."""
MAX_ASKED = 150_000
"""The same for whoever asks about an audience, and waits some seconds for it."""
SAMPLES = 5


@dataclass(frozen=True)
class AudienceCount:
    """`complete`: all subscribers were read; otherwise the audience has at least so many `readers`, and `about` is
    estimated from the shards that were read whole: ids are random, so that each of them is a fair sample.

    `left_out` counts active subscribers whom the rule would select, were it not for what the word says: `paused`,
    `capped` (had enough mails this week), `unreadable` (their record), `excluded`; and `gone`: listed, and no readers
    or not any more. `samples` are masked addresses.
    """

    readers: int
    complete: bool
    about: int = field(default=0, compare=False)
    left_out: Mapping[str, int] = field(default_factory=dict, compare=False)
    samples: tuple[str, ...] = field(default=(), compare=False)


def count_audience(
    audience: Audience,
    on: date,
    app: Container,
    *,
    at_most: int = MAX_COUNTED,
    capped: bool = False,
    again_of: str = "",
    found: list[str] | None = None,
) -> AudienceCount:
    """How many active subscribers the audience includes, without those whose mail is paused `on` that day.

    `capped`, for campaigns: and without those who had enough mails this week. With `again_of` only those to whom that
    mailing may be sent again. Counting stops after the page in which `at_most` subscribers were read. Their ids are
    added to `found`.
    """
    return _Count(audience, on, app, capped=capped, again_of=again_of, found=found).up_to(at_most)


def ask_audience(audience: Audience, on: date, app: Container, again_of: str = "") -> AudienceCount:
    """The same for people who look an audience over: more is counted, and some of it is shown by masked addresses."""
    counting = _Count(audience, on, app, capped=True, again_of=again_of)
    counted = counting.up_to(MAX_ASKED)
    found = app.subscribers.addressees(counting.first)
    return replace(counted, samples=tuple(masked(found[each].email) for each in counting.first if each in found))


def masked(address: str) -> str:
    """`m…@example.com`: enough to recognise somebody, too little to write to them."""
    name, at, domain = address.partition("@")
    return f"{name[:1]}…@{domain}" if at else f"{name[:1]}…"


class _Count:
    """What is counted of one audience; `first` are the ids of the first who are in it."""

    def __init__(
        self,
        audience: Audience,
        on: date,
        app: Container,
        *,
        capped: bool,
        again_of: str = "",
        found: list[str] | None = None,
    ) -> None:
        self._again_of = again_of
        self._found = found
        self._meant: frozenset[str] | None = None
        self._capped = capped and bool(app.publication.campaign_mails_per_week)
        self._lately: MailedLately | None = None
        self._audience = audience
        self._on = on
        self._app = app
        self._left_out: Counter[str] = Counter()
        self._required: set[str] = set(audience.listed)
        self.first: list[str] = []

    def up_to(self, most: int) -> AudienceCount:
        """Read at most about so many subscribers."""
        found: dict[str, int] = {}
        complete, shards, whole = True, set[str](), list[int]()
        facts = self._facts(most)
        for page in active_pages(self._app, most):
            if page is None:
                complete = False
                break
            shard, recipients, ends = page
            if facts.shard not in ("", shard):
                facts = ReadFacts(self._app, facts.now, shard)
            if self._capped and shard not in shards:
                self._lately = MailedLately(self._app, facts.now, shard, facts.may_have_got)
            if shard not in shards:
                self._meant = readers_to_send_again(self._again_of, shard, self._app)
            shards.add(shard)
            found[shard] = found.get(shard, 0) + sum(self._is_in(*each, facts) for each in recipients)
            if ends:
                whole.append(found[shard])
        readers = sum(found.values())
        sample = whole or list(found.values())
        about = readers if complete else sum(sample) * len(SHARDS) // len(sample)
        return AudienceCount(readers, complete, about, dict(self._left_out) | self._gone(complete=complete))

    def _facts(self, most: int) -> ReadFacts:
        """Of all shards at once, which takes fewer calls; shard by shard where a mailing that the rule names, or one
        that was stopped this week, is large, or one in which it asks for any click has more readers than are looked at.
        """
        app, rule = self._app, self._audience
        now = max(datetime.combine(self._on, time(), app.publication.time_zone), app.now())
        days = mailings_of_days(rule.days_of_clicks, now, app) if rule.days_of_clicks else ()
        read = [*rule.mailings, *(each.id for each in stopped_lately(now, app) if self._capped)]
        large = any(app.deliveries.is_large(each) for each in read)
        large = large or any(app.manifests.are_more_than(most, each) for each in days)
        return ReadFacts(app, now, SHARDS[0] if large else "")

    def _is_in(self, subscriber: str, recipient: Recipient, facts: ReadFacts) -> bool:
        self._required.discard(subscriber)
        audience = self._audience
        if self._meant is not None and subscriber not in self._meant:
            return False
        if recipient.broken:
            self._left_out["unreadable"] += 1
            return False
        if not audience.includes(recipient):
            return False
        why = "" if audience.by_choices else next(audience.rest_against(subscriber, recipient, facts), "")
        if why:
            if why == "exclude":
                self._left_out["excluded"] += 1
            return False
        if recipient.choices.paused(self._on):
            self._left_out["paused"] += 1
            return False
        if self._lately is not None and self._lately.had_enough(subscriber, recipient):
            self._left_out["capped"] += 1
            return False
        if len(self.first) < SAMPLES:
            self.first.append(subscriber)
        if self._found is not None:
            self._found.append(subscriber)
        return True

    def _gone(self, *, complete: bool) -> dict[str, int]:
        return {"gone": len(self._required)} if complete and self._required else {}


def active_pages(app: Container, at_most: int) -> Iterator[tuple[str, list[tuple[str, Recipient]], bool] | None]:
    """Every active subscriber as planning sees them, with the shard, page by page, and whether the shard ends with it.

    It ends with None, incomplete, after the page in which `at_most` of them were read.
    """
    seen = 0
    for shard in SHARDS:
        after: str | None = None
        while True:
            if seen >= at_most:
                yield None
                return
            recipients, after = app.subscribers.page(shard, after, PAGE_SIZE)
            seen += len(recipients)
            yield shard, recipients, after is None
            if after is None:
                break


def active_recipients(app: Container, at_most: int = MAX_COUNTED) -> Iterator[Recipient | None]:
    """The same one by one, without ids."""
    for page in active_pages(app, at_most):
        if page is None:
            yield None
            return
        yield from (recipient for _, recipient in page[1])
