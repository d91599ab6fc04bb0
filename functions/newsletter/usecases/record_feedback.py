"""What SES says about a mail: into the ledger as a set of positions, and onto the reader where mail must stop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from newsletter.adapters.aside import Aside
from newsletter.adapters.deliveries import Deliveries
from newsletter.adapters.reachability import Reachability
from newsletter.domain.errors import NotFound
from newsletter.domain.mail_event import Happening, MailEvent, Passed, read_event, without_addresses
from newsletter.domain.publication import Publication
from newsletter.domain.subscriber import Status

ABOUT_THE_READER = {
    Happening.BOUNCED,
    Happening.SOFT_BOUNCED,
    Happening.COMPLAINED,
    Happening.OPENED,
    Happening.CLICKED,
}
"""What concerns more than the ledger, so that the reader must be known."""


@dataclass(frozen=True)
class FeedbackDesk:
    """What recording feedback works with."""

    publication: Publication
    deliveries: Deliveries
    reachability: Reachability
    aside: Aside


def record_feedback(bodies: Sequence[str], now: datetime, desk: FeedbackDesk) -> list[str | Exception]:
    """Record reports of SES; what each was taken for (a Happening, or why nothing was recorded), or what went wrong.

    What several of them say of one batch goes into the ledger in one write. Positions are added to sets and readers
    only ever stopped, so repeated, late and shuffled reports end in the same state. A report of a kind that we do not
    know is put aside for a person. MalformedEvent, or NotFound for a mail that carries our tags but that the ledger
    does not know, are for a person too.
    """
    reports = [_read(body, now, desk) for body in bodies]
    of_batches: dict[tuple[str, str], list[_Report]] = {}
    for report in reports:
        if isinstance(report, _Report):
            of_batches.setdefault((report.event.mailing, report.event.batch), []).append(report)
    faults = {batch: _note_down(*batch, known, desk) for batch, known in of_batches.items()}
    return [
        report
        if not isinstance(report, _Report)
        else faults[report.event.mailing, report.event.batch] or _follow_up(report, now, desk)
        for report in reports
    ]


@dataclass(frozen=True)
class _Report:
    """A report to be noted down, and the reader where more than the ledger is concerned."""

    event: MailEvent
    reader: str


def _read(body: str, now: datetime, desk: FeedbackDesk) -> _Report | Passed | Exception:
    try:
        event = read_event(body)
        if event is Passed.UNKNOWN:
            desk.aside.put(without_addresses(body), now)
        if isinstance(event, Passed):
            return event
        reader = _reader(event, desk) if event.what in ABOUT_THE_READER else ""
        if event.what in (Happening.OPENED, Happening.CLICKED) and not desk.reachability.may_be_tracked(reader):
            return Passed.HARMLESS
    except Exception as fault:  # noqa: BLE001 (the others go on; the door reports it)
        return fault
    return _Report(event, reader)


def _note_down(mailing: str, batch: str, reports: Sequence[_Report], desk: FeedbackDesk) -> Exception | None:
    """Into the ledger; what went wrong for all of the batch's reports."""
    happened: dict[str, set[int]] = {}
    for report in reports:
        happened.setdefault(report.event.what, set()).add(report.event.position)
    try:
        known = desk.deliveries.add_all(mailing, batch, happened)
    except Exception as fault:  # noqa: BLE001 (the other batches go on; the door reports it)
        return fault
    return None if known else NotFound(f"batch {mailing}/{batch}, which SES reports as {' and '.join(happened)}")


def _follow_up(report: _Report, now: datetime, desk: FeedbackDesk) -> str | Exception:
    event, reader = report.event, report.reader
    try:
        match event.what:
            case Happening.BOUNCED:
                _stop(reader, Status.BOUNCED, f"bounced {event.mailing}", event.mailed_at, now, desk)
            case Happening.COMPLAINED:
                _stop(reader, Status.COMPLAINED, f"complained {event.mailing}", event.at, now, desk)
            case Happening.SOFT_BOUNCED:
                _count_soft_bounce(reader, event, now, desk)
    except Exception as fault:  # noqa: BLE001 (the others go on; the door reports it)
        return fault
    return event.what


def _reader(event: MailEvent, desk: FeedbackDesk) -> str:
    record = desk.deliveries.record(event.mailing, event.batch)
    if record is None or event.position >= len(record.batch.recipients):
        raise NotFound(f"position {event.position} of batch {event.mailing}/{event.batch}")
    return record.batch.recipients[event.position]


def _stop(reader: str, status: Status, how: str, valid_at: datetime, now: datetime, desk: FeedbackDesk) -> None:
    desk.reachability.stop(
        reader, status, how, valid_at=valid_at, now=now, forget_after=desk.publication.retention.left
    )


def _count_soft_bounce(reader: str, event: MailEvent, now: datetime, desk: FeedbackDesk) -> None:
    """Stop the mail once too many bounced; what is too old to count with a report that comes late is forgotten."""
    bounces = desk.reachability.add_soft_bounce(reader, event.mailed_at, event.message_id)
    if bounces is None:
        return
    policy = desk.publication.feedback
    if policy.gives_up(bounces.mails.values(), bounces.confirmed_at):
        how = f"{policy.transient_bounces} mails bounced within {policy.within.days} days, last {event.mailing}"
        _stop(reader, Status.BOUNCED, how, event.mailed_at, now, desk)
        return
    oldest = max(bounces.mails.values()) - 2 * policy.within
    desk.reachability.forget_soft_bounces(reader, [mail for mail, at in bounces.mails.items() if at < oldest])
