"""What SES reports of one mail, read from its JSON: which mail, what happened, and when.

Shapes: AWS, event-publishing-retrieving-sns-contents.
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

TOPIC_CHECK = "Successfully validated SNS topic for Amazon SES event publishing."
"""What SES publishes once, as plain text, when it is given a topic to report to."""
NOT_SENT = {"OnAccountSuppressionList", "OnTenantSuppressionList", "EmailValidationSuppressed"}
"""Subtypes of bounces and complaints of mails that SES did not send, because the address is on a list of its own. SES
counts none of them against the account (AWS: sending-email-suppression-list)."""
NO_COMPLAINT = {"not-spam", "auth-failure"}
"""Feedback types that are no complaint of a reader."""
MAX_POSITION = 49
"""Positions of a batch of at most 50 (AWS: SendBulkEmail)."""
MAX_KEPT = 20_000
"""Characters of an event that is put aside; SES reports are a few thousand."""


class MalformedEvent(NewsletterError):
    """A report that is not of the shape SES gives its reports; it belongs in the dead-letter queue, for a person."""


class Happening(StrEnum):
    """What can happen to a mail; the value names the ledger's set of positions."""

    SENT = "sent"
    DELIVERED = "delivered"
    DELAYED = "delayed"
    BOUNCED = "bounced"
    SOFT_BOUNCED = "soft_bounced"
    """The address exists, but a mail server said that this mail failed: mailbox full, server away."""
    COMPLAINED = "complained"
    FAILED = "failed"
    """SES could not fill in the template, after it had accepted the mail."""
    REFUSED = "refused"
    """SES accepted the mail and then found it to hold a virus."""
    OPENED = "opened"
    CLICKED = "clicked"


class Passed(StrEnum):
    """Reports that say nothing of a mail of ours."""

    TOPIC_CHECK = "topic_check"
    FOREIGN = "foreign"
    """Of a mail without our tags, e.g. a test mail from the console of SES."""
    AUTO_REPLY = "auto_reply"
    """Called a bounce by SES, but no mail server said that anything failed: an out-of-office reply."""
    HARMLESS = "harmless"
    """A complaint that is none, or an open or click of a machine."""
    UNKNOWN = "unknown"
    """Of a kind that we do not know; to be put aside for a person."""


@dataclass(frozen=True)
class MailEvent:
    """One report. `mailed_at` is when SES took the mail, `at` when what is reported happened.

    `not_sent`: SES did not send the mail, because the address once bounced or its owner once complained; `complainer`
    tells the two apart.
    """

    what: Happening
    mailing: str
    batch: str
    position: int
    message_id: str
    mailed_at: datetime
    at: datetime
    not_sent: bool = False
    complainer: bool = False


def read_event(body: str) -> MailEvent | Passed:
    """The report in a queue message's body. Raises MalformedEvent."""
    if body.strip() == TOPIC_CHECK:
        return Passed.TOPIC_CHECK
    event = _parsed(body)
    what = _happening(event)
    tags = _table(_table(event, "mail"), "tags")
    if what is Passed.UNKNOWN:
        return what
    if not any(name in tags for name in ("mailing", "batch", "position")):
        return Passed.FOREIGN
    if isinstance(what, Passed):
        return what
    mail = _table(event, "mail")
    mailed_at = _moment(mail.get("timestamp"), "mail.timestamp")
    position = _tag(tags, "position")
    if not position.isascii() or not position.isdigit() or int(position) > MAX_POSITION:
        raise MalformedEvent(f"mail.tags.position: {position!r} is not from 0 to {MAX_POSITION}")
    return MailEvent(
        what=what,
        mailing=_tag(tags, "mailing"),
        batch=_tag(tags, "batch"),
        position=int(position),
        message_id=str(mail.get("messageId", "")),
        mailed_at=mailed_at,
        at=_happened_at(event) or mailed_at,
        not_sent=_not_sent(event),
        complainer="complaint" in event,
    )


def without_addresses(body: str) -> str:
    """The report without addresses, links, headers and subject, to be kept for a person."""

    def cleaned(value: Any) -> Any:
        match value:
            case str():
                return without_links(value)
            case list():
                return [cleaned(each) for each in value]
            case dict():
                return {key: cleaned(each) for key, each in value.items() if key not in ("headers", "commonHeaders")}
        return value

    return json.dumps(redacted_all(cleaned(json.loads(body))), ensure_ascii=False)[:MAX_KEPT]


def _parsed(body: str) -> Mapping[str, Any]:
    try:
        event = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MalformedEvent("the report is not JSON") from error
    if not isinstance(event, dict):
        raise MalformedEvent("the report is not a JSON object")
    return event


def _happening(event: Mapping[str, Any]) -> Happening | Passed:
    kind = event.get("eventType")
    if not isinstance(kind, str):
        raise MalformedEvent("eventType: missing")
    match kind:
        case "Bounce":
            return _bounce(_table(event, "bounce"))
        case "Complaint" if _not_sent(event):
            return Happening.BOUNCED
        case "Complaint":
            feedback = _table(event, "complaint").get("complaintFeedbackType")
            return Passed.HARMLESS if feedback in NO_COMPLAINT else Happening.COMPLAINED
        case "Open":
            return _human(event, "open", Happening.OPENED)
        case "Click":
            return _human(event, "click", Happening.CLICKED)
    return _PLAIN.get(kind, Passed.UNKNOWN)


_STATUS = re.compile(r"[45]\.\d{1,3}\.\d{1,3}")
_SAID = re.compile(r"(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?!\.?\d)|^\s*smtp;\s*[45]\d\d\b", re.IGNORECASE)
"""A failing status (RFC 3463) or reply code (RFC 5321) in what a mail server said."""


def _bounce(bounce: Mapping[str, Any]) -> Happening | Passed:
    """What a bounce is. One that may pass counts as such only with a failing status of a mail server.

    SES reports auto-replies the same way as bounces, Transient/General or Undetermined, and without a status (AWS:
    monitor-sending-activity; simulator address ooto@).
    """
    if bounce.get("bounceType") == "Permanent":
        return Happening.BOUNCED
    recipients = bounce.get("bouncedRecipients")
    told = [each for each in recipients if isinstance(each, dict)] if isinstance(recipients, list) else []
    failed = any(
        _STATUS.fullmatch(str(each.get("status", "")).strip()) or _SAID.search(str(each.get("diagnosticCode", "")))
        for each in told
    )
    return Happening.SOFT_BOUNCED if failed else Passed.AUTO_REPLY


def _not_sent(event: Mapping[str, Any]) -> bool:
    kinds = (_table(event, "bounce").get("bounceSubType"), _table(event, "complaint").get("complaintSubType"))
    return any(isinstance(kind, str) and kind in NOT_SENT for kind in kinds)


_PLAIN = {
    "Send": Happening.SENT,
    "Delivery": Happening.DELIVERED,
    "DeliveryDelay": Happening.DELAYED,
    "Rendering Failure": Happening.FAILED,
    "Reject": Happening.REFUSED,
}


def _human(event: Mapping[str, Any], part: str, what: Happening) -> Happening | Passed:
    """A missing flag does not mean a person (AWS: isBotEvent), but it is no proof of a machine either."""
    return Passed.HARMLESS if _table(event, part).get("isBotEvent") == "Likely" else what


def _happened_at(event: Mapping[str, Any]) -> datetime | None:
    """When it happened: a complaint when the mailbox provider took it, which is earlier than when SES heard of it."""
    for part, names in (("complaint", ("arrivalDate", "timestamp")), ("bounce", ("timestamp",))):
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
