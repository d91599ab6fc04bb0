"""A webhook of the CRM: verified as in Standard Webhooks, read, and checked before anything is done."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from newsletter.platform.errors import InvalidInput, NewsletterError
from newsletter.platform.web.webhook_secrets import is_signed

MAX_AGE = timedelta(minutes=5)
"""Standard Webhooks: how far the timestamp may be from the present, so that nobody sends a recorded one again."""
WEBHOOK_ID = re.compile(r"[!-~]{1,200}")
TIMESTAMP = re.compile(r"[0-9]{1,12}")
ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
LEAD_TYPES = ("lead.accepted", "lead.won", "lead.lost")
DO_NOT_MAIL = "contact.do_not_mail"
TYPES = (*LEAD_TYPES, DO_NOT_MAIL)


class NotVerified(NewsletterError):
    """Nobody who knows the secret has just sent this; the message says what is wrong, for who builds the sender."""


@dataclass(frozen=True)
class CrmWebhook:
    """`type` is one of TYPES. Of LEAD_TYPES there is a `lead`; of DO_NOT_MAIL a `subscriber`, an `email`, or both."""

    id: str
    type: str
    lead: str = ""
    subscriber: str = ""
    email: str = ""


def verify(
    secrets: Iterable[str], webhook: str, timestamp: str, signatures: str, body: bytes, present: Iterable[datetime]
) -> None:
    """Raises NotVerified unless the body was signed with one of the secrets, within MAX_AGE of one of the `present`
    times (in the local cloud there are two: its own, and the computer's).
    """
    if not WEBHOOK_ID.fullmatch(webhook):
        raise NotVerified("webhook-id is missing, or has blanks or more than 200 characters")
    if not TIMESTAMP.fullmatch(timestamp):
        raise NotVerified("webhook-timestamp is missing, or not in whole seconds since 1970")
    try:
        at = datetime.fromtimestamp(int(timestamp), UTC)
        text = body.decode()
    except (ValueError, OverflowError, OSError) as error:
        raise NotVerified("webhook-timestamp or body cannot be read") from error
    if all(abs(now - at) > MAX_AGE for now in present):
        raise NotVerified("webhook-timestamp is more than five minutes from now; sign anew for each attempt")
    if not is_signed(secrets, webhook, at, text, signatures):
        raise NotVerified("webhook-signature was not made with our secret over these very bytes")


def read_webhook(webhook: str, body: bytes) -> CrmWebhook:
    """What a verified webhook says. Raises InvalidInput that names the field."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InvalidInput("body", "is not JSON") from error
    if not isinstance(told, Mapping):
        raise InvalidInput("body", "is no JSON object with type and data")
    kind = told.get("type")
    if kind not in TYPES:
        raise InvalidInput("type", f"is none of {', '.join(TYPES)}")
    data = told.get("data")
    if not isinstance(data, Mapping):
        raise InvalidInput("data", "is missing, or no object")
    if kind in LEAD_TYPES:
        return CrmWebhook(webhook, kind, lead=_id(_object(data, "lead"), "data.lead.id", "id"))
    contact = _object(data, "contact")
    named = contact.get("subscriber") is not None
    subscriber = _id(contact, "data.contact.subscriber", "subscriber") if named else ""
    email = contact.get("email")
    email = email if isinstance(email, str) and email.strip() else ""
    if not subscriber and not email:
        raise InvalidInput("data.contact", "has neither subscriber nor email")
    return CrmWebhook(webhook, kind, subscriber=subscriber, email=email)


def _object(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = data.get(name)
    if not isinstance(found, Mapping):
        raise InvalidInput(f"data.{name}", "is missing, or no object")
    return found


def _id(found: Mapping[str, Any], path: str, name: str) -> str:
    value = found.get(name)
    if not isinstance(value, str) or not ID.fullmatch(value):
        raise InvalidInput(path, "is missing, or not the text that we sent")
    return value
