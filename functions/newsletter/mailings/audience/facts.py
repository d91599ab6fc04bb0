"""Who did or got what, read from the ledger, the leads and the index for planning, as far as a rule asks for it."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING

from newsletter.mailings.audience.mailed_lately import MailedLately
from newsletter.mailings.audience.rule import Audience
from newsletter.mailings.mailing import Kind
from newsletter.platform.shards import SHARDS
from newsletter.readers.subscriber import Recipient

if TYPE_CHECKING:
    from newsletter.container import Container
    from newsletter.mailings.mailing import Mailing

GOT = frozenset({"accepted", "delayed", "delivered", "clicked", "answered", "complained"})
NEVER_GOT = frozenset({"suppressed", "rejected", "bounced", "failed"})
AT_ONCE = 100
"""Leads that one call reads, and mailings among which those of the last days are looked for, the newest first."""


class ReadFacts:
    """What is known at `now`. Each thing is read when a rule first asks for it, and then kept with this object.

    `shard`: only its subscribers; empty: all. Of a mailing to a million, the sets of one shard take some 5 MB; of the
    hundred mailings that clicks of days may be in, only who clicked is kept.
    """

    def __init__(self, app: Container, now: datetime, shard: str = "") -> None:
        self.now = now
        self.shard = shard
        self._app = app
        self.signed_up = cache(self._signed_up)
        self.joined_by = cache(self._joined_by)
        self.clicked_lately = cache(self._clicked_lately)
        self.leads = cache(self._leads)
        self._of_mailing = cache(self._read_mailing)
        self._clickers = cache(self._read_clickers)

    def got(self, mailing: str) -> AbstractSet[str]:
        """See `Facts`."""
        return self._of_mailing(mailing)[0]

    def may_have_got(self, mailing: str) -> AbstractSet[str]:
        """See `Facts`."""
        return self._of_mailing(mailing)[1]

    def clicked(self, mailing: str) -> AbstractSet[str]:
        """See `Facts`."""
        return self._of_mailing(mailing)[2]

    def _read_mailing(self, mailing: str) -> tuple[AbstractSet[str], AbstractSet[str], AbstractSet[str]]:
        got, perhaps, clicked = set(), set(), set()
        for record in self._app.deliveries.records(mailing, self.shard):
            for position, subscriber in enumerate(record.batch.recipients):
                status = record.status_of(position)
                if status in GOT:
                    got.add(subscriber)
                if status not in NEVER_GOT:
                    perhaps.add(subscriber)
                if record.has_event("clicked", position):
                    clicked.add(subscriber)
        return got, perhaps, clicked

    def _clicked_lately(self, days: int) -> AbstractSet[str]:
        return {who for mailing in mailings_of_days(days, self.now, self._app) for who in self._clickers(mailing)}

    def _read_clickers(self, mailing: str) -> AbstractSet[str]:
        return {
            subscriber
            for record in self._app.deliveries.records(mailing, self.shard)
            for position, subscriber in enumerate(record.batch.recipients)
            if record.has_event("clicked", position)
        }

    def _signed_up(self, first: date | None, before: date | None) -> AbstractSet[str]:
        zone = self._app.publication.time_zone
        start, end = (datetime.combine(day, time(), zone) if day else None for day in (first, before))
        shards = self.shard or SHARDS
        return {who for each in shards for who in self._app.confirmed_days.between(each, start, end)}

    def _joined_by(self, doors: tuple[str, ...]) -> AbstractSet[str]:
        return {who for each in self.shard or SHARDS for who in self._app.confirmed_days.by(each, doors)}

    def _leads(self, states: tuple[str, ...], score: int) -> AbstractSet[str]:
        place, found = "", set()
        while True:
            read = self._app.leads.newest(AT_ONCE, place, now=self.now)
            for _, lead in read:
                if (not states or lead.state in states) and lead.score.value >= score:
                    found.add(lead.subscriber)
            if len(read) < AT_ONCE:
                return found
            place = read[-1][0]


class PlannedFacts:
    """The facts by which a mailing's pages are planned; those of the last shard are kept, for its next page.

    They are as of the first page that asks for them in this process: a reader who clicks meanwhile is in or out, and
    never twice, since each reader is on one page.
    """

    def __init__(self, app: Container) -> None:
        self._app = app
        self._kept: tuple[tuple[str, str], ReadFacts] | None = None
        self._lately: tuple[tuple[str, str], MailedLately] | None = None

    def keep(self, mailing: Mailing, shard: str, readers: list[tuple[str, Recipient]]) -> list[tuple[str, Recipient]]:
        """Those of the shard's readers whom the mailing's rule keeps, as far as more than their choices decides."""
        rule = mailing.audience
        if rule.by_choices:
            return readers
        facts = self._facts(mailing, shard)
        return [each for each in readers if each[1].broken or _keeps(rule, each, facts)]

    def lately(self, mailing: Mailing, shard: str) -> MailedLately:
        """How many mails the shard's readers had in the week before the mailing."""
        if self._lately is None or self._lately[0] != (mailing.id, shard):
            facts = self._facts(mailing, shard)
            lately = MailedLately(self._app, mailing.created_at, shard, facts.may_have_got, but=mailing.id)
            self._lately = (mailing.id, shard), lately
        return self._lately[1]

    def engaged(self, mailing: Mailing, shard: str, now: datetime) -> AbstractSet[str] | None:
        """Who of the shard clicked or confirmed lately, as the warm-up plan has it; None while there is none."""
        plan, zone = self._app.publication.warm_up, self._app.publication.time_zone
        if plan is None or plan.allowed(now.astimezone(zone).date()) is None:
            return None
        facts, days = self._facts(mailing, shard), plan.engaged_days
        since = facts.now.astimezone(zone).date() - timedelta(days=days)
        return facts.clicked_lately(days) | facts.signed_up(since, None)

    def _facts(self, mailing: Mailing, shard: str) -> ReadFacts:
        if self._kept is None or self._kept[0] != (mailing.id, shard):
            self._kept = (mailing.id, shard), ReadFacts(self._app, mailing.created_at, shard)
        return self._kept[1]


def _keeps(rule: Audience, reader: tuple[str, Recipient], facts: ReadFacts) -> bool:
    return rule.includes(reader[1]) and rule.keeps(*reader, facts)


def mailings_of_days(days: int, now: datetime, app: Container) -> list[str]:
    """The digests and campaigns of so many days before `now`, at most the newest hundred."""
    since = now - timedelta(days=days)
    found = (each for _, each in app.mailings.older("", AT_ONCE))
    return [each.id for each in found if each.created_at >= since and not each.kind.automated]


def is_over(mailing: Mailing) -> bool:
    """Whether it is known of everybody whether they got the mailing."""
    return mailing.status.state.is_final


def can_be_asked_about(mailing: Mailing) -> bool:
    """Whether a rule may name it: a mailing that was sent to many."""
    return mailing.kind in (Kind.DIGEST, Kind.CAMPAIGN)
