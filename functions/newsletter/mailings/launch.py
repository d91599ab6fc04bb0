"""Start a mailing. Everything that is sent starts here.

`prepare` checks a mailing and stores nothing; `launch` starts what was prepared. Which checks a mailing gets depends
on its kind alone, so that no caller can leave one out:

- a campaign goes through preflight and its audience is counted; it is refused if something blocks it or nobody gets it;
- a digest goes through preflight when it is released (digests/release.py), and may have no recipient;
- both start held while the breaker is open, and with a pilot when they have many recipients;
- automated mails (sequence steps, welcome, confirmation) have no such checks: each has one recipient, and the code
  that sends it plans it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.mail.preflight_rules import Rule
from newsletter.mailings.control.hold import record_stopped
from newsletter.mailings.control.replace_earlier import replace_earlier
from newsletter.mailings.count_audience import AudienceCount, count_audience
from newsletter.mailings.digests.release import digest_of_mailing
from newsletter.mailings.drafts.origin import Origin
from newsletter.mailings.experiments.send_again import (
    NOBODY_LEFT,
    claim_again,
    count_readers,
    require_first_again,
)
from newsletter.mailings.mailing import Kind, Mailing
from newsletter.mailings.planning.plan_page import plan_shards
from newsletter.mailings.rendering.article_cards import with_cards
from newsletter.mailings.rendering.preflight import Fault, PreflightFailed, preflight_campaign
from newsletter.mailings.status import MailingState, MailingStatus
from newsletter.platform.errors import Conflict, EmptyAudience, InvalidInput, NotNow
from newsletter.platform.times import whole_seconds
from newsletter.platform.words.said import say
from newsletter.publication.sending_limits import pilot_shards

if TYPE_CHECKING:
    from newsletter.container import Container


LEAST_CHANGE = 10
"""Readers. In a small audience a tenth is one person, of whom nobody needs to be asked."""
ENOUGH = say("everybody in the audience had as many mails this week as the publication allows; send it later")


@dataclass(frozen=True)
class Prepared:
    """A mailing with the status it starts in, and the results of its checks.

    `known`: it was started before; launching it again completes what a crash left undone. `planned`: its recipients
    are to be planned now; False for automated mails, and for digests that wait for approval or were dropped.
    `readers` is None where the audience was not counted: the mailing is known, or preflight blocks it.
    """

    mailing: Mailing
    known: bool = False
    planned: bool = True
    faults: tuple[Fault, ...] = ()
    readers: AudienceCount | None = None

    def check(self) -> None:
        """Raises PreflightFailed for a fault that blocks the campaign, EmptyAudience when certainly nobody gets it.

        A mailing that was started before is not checked again.
        """
        if self.known:
            return
        if any(fault.blocks for fault in self.faults):
            raise PreflightFailed(list(self.faults))
        if self.mailing.kind is not Kind.CAMPAIGN:
            return
        if self.readers is None:
            message = f"{self.mailing.id} was not prepared: its audience is not counted"
            raise ValueError(message)
        if self.readers.complete and not self.readers.readers:
            if self.mailing.again_of and not self.readers.left_out.get("capped"):
                raise InvalidInput("again_of", NOBODY_LEFT)
            rule = self.mailing.audience
            by_choices = "topics" if rule.topics else "language"
            if self.readers.left_out.get("capped"):
                raise EmptyAudience("audience", ENOUGH)
            raise EmptyAudience(by_choices if rule.by_choices else "audience")


def audience_changed(seen: int | None, prepared: Prepared) -> str:
    """Why a person must look at the audience again; empty if it is as it was when one did (`seen`), or nobody did."""
    if seen is None or prepared.readers is None:
        return ""
    readers = prepared.readers.about
    if abs(readers - seen) <= max(LEAST_CHANGE, seen / 10):
        return ""
    return say(
        "the audience had {before} readers when it was looked at, and has {now} now; look at it again, and send it if"
        " it is right",
        before=seen,
        now=readers,
    )


def require_audience(seen: int | None, prepared: Prepared) -> None:
    """Raises NotNow for the same, where the campaign is to start at once."""
    if why := audience_changed(seen, prepared):
        raise NotNow(why)


def from_whom(prepared: Prepared, origin: Origin) -> Prepared:
    """The same with who has it sent. One that was started before keeps who did so."""
    return replace(prepared, mailing=replace(prepared.mailing, origin=prepared.mailing.origin or origin))


@dataclass(frozen=True)
class Launched:
    """A mailing as it is stored, whether this launch created it, and how many `shards` were queued for planning."""

    mailing: Mailing
    created: bool
    shards: int


def prepare(mailing: Mailing, app: Container) -> Prepared:
    """Check the mailing as if it were launched now; nothing is stored.

    Raises Conflict for a campaign whose name was used for another text, or that sends again what was sent again,
    NotFound for a digest that was not stored yet.
    """
    known = app.mailings.get(mailing.id)
    if mailing.kind.automated:
        return Prepared(known or mailing, known is not None, planned=False)
    if mailing.kind is Kind.DIGEST:
        return _prepare_digest(mailing, known, app)
    require_first_again(mailing, app)
    mailing, unknown = with_cards(mailing, app)
    faults = (*unknown, *preflight_campaign(mailing, app.templates))
    if known is not None:
        return Prepared(_same_campaign(known, mailing), known=True, faults=faults)
    if any(fault.blocks for fault in faults):
        return Prepared(mailing, faults=faults)
    found: list[str] | None = [] if mailing.ab else None
    readers = count_readers(mailing, mailing.day(app.publication.time_zone), app, found)
    if mailing.ab and found and readers.complete:
        mailing = replace(mailing, ab=mailing.ab.shared_out(mailing.id, found))
    status = _initial_status(mailing.id, readers, app, mailing.created_at)
    faults += _spread_over_days(mailing, readers, app)
    return Prepared(replace(mailing, status=status), faults=faults, readers=readers)


def _spread_over_days(mailing: Mailing, readers: AudienceCount, app: Container) -> tuple[Fault, ...]:
    """A warning where the warm-up plan sends the campaign on more than one day."""
    plan, today = app.publication.warm_up, app.now().astimezone(app.publication.time_zone).date()
    days = plan.days_for(readers.about or readers.readers, today) if plan else 1
    if plan is None or plan.allowed(today) is None or days < 2:
        return ()
    why = say(
        "the warm-up plan sends this on {days} days at least, at most {most} mails on the first; readers who clicked or"
        " confirmed lately come first",
        days=days,
        most=plan.allowed(today) or 0,
    )
    return (Fault(Rule.DAYS, blocks=False, message=why, language=mailing.language),)


def launch(prepared: Prepared, app: Container) -> Launched:
    """Start the mailing, once. A crash at any line can be repaired by calling it again: what is stored stays.

    Raises PreflightFailed, EmptyAudience, and Conflict when a campaign of the same name was started meanwhile.
    """
    prepared.check()
    mailing = prepared.mailing
    if mailing.kind.automated:
        created = not prepared.known and app.mailings.create(mailing)
        return Launched(mailing, created, 0)
    claim_again(mailing, app)
    created = app.mailings.create(mailing)
    if not created:
        mailing = _stored(mailing, app)
    if mailing.kind is Kind.CAMPAIGN and mailing.status.state is MailingState.HELD:
        # A digest's run writes its own decision record (digests/start.py).
        record_stopped(mailing.id, mailing.status, app)
    if mailing.kind is Kind.DIGEST and prepared.planned:
        replace_earlier(mailing, app)
    # Choices that subscribers made right before a digest was released must have reached the index when it is read.
    delay = app.index_delay if mailing.kind is Kind.DIGEST else 0
    return Launched(mailing, created, plan_shards(mailing.id, app, delay) if prepared.planned else 0)


def _stored(mailing: Mailing, app: Container) -> Mailing:
    """The mailing as it is stored. Its status `approval` is replaced, unless this launch starts in it too."""
    stored = app.mailings.get(mailing.id)
    if stored is None:
        return mailing
    if mailing.kind is Kind.CAMPAIGN:
        return _same_campaign(stored, mailing)
    waits = stored.status.state is MailingState.APPROVAL
    if waits and mailing.status.state is not MailingState.APPROVAL:
        app.statuses.compare_and_set(stored.id, stored.status, mailing.status)
        return replace(stored, status=mailing.status)
    return stored


def _same_campaign(known: Mailing, mailing: Mailing) -> Mailing:
    """The stored campaign. Raises Conflict when its text differs."""
    if replace(known, created_at=mailing.created_at) != mailing:
        raise Conflict(
            say(
                "{mailing}: a campaign of this name was sent with another text; choose another name", mailing=mailing.id
            )
        )
    return known


def _prepare_digest(mailing: Mailing, known: Mailing | None, app: Container) -> Prepared:
    digest = digest_of_mailing(mailing.id, app)
    planned = digest.released_at is not None
    if known is not None and known.status.state is not MailingState.APPROVAL:
        return Prepared(known, known=True, planned=planned)
    if digest.awaits_approval:
        status = MailingStatus(MailingState.APPROVAL, digest.window.end)
        return Prepared(replace(mailing, status=status), planned=False)
    since = digest.decided_at or digest.window.end
    if digest.dropped:
        status = MailingStatus(MailingState.CANCELLED, since, reason=digest.verdict)
        return Prepared(replace(mailing, status=status), planned=False)
    readers = count_audience(mailing.audience, since.astimezone(app.publication.time_zone).date(), app)
    status = _initial_status(mailing.id, readers, app, since)
    status = replace(status, reason=status.reason or digest.verdict)
    return Prepared(replace(mailing, status=status), readers=readers)


def _initial_status(mailing: str, readers: AudienceCount, app: Container, since: datetime) -> MailingStatus:
    """The status in which a mailing to so many readers starts: held (breaker open), with a pilot, or sending.

    The wait of the pilot is counted from now, even if the mailing was approved (`since`) earlier.
    """
    breaker = app.reputation.breaker()
    if breaker is not None:
        return MailingStatus(MailingState.HELD, since, reason=say("breaker open: {why}", why=breaker.reason))
    sending_limits = app.publication.sending_limits
    pilot = pilot_shards(mailing, readers.readers, sending_limits)
    if pilot:
        until = whole_seconds(app.now()) + sending_limits.pilot_wait
        return MailingStatus(MailingState.PILOT, since, until=until, pilot_shards=pilot)
    return MailingStatus(MailingState.SENDING, since)
