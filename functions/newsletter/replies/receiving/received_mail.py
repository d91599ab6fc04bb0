"""What SES says of a mail that it received: where it is kept, for whom it is, what it was checked for.

AWS: Contents of notifications for Amazon SES email receiving.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from newsletter.platform.messages import MalformedMessage
from newsletter.platform.times import parse_iso

PASS, FAIL = "PASS", "FAIL"
CHECKS = ("spam", "virus", "spf", "dkim", "dmarc")
MOST_RECIPIENTS = 50
"""More addresses of one mail are not looked at; a reader's program writes to one."""


@dataclass(frozen=True)
class ReceivedMail:
    """`id` is SES's, by which the same notification is known again. `recipients` are those in our domain, `source` is
    the envelope's sender: empty for a null return path. `checks` has PASS, FAIL, GRAY, … for each of CHECKS.
    """

    id: str
    at: datetime
    key: str
    recipients: tuple[str, ...]
    source: str
    checks: Mapping[str, str]

    def passed(self, check: str) -> bool:
        return self.checks.get(check) == PASS

    def failed(self, check: str) -> bool:
        return self.checks.get(check) == FAIL


def read_notification(body: str) -> ReceivedMail | None:
    """The notification; None for what SES sends to try the topic out. Raises MalformedMessage."""
    try:
        found: Any = json.loads(body)
        if found.get("notificationType") != "Received":
            return None
        mail, receipt = found["mail"], found["receipt"]
        return ReceivedMail(
            id=str(mail["messageId"]),
            at=parse_iso(receipt["timestamp"]),
            key=str(receipt["action"]["objectKey"]),
            recipients=tuple(str(each) for each in receipt["recipients"][:MOST_RECIPIENTS]),
            source=_bare(str(mail.get("source") or "")),
            checks={check: _status(receipt, check) for check in CHECKS},
        )
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise MalformedMessage(f"no notification of a received mail: {type(fault).__name__}") from fault


def _status(receipt: Mapping[str, Any], check: str) -> str:
    return str(receipt.get(f"{check}Verdict", {}).get("status", "")).upper()


def _bare(source: str) -> str:
    return "" if source.strip() in ("", "<>") else source.strip().strip("<>")
