"""Records what SES reports about mails: in the ledger, and in the profile of subscribers whose mail must stop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.platform.aws.items import side_by_side
from newsletter.platform.errors import NotFound
from newsletter.readers.current_subscriber import current_subscriber
from newsletter.readers.profiles.bounces_store import soft_bounce
from newsletter.readers.subscriber import Status
from newsletter.sending.ses.bounce_reason import BounceReason
from newsletter.sending.ses.mail_event import EventType, IgnoredReport, MailEvent, read_event, without_addresses

if TYPE_CHECKING:
    from newsletter.container import Container

ABOUT_THE_SUBSCRIBER = {
    EventType.BOUNCED,
    EventType.SOFT_BOUNCED,
    EventType.COMPLAINED,
    EventType.OPENED,
}
"""Events that concern more than the ledger, so that the recipient's id is needed."""

PROBE = "doctor"
"""In the place of a mailing's id: mails of `newsletter doctor --send` to the mailbox simulator of SES, which are in the
ledger, and otherwise concern nobody's subscription and no reputation."""
PROBED = "probed"
"""Result for such a mail."""
NOT_SENT = "not_sent"
"""Result for a mail that SES did not send: it is recorded, but does not count for our reputation."""


def record_feedback(bodies: Sequence[str], now: datetime, app: Container) -> list[str | Exception]:
    """Record events of SES. The result of each, in their order: its EventType, why it was ignored, or an error.

    All events of one batch go into the ledger in one write. Positions are added to sets, and subscribers are stopped
    (or restored when a mail that counted against them proves to be delivered), so that repeated, late and reordered
    events end in the same state. Events of an unknown type are stored for a person. Errors are MalformedEvent, and
    NotFound for a mail with our tags that is not in the ledger.
    """
    reports = [_read(body, now, app) for body in bodies]
    of_batches: dict[tuple[str, str], list[_Report]] = {}
    for report in reports:
        if isinstance(report, _Report):
            of_batches.setdefault((report.event.mailing, report.event.batch), []).append(report)
    kept = side_by_side(lambda batch: _add_to_ledger(*batch, of_batches[batch], app), of_batches)
    noted = dict(zip(of_batches, kept, strict=True))
    return [
        _update_subscriber(report, noted[report.event.mailing, report.event.batch], now, app)
        if isinstance(report, _Report)
        else report
        for report in reports
    ]


@dataclass(frozen=True)
class _Report:
    """An event to be recorded, and the recipient's id for types in ABOUT_THE_SUBSCRIBER (otherwise empty)."""

    event: MailEvent
    reader: str


def _read(body: str, now: datetime, app: Container) -> _Report | IgnoredReport | Exception:
    try:
        event = read_event(body)
        if event is IgnoredReport.UNKNOWN:
            app.unknown_events.put(without_addresses(body), now)
        if isinstance(event, IgnoredReport):
            return event
        reader = _reader(event, app) if event.type in ABOUT_THE_SUBSCRIBER else ""
        if event.type is EventType.OPENED and not _may_be_tracked(reader, app):
            return IgnoredReport.HARMLESS
    except Exception as fault:  # noqa: BLE001 (the others go on; the door reports it)
        return fault
    return _Report(event, reader)


Positions = Mapping[str, frozenset[int]]


def _add_to_ledger(mailing: str, batch: str, reports: Sequence[_Report], app: Container) -> Positions | Exception:
    """Add a batch's events to the ledger; all its events so far, or the error for all of its reports."""
    happened: dict[str, set[int]] = {}
    delivered: dict[int, datetime] = {}
    bounces: dict[BounceReason, set[int]] = {}
    for report in reports:
        event = report.event
        happened.setdefault(event.type, set()).add(event.position)
        if event.type is EventType.DELIVERED:
            delivered[event.position] = min(event.at, delivered.get(event.position, event.at))
        if event.bounce:
            bounces.setdefault(event.bounce, set()).add(event.position)
    try:
        known = app.deliveries.add_events(mailing, batch, happened, delivered, bounces)
    except Exception as fault:  # noqa: BLE001 (the other batches go on; the door reports it)
        return fault
    return known or NotFound(f"batch {mailing}/{batch}, which SES reports as {' and '.join(happened)}")


def _update_subscriber(report: _Report, noted: Positions | Exception, now: datetime, app: Container) -> str | Exception:
    if isinstance(noted, Exception):
        return noted
    event, reader = report.event, report.reader
    if event.position not in noted.get(event.type, ()):
        return NotFound(f"position {event.position} of batch {event.mailing}/{event.batch}")
    if event.mailing == PROBE:
        return PROBED
    delivered = event.position in noted.get(EventType.DELIVERED, ())
    try:
        match event.type:
            case EventType.BOUNCED if event.complainer:
                _stop(reader, Status.COMPLAINED, f"on SES's list, {event.mailing}", event.mailed_at, now, app)
            case EventType.BOUNCED:
                _stop(reader, Status.BOUNCED, f"bounced {event.mailing}", event.mailed_at, now, app)
            case EventType.COMPLAINED:
                _stop_complainer(reader, event, now, app)
            case EventType.SOFT_BOUNCED if not delivered:
                _count_soft_bounce(reader, event, now, app)
            case EventType.DELIVERED if event.position in noted.get(EventType.SOFT_BOUNCED, ()):
                _discount_soft_bounce(_reader(event, app), event, app)
    except Exception as fault:  # noqa: BLE001 (the others go on; the door reports it)
        return fault
    return NOT_SENT if event.not_sent else event.type


def _reader(event: MailEvent, app: Container) -> str:
    recipients = app.deliveries.recipients(event.mailing, event.batch)
    if event.position >= len(recipients):
        raise NotFound(f"position {event.position} of batch {event.mailing}/{event.batch}")
    return recipients[event.position]


def _may_be_tracked(reader: str, app: Container) -> bool:
    """Whether opens and clicks may be stored: as for visits, by the choice of the current owner of the subscription.

    Not for somebody who never confirmed: the choice in their form is not in a profile yet.
    """
    today = current_subscriber(reader, app)
    return today.status != "" and today.may_be_tracked


def _stop_complainer(reader: str, event: MailEvent, now: datetime, app: Container) -> None:
    """Stop mail to the recipient's current profile, as the mail's unsubscribe link would do.

    The old address gets the status as well if the subscriber moved since, because it is the one that SES suppresses.
    (A bounce is about an address and not a person, so it stops the old address only.)
    """
    for each in dict.fromkeys((current_subscriber(reader, app).id, reader)):
        _stop(each, Status.COMPLAINED, f"complained {event.mailing}", event.at, now, app)


def _stop(reader: str, status: Status, how: str, valid_at: datetime, now: datetime, app: Container) -> None:
    app.bounces.stop(reader, status, how, valid_at=valid_at, now=now, forget_after=app.publication.retention.left)


def _count_soft_bounce(reader: str, event: MailEvent, now: datetime, app: Container) -> None:
    """Count a soft bounce, and stop mail after too many; bounces too old to count with a late event are removed.

    The ledger is read again after counting: if a delivery event of the same mail is handled at the same time, the later
    of the two sees what the other wrote.
    """
    bounces = app.bounces.add_soft_bounce(reader, event.mailed_at, event.message_id)
    if bounces is None:
        return
    if event.position in app.deliveries.events(event.mailing, event.batch).get(EventType.DELIVERED, ()):
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
    """Take back a soft bounce of a mail that was delivered: it was an auto-reply, or the server's first answer."""
    left = app.bounces.discount(reader, soft_bounce(event.mailed_at, event.message_id))
    if left is not None and not app.publication.feedback.gives_up(left.mails.values(), left.confirmed_at):
        app.bounces.restore(reader)
