"""What SES publishes about a mail that an S3 action stored.

https://docs.aws.amazon.com/ses/latest/dg/receiving-email-notifications-contents.html
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import UTC
from email.utils import getaddresses
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime
    from email.message import Message

    from rehearsal.ses.receiving.rules import ReceiptRule
    from rehearsal.ses.receiving.verdicts import Verdicts

MAX_HEADER_BYTES = 10 * 1024
"""More than that is left out, and headersTruncated says so."""
LONGEST_COMMON = 2_000
"""Characters of a header in commonHeaders, which SES does not limit: SNS takes 256 KB, and JSON up to six for one."""
# In the spelling of commonHeaders.
_LISTS = {"from": "From", "to": "To", "cc": "Cc", "bcc": "Bcc", "replyTo": "Reply-To", "sender": "Sender"}
_SINGLE = {"date": "Date", "messageId": "Message-ID", "subject": "Subject"}


@dataclass(frozen=True)
class Envelope:
    """What SMTP says of a mail: `sender` is empty for the null return path of reports and automatic answers."""

    sender: str
    recipients: tuple[str, ...]


def notification(
    name: str, rule: ReceiptRule, envelope: Envelope, message: Message, verdicts: Verdicts, at: datetime
) -> dict[str, Any]:
    """The JSON object; `name` is SES's id of the mail, `message` the headers of what was stored."""
    moment = at.astimezone(UTC)
    timestamp = f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
    headers, truncated = _headers(message)
    receipt: dict[str, Any] = {
        "timestamp": timestamp,
        "processingTimeMillis": 400,
        "recipients": rule.matching(envelope.recipients),
        **{f"{check}Verdict": {"status": status} for check, status in asdict(verdicts).items()},
        "action": {
            "type": "S3",
            "topicArn": rule.topic_arn,
            "bucketName": rule.bucket,
            "objectKeyPrefix": rule.prefix,
            "objectKey": f"{rule.prefix}{name}",
        },
    }
    if verdicts.dmarc == "FAIL":
        receipt["dmarcPolicy"] = "none"
    return {
        "notificationType": "Received",
        "mail": {
            "timestamp": timestamp,
            "source": envelope.sender,
            "messageId": name,
            "destination": list(envelope.recipients),
            "headersTruncated": truncated,
            "headers": headers,
            "commonHeaders": _common(message, envelope),
        },
        "receipt": receipt,
    }


def _headers(message: Message) -> tuple[list[dict[str, str]], bool]:
    listed: list[dict[str, str]] = []
    size = 0
    for name, value in message.items():
        text = _on_one_line(value)
        size += len(name.encode("utf-8", "replace")) + len(text.encode("utf-8", "replace"))
        if size > MAX_HEADER_BYTES:
            return listed, True
        listed.append({"name": name, "value": text})
    return listed, False


def _common(message: Message, envelope: Envelope) -> dict[str, Any]:
    common: dict[str, Any] = {"returnPath": envelope.sender}
    for key, name in _LISTS.items():
        values = _on_one_line(", ".join(str(each) for each in message.get_all(name, [])))
        if values:
            common[key] = [f"{who} <{where}>" if who else where for who, where in addresses_in(values[:LONGEST_COMMON])]
    for key, name in _SINGLE.items():
        if name in message:
            common[key] = _on_one_line(message[name])[:LONGEST_COMMON]
    return common


def addresses_in(value: str) -> list[tuple[str, str]]:
    """Names and addresses; none of a header with comments inside of comments that the library does not take."""
    try:
        return getaddresses([value])
    except RecursionError:
        return []


def _on_one_line(value: object) -> str:
    return re.sub(r"\s*[\r\n]+\s*", " ", str(value)).encode("utf-8", "replace").decode("utf-8")
