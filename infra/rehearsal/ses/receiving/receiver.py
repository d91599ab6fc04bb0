"""Receives a mail as SES does: stores it with headers of its own on top, and publishes a notification about it."""

from __future__ import annotations

import email.policy
import json
import re
import secrets
import string
from dataclasses import dataclass, field
from email.parser import BytesHeaderParser
from email.utils import format_datetime
from typing import TYPE_CHECKING

from rehearsal.ses.receiving.notification import Envelope, addresses_in, notification
from rehearsal.ses.receiving.rules import rules_of
from rehearsal.ses.receiving.verdicts import verdicts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from email.message import Message

    from rehearsal.ses.receiving.verdicts import Verdicts
    from rehearsal.template.model import Stack

MAX_MESSAGE_BYTES = 40 * 1024 * 1024
"""With its headers. https://docs.aws.amazon.com/ses/latest/dg/quotas.html (incoming, stored in S3)."""
MAX_HEADER_BYTES = 1024 * 1024
"""What is looked at of a header section, which a stranger may make as long as a mail."""
ADDRESS = re.compile(r"[^@\s<>]{1,64}@[^@\s<>]{1,253}")
_ALPHABET = string.ascii_lowercase + string.digits


@dataclass(frozen=True)
class Received:
    """A mail that was taken; `notification` is the text that went to `topic_arn`."""

    id: str
    topic_arn: str
    notification: str = field(repr=False)


class NobodyReceives(LookupError):
    """No receipt rule receives for any of the recipients."""


class Receiver:
    """SES of one account and region with its active rule set."""

    def __init__(
        self,
        stack: Stack,
        put: Callable[[str, str, bytes], None],
        publish: Callable[[str, str], None],
        now: Callable[[], datetime],
    ) -> None:
        """The rules are those of the template. `put(bucket, key, bytes)` stores a mail, `publish(topic_arn, json_text)`
        tells of it."""
        self.rules = rules_of(stack)
        self._region, self._put, self._publish, self._now = stack.account.region, put, publish, now

    def receives_for(self, address: str) -> bool:
        """Whether a rule receives for the address."""
        return any(rule.matching([address]) for rule in self.rules)

    def receive(
        self, raw: bytes, recipients: Sequence[str], *, sender: str | None = None, given: Mapping[str, str]
    ) -> Received:
        """Store the message (RFC 5322) and publish its notification.

        `sender` is the envelope's, `<>` or empty for none; without it, that of Return-Path or From. `given`: verdicts
        that are not as the headers say, such as {"spam": "FAIL"}. Raises NobodyReceives, and ValueError for what is
        no address or no verdict.
        """
        for each in recipients:
            _address("to", each)
        # SMTP ends each line with CRLF, whatever the file had.
        raw = re.sub(rb"(?<!\r)\n", b"\r\n", raw)
        message = _headers(raw)
        envelope = Envelope(_sender(message, sender), tuple(recipients))
        rule = next((each for each in self.rules if each.matching(recipients)), None)
        if rule is None:
            raise NobodyReceives(", ".join(recipients))
        verdicts = verdicts_of(message, given, scans=rule.scans)
        name, at = "".join(secrets.choice(_ALPHABET) for _ in range(40)), self._now()
        author = _author(message).rpartition("@")[2] or "mail.invalid"
        stored = _added(name, envelope, author, verdicts, self._region, at) + raw
        self._put(rule.bucket, f"{rule.prefix}{name}", stored)
        text = json.dumps(notification(name, rule, envelope, _headers(stored), verdicts, at))
        received = Received(name, rule.topic_arn, text)
        self.tell_again(received)
        return received

    def tell_again(self, received: Received) -> None:
        """Publish the notification of a mail once more: SES and SNS deliver at least once."""
        self._publish(received.topic_arn, received.notification)


def _headers(raw: bytes) -> Message:
    return BytesHeaderParser(policy=email.policy.compat32).parsebytes(raw[:MAX_HEADER_BYTES])


def _added(name: str, envelope: Envelope, author: str, verdicts: Verdicts, region: str, at: datetime) -> bytes:
    """The headers that SES puts on top of what came; `author` is the domain of From."""
    sender, helo = envelope.sender, envelope.sender.rpartition("@")[2] or "mail.invalid"
    spf = verdicts.spf.lower()
    check = f"(spfCheck: domain of {helo}) client-ip=192.0.2.1; envelope-from={sender}; helo={helo};"
    lines = [
        f"Return-Path: <{sender}>",
        f"Received: from {helo} ({helo} [192.0.2.1])",
        f" by inbound-smtp.{region}.amazonaws.com with SMTP id {name}",
        f" for {envelope.recipients[0]};",
        f" {format_datetime(at)} (UTC)",
        f"X-SES-Spam-Verdict: {verdicts.spam}",
        f"X-SES-Virus-Verdict: {verdicts.virus}",
        f"Received-SPF: {spf} {check}",
        "Authentication-Results: amazonses.com;",
        f" spf={spf} {check}",
        f" dkim={verdicts.dkim.lower()} header.i=@{author};",
        f" dmarc={verdicts.dmarc.lower()} header.from={author};",
        f"X-SES-RECEIPT: {secrets.token_urlsafe(48)}",
    ]
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8")


def _sender(message: Message, given: str | None) -> str:
    if given is None:
        path = message.get("Return-Path")
        given = str(path) if path is not None else _author(message)
        # What the mail says is no address for the envelope where it is none.
        return given.strip().strip("<>") if ADDRESS.fullmatch(given.strip().strip("<>")) else ""
    sender = given.strip().strip("<>")
    return _address("from", sender) if sender else ""


def _author(message: Message) -> str:
    return next((address for _, address in addresses_in(str(message.get("From", "")))), "")


def _address(name: str, text: str) -> str:
    if not ADDRESS.fullmatch(text):
        raise ValueError(f"{name} is {text!r} and must be a mail address with at most 64 characters before the @")
    return text
