"""Subscribers: who they are without naming them, what they chose, and what they agreed to."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

SHARDS = "abcdefghijklmnopqrstuvwxyz234567"
"""One shard per first character of an id, so that a subscriber's shard needs no storage and never changes."""

SIGN_UP_LIFE = timedelta(days=7)
"""How long a sign-up waits for its confirmation; then it disappears by itself."""


class Status(StrEnum):
    """Only active subscribers get mail. Back to active leads a fresh confirmation alone."""

    ACTIVE = "active"
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    COMPLAINED = "complained"


@dataclass(frozen=True)
class Subscriber:
    """A reader who confirmed at least once. No topics means every topic."""

    id: str
    email: str
    status: Status
    topics: tuple[str, ...]
    language: str
    name: str
    confirmed_at: datetime
    consent_version: str


@dataclass(frozen=True)
class SignUp:
    """A filled-in form that waits for its confirmation. `nonce` ties the confirmation link to this very form."""

    id: str
    email: str
    topics: tuple[str, ...]
    language: str
    name: str
    consent_version: str
    origin: str
    network: str
    at: datetime
    nonce: str


@dataclass(frozen=True)
class Consent:
    """What somebody agreed to or withdrew, when and how. Never changed, never removed while the reader is known."""

    act: str
    how: str
    at: datetime
    text_version: str = ""
    language: str = ""
    network: str = ""
    mailing: str = ""


@dataclass(frozen=True)
class Recipient:
    """What planning knows of an active subscriber: everything but the address."""

    id: str
    topics: tuple[str, ...]
    language: str


def subscriber_id(pepper: bytes, address: str) -> str:
    """26 base32 characters that name an address only to who holds the pepper.

    `address` is normalised already (lower case, punycode domain): one person, one id.
    """
    digest = hmac.new(pepper, address.encode(), hashlib.sha256).digest()
    return base64.b32encode(digest[:16]).decode().rstrip("=").lower()


def shard_of(subscriber: str) -> str:
    """The shard a subscriber's id falls in."""
    return subscriber[0]
