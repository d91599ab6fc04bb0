"""What SES reports of batches that were sent, in the order in which it reaches the feedback function."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import Any

from newsletter.platform.messages import SendBatch
from rehearsal.events import ses_report

CALLS_PER_SECOND = 20
"""Our own rate limiter: a batch leaves every twentieth of a second."""
SEND_EVENT_S = 1.0
"""A Send event comes within about a second (assumed)."""
DELIVERY_S = 3.0
"""Half of the mails are delivered within so many seconds, one in twenty takes five times as long (assumed)."""


def of(batches: Iterable[SendBatch], configuration_set: str) -> list[str]:
    """One Send and one Delivery event for each recipient, as JSON bodies in the order of their arrival."""
    draw = Random(1)  # noqa: S311 (the same events in every run)
    arrivals: list[tuple[float, str]] = []
    for number, batch in enumerate(batches):
        sent = number / CALLS_PER_SECOND
        for position, reader in enumerate(batch.recipients):
            address = f"{reader[:9]}@lukija.example"
            for kind, delay in zip(("Send", "Delivery"), delays(draw), strict=True):
                arrivals.append((sent + delay, event(kind, batch, position, address, configuration_set)))
    return [body for _, body in sorted(arrivals)]


def delays(draw: Random) -> tuple[float, float]:
    """Seconds after its batch is sent at which the Send and the Delivery event of a mail arrive."""
    return draw.random() * SEND_EVENT_S, SEND_EVENT_S + draw.lognormvariate(0, 1) * DELIVERY_S


def event(kind: str, batch: SendBatch, position: int, address: str, configuration_set: str) -> str:
    """AWS: SES Developer Guide, "Contents of event data that Amazon SES publishes to Amazon SNS"."""
    at = "2026-11-24T06:00:03.417Z"
    headers = {"From": "Sanaharju <uutiskirje@sanaharju.example>", "To": address, "Subject": "Viikon kirjoitukset"}
    tags = {"mailing": [batch.mailing], "batch": [batch.batch], "position": [str(position)]}
    details: dict[str, Any] = {}
    if kind == "Delivery":
        details = {
            "timestamp": at,
            "processingTimeMillis": 1311,
            "recipients": [address],
            "smtpResponse": "250 2.0.0 OK  1795420803 u2-20020a05600c0bc200b0041c0d5a1f63si1412415wmb.95 - gsmtp",
            "remoteMtaIp": "192.0.2.25",
            "reportingMTA": "a1-23.smtp-out.eu-north-1.amazonses.com",
        }
    if kind == "Bounce":
        gone = {
            "emailAddress": address,
            "action": "failed",
            "status": "5.1.1",
            "diagnosticCode": "smtp; 550 5.1.1 unknown",
        }
        details = {"timestamp": at, "bounceType": "Permanent", "bounceSubType": "General", "bouncedRecipients": [gone]}
    if kind == "Complaint":
        who = {"emailAddress": address}
        details = {"timestamp": at, "complaintFeedbackType": "abuse", "complainedRecipients": [who]}
    about = {
        "timestamp": at,
        "source": "Sanaharju <uutiskirje@sanaharju.example>",
        "sourceArn": "arn:aws:ses:eu-north-1:123456789012:identity/sanaharju.example",
        "sendingAccountId": "123456789012",
        "messageId": "0110019ab3c4d5e6-7f3c1a52-8f0e-4c0a-9f5e-2b7d6c1e9a40-000000",
        "destination": [address],
        "headersTruncated": False,
        "headers": [{"name": name, "value": value} for name, value in headers.items()],
        "commonHeaders": {"from": [headers["From"]], "to": [address], "subject": headers["Subject"]},
        "tags": {"ses:configuration-set": [configuration_set], "ses:from-domain": ["sanaharju.example"], **tags},
    }
    return ses_report(kind, about, details)
