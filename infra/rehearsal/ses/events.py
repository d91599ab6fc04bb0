"""SES's event records, published to the SNS topics of a mail's configuration set.

Shapes: AWS, event-publishing-retrieving-sns-contents and -examples.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from rehearsal.events import ses_report
from rehearsal.ses.message.addresses import identity_of
from rehearsal.ses.message.mail import Mail
from rehearsal.ses.settings import SesSettings

MAX_HEADER_BYTES = 10 * 1024
"""More header than this is cut off and headersTruncated says so."""

_KINDS = {
    "Send": "SEND",
    "Delivery": "DELIVERY",
    "Bounce": "BOUNCE",
    "Complaint": "COMPLAINT",
    "Open": "OPEN",
    "Click": "CLICK",
    "Rendering Failure": "RENDERING_FAILURE",
    "DeliveryDelay": "DELIVERY_DELAY",
}
_WITHOUT_HEADERS = frozenset({"Rendering Failure", "DeliveryDelay"})

logger = logging.getLogger(__name__)


class EventPublisher:
    """Publishes to the destinations whose types match, and to nobody else."""

    def __init__(self, settings: SesSettings, publish: Callable[[str, str], None]) -> None:
        self._settings = settings
        self._publish = publish

    def publish(self, mail: Mail, event_type: str, detail: Mapping[str, Any]) -> None:
        """Publishes one event; `event_type` as SES spells it, `detail` its own object.

        SES never fails a send because of a destination, so a failing one is logged and passed over.
        """
        kind = _KINDS[event_type]
        chosen = self._settings.configuration_sets.get(mail.configuration_set or "")
        topics = [topic.topic_arn for topic in chosen.event_topics if kind in topic.types] if chosen else []
        if not topics:
            return
        record = ses_report(event_type, self._mail_object(mail, event_type), detail)
        if [topic for topic in topics if self._reached(topic, record, mail, event_type)]:
            mail.events.append(event_type)

    def _reached(self, topic: str, record: str, mail: Mail, event_type: str) -> bool:
        try:
            self._publish(topic, record)
        except Exception:
            logger.exception("The %s event of mail %s did not reach topic %s", event_type, mail.id, topic)
            return False
        return True

    def _mail_object(self, mail: Mail, event_type: str) -> dict[str, Any]:
        identity = identity_of(mail.sender, self._settings.identities)
        result: dict[str, Any] = {
            "timestamp": timestamp(mail.at),
            "source": mail.sender.text,
            "sourceArn": f"arn:aws:ses:{self._settings.region}:{self._settings.account_id}:identity/{identity}",
            "sendingAccountId": self._settings.account_id,
            "messageId": mail.id,
            "destination": list(mail.destination),
            "headersTruncated": False,
        }
        if event_type not in _WITHOUT_HEADERS:
            # A template is rendered after the Send event, so that one knows no subject (AWS, examples, Send record).
            with_subject = not (mail.templated and event_type == "Send")
            result["headers"], result["headersTruncated"] = _header_list(mail, with_subject=with_subject)
            result["commonHeaders"] = _common_headers(mail, with_subject=with_subject)
        result["tags"] = {
            "ses:source-ip": ["127.0.0.1"],
            "ses:configuration-set": [mail.configuration_set],
            "ses:from-domain": [mail.sender.domain],
            "ses:caller-identity": ["local"],
            **({"ses:outgoing-ip": ["127.0.0.1"]} if event_type == "Delivery" else {}),
            **{name: [value] for name, value in mail.tags.items()},
        }
        return result


def timestamp(moment: datetime) -> str:
    """ISO 8601 with milliseconds and Z, as in every SES record."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def _header_list(mail: Mail, *, with_subject: bool) -> tuple[list[dict[str, str]], bool]:
    result: list[dict[str, str]] = []
    size = 0
    for name, value in mail.given_headers:
        size += len(name) + len(value)
        if size > MAX_HEADER_BYTES:
            return result, True
        if with_subject or name != "Subject":
            result.append({"name": name, "value": value.replace("\r\n", "")})
    return result, False


def _common_headers(mail: Mail, *, with_subject: bool) -> dict[str, Any]:
    given = {"replyTo": list(mail.reply_to), "to": list(mail.to), "cc": list(mail.cc)}
    return {
        "from": [mail.sender.text],
        **{name: addresses for name, addresses in given.items() if addresses},
        "messageId": mail.id,
        **({"subject": mail.subject} if with_subject else {}),
    }
