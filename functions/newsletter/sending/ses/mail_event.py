"""Parses SES events: which mail, what happened, and when.

Their JSON: AWS, event-publishing-retrieving-sns-contents.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from newsletter.platform.errors import NewsletterError
from newsletter.platform.redaction import redacted_all, without_links
from newsletter.platform.times import parse_iso
from newsletter.sending.ses.bounce_reason import BounceReason, reason_of

TOPIC_CHECK = "Successfully validated SNS topic for Amazon SES event publishing."
"""The plain text that SES publishes once when an SNS topic is set as its event destination."""
NOT_SENT = {"OnAccountSuppressionList", "OnTenantSuppressionList", "EmailValidationSuppressed"}
"""Subtypes of bounces and complaints for mails that SES did not send because the address is on a suppression list. SES
does not count them against the account (AWS: sending-email-suppression-list)."""
NOT_A_COMPLAINT = {"not-spam", "auth-failure"}
"""Feedback types that are not a recipient's complaint."""
MAX_POSITION = 49
"""The last position of a batch of at most 50 (AWS: SendBulkEmail)."""
MAX_UNKNOWN = 20_000
"""Characters stored of an unknown event; SES events have a few thousand."""


class MalformedEvent(NewsletterError):
    """The event is not of the documented form; its message goes to the dead-letter queue, for a person."""


class EventType(StrEnum):
    """What can happen to a mail. The values are names of the ledger's sets of positions (ledger.FEEDBACK)."""

    SENT = "sent"
    DELIVERED = "delivered"
    DELAYED = "delayed"
    BOUNCED = "bounced"
    SOFT_BOUNCED = "soft_bounced"
    """A mail server said that this mail failed for a temporary reason: mailbox full, server down."""
    COMPLAINED = "complained"
    FAILED = "failed"
    """SES could not render the template, after it had accepted the mail."""
    REFUSED = "refused"
    """SES accepted the mail and then found a virus in it."""
    OPENED = "opened"
    """Something opened the mail or one of its links, as SES sees it. Whether that was a person, our own links tell."""


class IgnoredReport(StrEnum):
    """Why an event is not recorded."""

    TOPIC_CHECK = "topic_check"
    FOREIGN = "foreign"
    """The mail has none of our tags, e.g. a test mail from the SES console."""
    AUTO_REPLY = "auto_reply"
    """SES reports a bounce, but no mail server said that anything failed: an out-of-office reply."""
    HARMLESS = "harmless"
    """A complaint of a type in NOT_A_COMPLAINT, an open or click of a bot, or one that may not be tracked."""
    UNKNOWN = "unknown"
    """Of an unknown type; it is stored for a person."""


@dataclass(frozen=True)
class MailEvent:
    """One event. `mailed_at` is when SES took the mail, `at` when the event happened.

    `not_sent`: SES did not send the mail, because the address is on a suppression list: for a complaint if
    `complainer`, otherwise for a bounce. `bounce` is why it came back.
    """

    type: EventType
    mailing: str
    batch: str
    position: int
    message_id: str
    mailed_at: datetime
    at: datetime
    not_sent: bool = False
    complainer: bool = False
    bounce: BounceReason | None = None


def read_event(body: str) -> MailEvent | IgnoredReport:
    """The event in a queue message's body, or why it is ignored. Raises MalformedEvent."""
    if body.strip() == TOPIC_CHECK:
        return IgnoredReport.TOPIC_CHECK
    event = _parsed(body)
    what = _type_of(event)
    tags = _table(_table(event, "mail"), "tags")
    if what is IgnoredReport.UNKNOWN:
        return what
    if not any(name in tags for name in ("mailing", "batch", "position")):
        return IgnoredReport.FOREIGN
    if isinstance(what, IgnoredReport):
        return what
    mail = _table(event, "mail")
    mailed_at = _moment(mail.get("timestamp"), "mail.timestamp")
    position = _tag(tags, "position")
    if not position.isascii() or not position.isdigit() or int(position) > MAX_POSITION:
        raise MalformedEvent(f"mail.tags.position: {position!r} is not from 0 to {MAX_POSITION}")
    return MailEvent(
        type=what,
        mailing=_tag(tags, "mailing"),
        batch=_tag(tags, "batch"),
        position=int(position),
        message_id=str(mail.get("messageId", "")),
        mailed_at=mailed_at,
        at=_happened_at(event) or mailed_at,
        not_sent=_not_sent(event),
        complainer="complaint" in event,
        bounce=reason_of(event) if what in (EventType.BOUNCED, EventType.SOFT_BOUNCED) else None,
    )


def without_addresses(body: str) -> str:
    """The event without addresses, links, headers and subject, as JSON of at most MAX_UNKNOWN characters."""

    def cleaned(value: Any) -> Any:
        match value:
            case str():
                return without_links(value)
            case list():
                return [cleaned(each) for each in value]
            case dict():
                return {key: cleaned(each) for key, each in value.items() if key not in ("headers", "commonHeaders")}
        return value

    return json.dumps(redacted_all(cleaned(json.loads(body))), ensure_ascii=False)[:MAX_UNKNOWN]


def _parsed(body: str) -> Mapping[str, Any]:
    try:
        event = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MalformedEvent("the report is not JSON") from error
    if not isinstance(event, dict):
        raise MalformedEvent("the report is not a JSON object")
    return event


def _type_of(event: Mapping[str, Any]) -> EventType | IgnoredReport:
    kind = event.get("eventType")
    if not isinstance(kind, str):
        raise MalformedEvent("eventType: missing")
    match kind:
        case "Bounce":
            return _bounce(_table(event, "bounce"))
        case "Complaint" if _not_sent(event):
            return EventType.BOUNCED
        case "Complaint":
            feedback = _table(event, "complaint").get("complaintFeedbackType")
            return IgnoredReport.HARMLESS if feedback in NOT_A_COMPLAINT else EventType.COMPLAINED
        case "Open":
            return _unless_bot(event, "open", EventType.OPENED)
        case "Click":
            return _unless_bot(event, "click", EventType.OPENED)
    return _EVENT_TYPES.get(kind, IgnoredReport.UNKNOWN)


_STATUS = re.compile(r"[45]\.\d{1,3}\.\d{1,3}")
_SERVER_REPLY = re.compile(r"(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?!\.?\d)|^\s*smtp;\s*[45]\d\d\b", re.IGNORECASE)
"""A failing status (RFC 3463) or reply code (RFC 5321) in what a mail server said."""


def _bounce(bounce: Mapping[str, Any]) -> EventType | IgnoredReport:
    """A hard bounce, a soft bounce or an auto-reply. A soft bounce must have a failing status of a mail server.

    SES reports auto-replies as bounces too, Transient/General or Undetermined, but without a status (AWS:
    monitor-sending-activity; simulator address ooto@).
    """
    if bounce.get("bounceType") == "Permanent":
        return EventType.BOUNCED
    recipients = bounce.get("bouncedRecipients")
    recipients = [each for each in recipients if isinstance(each, dict)] if isinstance(recipients, list) else []
    failed = any(
        _STATUS.fullmatch(str(each.get("status", "")).strip())
        or _SERVER_REPLY.search(str(each.get("diagnosticCode", "")))
        for each in recipients
    )
    return EventType.SOFT_BOUNCED if failed else IgnoredReport.AUTO_REPLY


def _not_sent(event: Mapping[str, Any]) -> bool:
    kinds = (_table(event, "bounce").get("bounceSubType"), _table(event, "complaint").get("complaintSubType"))
    return any(isinstance(kind, str) and kind in NOT_SENT for kind in kinds)


_EVENT_TYPES = {
    "Send": EventType.SENT,
    "Delivery": EventType.DELIVERED,
    "DeliveryDelay": EventType.DELAYED,
    "Rendering Failure": EventType.FAILED,
    "Reject": EventType.REFUSED,
}


def _unless_bot(event: Mapping[str, Any], part: str, what: EventType) -> EventType | IgnoredReport:
    """The type, unless SES says that the event is likely a bot's. A missing flag proves neither (AWS: isBotEvent)."""
    return IgnoredReport.HARMLESS if _table(event, part).get("isBotEvent") == "Likely" else what


def _happened_at(event: Mapping[str, Any]) -> datetime | None:
    """When it happened. For a complaint, when the mailbox provider got it, which is before SES was told."""
    times = (("complaint", ("arrivalDate", "timestamp")), ("bounce", ("timestamp",)), ("delivery", ("timestamp",)))
    for part, names in times:
        for name in names:
            if text := _table(event, part).get(name):
                return _moment(text, f"{part}.{name}")
    return None


def _table(event: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = event.get(name) or {}
    if not isinstance(value, dict):
        raise MalformedEvent(f"{name}: not a JSON object")
    return value


def _tag(tags: Mapping[str, Any], name: str) -> str:
    values = tags.get(name)
    if not isinstance(values, list) or len(values) != 1 or not isinstance(values[0], str) or not values[0]:
        raise MalformedEvent(f"mail.tags.{name}: a list of one text, not {values!r}")
    return values[0]


def _moment(text: object, where: str) -> datetime:
    try:
        return parse_iso(str(text))
    except ValueError as error:
        raise MalformedEvent(f"{where}: {str(text)[:40]!r} is no moment in ISO 8601") from error
