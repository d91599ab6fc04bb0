"""Start a mailing: the one way by which anything begins to be sent.

`prepare` looks at a mailing and stores nothing, `launch` starts what was prepared. What a mailing needs before it
starts depends on its kind alone, so no caller can leave anything out:

- a campaign is examined by preflight, its audience is counted, and one that is broken or has no reader is refused;
- a digest is examined when it is released (release_digest.py), and may go out to nobody;
- both start held while the breaker is open, and with a pilot when they have many readers;
- the mails that follow what one reader did (steps, welcome, confirmation) have none of that: each has one recipient
  and is planned by whoever sends it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.mailings.control.hold import tell_stopped
from newsletter.mailings.count_audience import Count, count_audience
from newsletter.mailings.digests.release import digest_of_mailing
from newsletter.mailings.mailing import Kind, Mailing
from newsletter.mailings.planning.plan_page import plan_shards
from newsletter.mailings.rendering.preflight import Fault, NotFit, preflight_campaign
from newsletter.mailings.status import MailingState, MailingStatus
from newsletter.platform.errors import Conflict, EmptyAudience
from newsletter.platform.times import whole_seconds
from newsletter.publication.sending_limits import pilot_shards

if TYPE_CHECKING:
    from newsletter.container import Container


@dataclass(frozen=True)
class Prepared:
    """A mailing with the course on which it starts, and what was found when it was looked at.

    `known`: it was started before; launched again, whatever a crash left undone is done. `planned`: it has recipients
    to plan now; the others are planned one by one, or wait for approval, or were dropped. `readers` is None where
    nobody was counted: of a mailing that is known, or that cannot go out as it is.
    """

    mailing: Mailing
    known: bool = False
    planned: bool = True
    faults: tuple[Fault, ...] = ()
    readers: Count | None = None

    def check(self) -> None:
        """Raises NotFit when something in a campaign is broken, EmptyAudience when it certainly has no reader.

        A known campaign is past both.
        """
        if self.known:
            return
        if any(fault.blocks for fault in self.faults):
            raise NotFit(list(self.faults))
        if self.mailing.kind is Kind.CAMPAIGN and self.readers and self.readers.complete and not self.readers.readers:
            raise EmptyAudience("topics" if self.mailing.audience.topics else "language")


@dataclass(frozen=True)
class Launched:
    """A mailing as it is stored, whether this launch created it, and how many of its shards were yet to be planned."""

    mailing: Mailing
    created: bool
    shards: int


def prepare(mailing: Mailing, app: Container) -> Prepared:
    """What would come of the mailing if it were launched now.

    Raises Conflict for a campaign whose name was used for another text, NotFound for a digest that is not frozen.
    """
    known = app.mailings.get(mailing.id)
    if mailing.kind.automated:
        return Prepared(known or mailing, known is not None, planned=False)
    if mailing.kind is Kind.DIGEST:
        return _prepare_digest(mailing, known, app)
    faults = tuple(preflight_campaign(mailing, app.templates))
    if known is not None:
        return Prepared(_same(known, mailing), known=True, faults=faults)
    if any(fault.blocks for fault in faults):
        return Prepared(mailing, faults=faults)
    readers = count_audience(mailing.audience, mailing.created_at.date(), app)
    status = _first_course(mailing.id, readers, app, mailing.created_at)
    return Prepared(replace(mailing, status=status), faults=faults, readers=readers)


def launch(prepared: Prepared, app: Container) -> Launched:
    """Start the mailing, once. Safe to repeat at any line: what is there already stays as it is.

    Raises NotFit, EmptyAudience, and Conflict when another campaign of the same name was faster.
    """
    prepared.check()
    mailing = prepared.mailing
    if mailing.kind.automated:
        created = not prepared.known and app.mailings.create(mailing)
        return Launched(mailing, created, 0)
    created = app.mailings.create(mailing)
    if not created:
        mailing = _stored(mailing, app)
    if mailing.kind is Kind.CAMPAIGN and mailing.status.state is MailingState.HELD:
        # Of a digest, the record of its run says so.
        tell_stopped(mailing.id, mailing.status, app)
    # What readers chose right before a digest was released must be in the index by the time it is read.
    delay = app.index_delay if mailing.kind is Kind.DIGEST else 0
    return Launched(mailing, created, plan_shards(mailing.id, app, delay) if prepared.planned else 0)


def _stored(mailing: Mailing, app: Container) -> Mailing:
    """The mailing as it is stored. One that waited for approval waits no more, unless it was launched to wait."""
    stored = app.mailings.get(mailing.id)
    if stored is None:
        return mailing
    if mailing.kind is Kind.CAMPAIGN:
        return _same(stored, mailing)
    waits = stored.status.state is MailingState.APPROVAL
    if waits and mailing.status.state is not MailingState.APPROVAL:
        app.statuses.turn(stored.id, stored.status, mailing.status)
        return replace(stored, status=mailing.status)
    return stored


def _same(known: Mailing, mailing: Mailing) -> Mailing:
    """The known one. Raises Conflict when it has another text."""
    if replace(known, created_at=mailing.created_at) != mailing:
        raise Conflict(f"{mailing.id}: a campaign of this name was sent with another text; choose another name")
    return known


def _prepare_digest(mailing: Mailing, known: Mailing | None, app: Container) -> Prepared:
    digest = digest_of_mailing(mailing.id, app)
    planned = digest.released_at is not None
    if known is not None and known.status.state is not MailingState.APPROVAL:
        return Prepared(known, known=True, planned=planned)
    if digest.waits:
        status = MailingStatus(MailingState.APPROVAL, digest.window.end)
        return Prepared(replace(mailing, status=status), planned=False)
    since = digest.decided_at or digest.window.end
    if digest.dropped:
        status = MailingStatus(MailingState.CANCELLED, since, reason=digest.verdict)
        return Prepared(replace(mailing, status=status), planned=False)
    readers = count_audience(mailing.audience, since.date(), app)
    status = _first_course(mailing.id, readers, app, since)
    status = replace(status, reason=status.reason or digest.verdict)
    return Prepared(replace(mailing, status=status), readers=readers)


def _first_course(mailing: str, readers: Count, app: Container, since: datetime) -> MailingStatus:
    """The course on which a mailing to so many readers starts: held while the breaker is open, with a pilot, or whole.

    The pilot is watched from now on, however long ago it was decided that the mailing goes out.
    """
    breaker = app.reputation.breaker()
    if breaker is not None:
        return MailingStatus(MailingState.HELD, since, reason=f"breaker open: {breaker.reason}")
    sending_limits = app.publication.sending_limits
    pilot = pilot_shards(mailing, readers.readers, sending_limits)
    if pilot:
        until = whole_seconds(app.now()) + sending_limits.pilot_wait
        return MailingStatus(MailingState.PILOT, since, until=until, slice=pilot)
    return MailingStatus(MailingState.SENDING, since)
