"""What SES says about a mail: into the ledger as a set of positions, and onto the reader where mail must stop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.platform.errors import NotFound
from newsletter.readers.current_subscriber import current_subscriber
from newsletter.readers.profiles.bounces_store import soft_bounce
from newsletter.readers.subscriber import Status
from newsletter.sending.ses.mail_event import Happening, MailEvent, Passed, read_event, without_addresses

if TYPE_CHECKING:
    from newsletter.container import Container

ABOUT_THE_READER = {
    Happening.BOUNCED,
    Happening.SOFT_BOUNCED,
    Happening.COMPLAINED,
    Happening.OPENED,
    Happening.CLICKED,
}
"""What concerns more than the ledger, so that the reader must be known."""

NOT_SENT = "not_sent"
"""What a mail is taken for that SES did not send: it says nothing of how our mails are received."""


def record_feedback(bodies: Sequence[str], now: datetime, app: Container) -> list[str | Exception]:
    """Record reports of SES; what each was taken for (a Happening, or why nothing was recorded), or what went wrong.

    What several of them say of one batch goes into the ledger in one write. Positions are added to sets and readers
    stopped (and let go on where a mail that counted against them proves to be delivered), so repeated, late and
    shuffled reports end in the same state. A report of a kind that we do not know is put aside for a person. What
    becomes a MalformedEvent, or NotFound for a mail with our tags that the ledger does not know, is for a person too.
    """
    reports = [_read(body, now, app) for body in bodies]
    of_batches: dict[tuple[str, str], list[_Report]] = {}
    for report in reports:
        if isinstance(report, _Report):
            of_batches.setdefault((report.event.mailing, report.event.batch), []).append(report)
    noted = {batch: _note_down(*batch, known, app) for batch, known in of_batches.items()}
    return [
        _follow_up(report, noted[report.event.mailing, report.event.batch], now, app)
        if isinstance(report, _Report)
        else report
        for report in reports
    ]


@dataclass(frozen=True)
class _Report:
    """A report to be noted down, and the reader where more than the ledger is concerned."""

    event: MailEvent
    reader: str


def _read(body: str, now: datetime, app: Container) -> _Report | Passed | Exception:
    try:
        event = read_event(body)
        if event is Passed.UNKNOWN:
            app.unknown_events.put(without_addresses(body), now)
        if isinstance(event, Passed):
            return event
        reader = _reader(event, app) if event.what in ABOUT_THE_READER else ""
        if event.what in (Happening.OPENED, Happening.CLICKED) and not _may_be_tracked(reader, app):
            return Passed.HARMLESS
    except Exception as fault:  # noqa: BLE001 (the others go on; the door reports it)
        return fault
    return _Report(event, reader)


Positions = Mapping[str, frozenset[int]]


def _note_down(mailing: str, batch: str, reports: Sequence[_Report], app: Container) -> Positions | Exception:
    """Into the ledger; what it knows of the batch by now, or what went wrong for all of the batch's reports."""
    happened: dict[str, set[int]] = {}
    for report in reports:
        happened.setdefault(report.event.what, set()).add(report.event.position)
    try:
        known = app.deliveries.add_all(mailing, batch, happened)
    except Exception as fault:  # noqa: BLE001 (the other batches go on; the door reports it)
        return fault
    return known or NotFound(f"batch {mailing}/{batch}, which SES reports as {' and '.join(happened)}")


def _follow_up(report: _Report, noted: Positions | Exception, now: datetime, app: Container) -> str | Exception:
    if isinstance(noted, Exception):
        return noted
    event, reader = report.event, report.reader
    if event.position not in noted.get(event.what, ()):
        return NotFound(f"position {event.position} of batch {event.mailing}/{event.batch}")
    delivered = event.position in noted.get(Happening.DELIVERED, ())
    try:
        match event.what:
            case Happening.BOUNCED if event.complainer:
                _stop(reader, Status.COMPLAINED, f"on SES's list, {event.mailing}", event.mailed_at, now, app)
            case Happening.BOUNCED:
                _stop(reader, Status.BOUNCED, f"bounced {event.mailing}", event.mailed_at, now, app)
            case Happening.COMPLAINED:
                _stop_who_complained(reader, event, now, app)
            case Happening.SOFT_BOUNCED if not delivered:
                _count_soft_bounce(reader, event, now, app)
            case Happening.DELIVERED if event.position in noted.get(Happening.SOFT_BOUNCED, ()):
                _discount_soft_bounce(_reader(event, app), event, app)
    except Exception as fault:  # noqa: BLE001 (the others go on; the door reports it)
        return fault
    return NOT_SENT if event.not_sent else event.what


def _reader(event: MailEvent, app: Container) -> str:
    record = app.deliveries.record(event.mailing, event.batch)
    if record is None or event.position >= len(record.batch.recipients):
        raise NotFound(f"position {event.position} of batch {event.mailing}/{event.batch}")
    return record.batch.recipients[event.position]


def _may_be_tracked(reader: str, app: Container) -> bool:
    """Whether it may be kept that they opened the mail or followed a link: as for visits, whoever's mail it was then.

    Not of who never confirmed: what their form says of tracking is not in the profile.
    """
    today = current_subscriber(reader, app)
    return today.status != "" and today.may_be_tracked


def _stop_who_complained(reader: str, event: MailEvent, now: datetime, app: Container) -> None:
    """Stop the mail to whom the mail's reader is today: pressing "spam" says no less than its unsubscribe link would.

    The address that got the mail is the one SES holds mail back from, so that one is said to have complained too. (A
    bounce is of an address and not of a person; it stays there.)
    """
    for each in dict.fromkeys((current_subscriber(reader, app).id, reader)):
        _stop(each, Status.COMPLAINED, f"complained {event.mailing}", event.at, now, app)


def _stop(reader: str, status: Status, how: str, valid_at: datetime, now: datetime, app: Container) -> None:
    app.bounces.stop(reader, status, how, valid_at=valid_at, now=now, forget_after=app.publication.retention.left)


def _count_soft_bounce(reader: str, event: MailEvent, now: datetime, app: Container) -> None:
    """Stop the mail once too many bounced; what is too old to count with a report that comes late is forgotten.

    The ledger is asked again after counting: of this report and one of delivery that is worked on at the same moment,
    whoever comes last finds what the other wrote.
    """
    bounces = app.bounces.add_soft_bounce(reader, event.mailed_at, event.message_id)
    if bounces is None:
        return
    record = app.deliveries.record(event.mailing, event.batch)
    if record is not None and record.happened(Happening.DELIVERED, event.position):
        _discount_soft_bounce(reader, event, app)
        return
    policy = app.publication.feedback
    if policy.gives_up(bounces.mails.values(), bounces.confirmed_at):
        app.bounces.stop(
            reader,
            Status.BOUNCED,
            f"{policy.transient_bounces} mails bounced within {policy.within.days} days, last {event.mailing}",
            valid_at=event.mailed_at,
            now=now,
            forget_after=app.publication.retention.left,
            passing=bounces.mails.keys(),
        )
        return
    oldest = max(bounces.mails.values()) - 2 * policy.within
    app.bounces.forget_soft_bounces(reader, [mail for mail, at in bounces.mails.items() if at < oldest])


def _discount_soft_bounce(reader: str, event: MailEvent, app: Container) -> None:
    """The mail was delivered after all: an auto-reply, or a server that first said no."""
    left = app.bounces.discount(reader, soft_bounce(event.mailed_at, event.message_id))
    if left is not None and not app.publication.feedback.gives_up(left.mails.values(), left.confirmed_at):
        app.bounces.restore(reader)
