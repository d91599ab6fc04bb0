"""Secrets of Standard Webhooks: what is wrong with those in a list, and the signatures that are made with them."""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Iterable
from datetime import datetime

RIGHT = "whsec_ and 24 to 64 bytes in Base64 (Standard Webhooks)"
TOKEN = re.compile(r"[!-~]{8,4096}")


def is_webhook_secret(text: str) -> bool:
    """Whether it is `whsec_` and 24 to 64 bytes in Base64."""
    try:
        return text.startswith("whsec_") and 24 <= len(base64.b64decode(text[6:], validate=True)) <= 64
    except (binascii.Error, ValueError):
        return False


def faulty_secrets(secrets: Iterable[str]) -> list[str]:
    """What is wrong with a list of secrets, each named by its place and not by its value; empty if all are right."""
    known = list(secrets)
    bad = [f"secret {number} of {len(known)} is not {RIGHT}" for number, each in enumerate(known, start=1)
           if not is_webhook_secret(each)]  # fmt: skip
    return bad or ([] if known else ["there is no secret"])


def is_token(text: str) -> bool:
    """Whether it may stand in a header: one line without blanks."""
    return TOKEN.fullmatch(text) is not None


def is_signed(secrets: Iterable[str], webhook: str, at: datetime, body: str, signatures: str) -> bool:
    """Whether one of the signatures (`v1,<Base64>`, parted by blanks) was made with one of the secrets."""
    from standardwebhooks import Webhook

    given = [each.encode() for each in signatures.split(" ") if each.startswith("v1,")]
    made = [Webhook(secret).sign(webhook, at, body).encode() for secret in secrets]
    return any(hmac.compare_digest(one, other) for one in given for other in made)
