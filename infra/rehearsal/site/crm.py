"""A CRM to rehearse with: takes webhooks and requests to an API, checks who sent them, notices repeats, and can have
its bad days.
"""

from __future__ import annotations

import hmac
import json
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import count
from typing import TYPE_CHECKING, Any

from standardwebhooks import Webhook, WebhookVerificationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

# The specification asks senders to stay below 20 kB; a CRM that takes ten times that shows who does not.
MAX_BODY = 200_000
# The oldest are forgotten, so that a long rehearsal does not fill the memory.
_KEPT = 1000


class Mood(StrEnum):
    """How it answers."""

    WORKS = "works"
    DOWN = "down"
    """500 to everything."""
    SLOW = "slow"
    """It takes what it gets, and answers after SLOW_SECONDS, when nobody waits any more."""
    HTML = "html"
    """A page with 200, as a login or a parked domain answers."""
    BUSY = "busy"
    """429, with Retry-After."""
    REFUSES = "refuses"
    """401 to everything, as after a change of its secret."""
    GONE = "gone"
    """410: it wants no more webhooks."""


SLOW_SECONDS = 25.0
"""Longer than the product waits."""
_LOGIN_PAGE = b"<!doctype html><title>Log in</title><h1>Please log in</h1>"
_STATUS = {Mood.DOWN: 500, Mood.HTML: 200, Mood.BUSY: 429, Mood.REFUSES: 401, Mood.GONE: 410}


@dataclass(frozen=True)
class CrmReply:
    """What it answers to one request."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True)
class ReceivedWebhook:
    """One request as received. `duplicate`: its id had been taken before; `answer`: the HTTP status it got."""

    at: datetime
    headers: Mapping[str, str]
    body: str
    verified: bool
    duplicate: bool
    answer: int
    method: str = "POST"
    path: str = ""

    @property
    def lead(self) -> str:
        """The lead that our own webhook tells of; empty for other bodies."""
        return _told(self.body, "lead", "id")

    @property
    def subscriber(self) -> str:
        """The reader whom it is about."""
        return _told(self.body, "contact", "subscriber")

    def to_json(self) -> dict[str, Any]:
        """For /_local/crm.json."""
        return {
            "at": self.at.isoformat(),
            "headers": dict(self.headers),
            "body": self.body,
            "verified": self.verified,
            "duplicate": self.duplicate,
            "answer": self.answer,
            "method": self.method,
            "path": self.path,
        }


class Crm:
    """The receiving end of the lead webhooks; safe to use from several threads."""

    def __init__(
        self, secrets: Iterable[str], now: Callable[[], datetime], *, token: str = "", inbound_secret: str = ""
    ) -> None:
        """`secrets`: those that may have signed, `whsec_...`; `token`: what it accepts instead; `inbound_secret`: with
        which it signs what it tells.
        """
        self._token = token
        self._inbound_secret = inbound_secret
        self._ids = count(1)
        self.mood = Mood.WORKS
        self.retry_after = 60
        self._now = now
        self._verifiers = [Webhook(secret) for secret in secrets]
        self._lock = threading.Lock()
        self._received: list[ReceivedWebhook] = []
        self._taken: set[str] = set()
        self._mood_until = now()

    def all(self) -> tuple[ReceivedWebhook, ...]:
        """Newest first."""
        with self._lock:
            return tuple(reversed(self._received))

    def clear(self) -> None:
        """Forget what was received, ids too."""
        with self._lock:
            self._received.clear()
            self._taken.clear()

    def be(self, mood: Mood, seconds: float, retry_after: int = 60) -> None:
        """Answer so for so many seconds; `retry_after` is what it asks for when BUSY."""
        self.mood, self.retry_after = mood, retry_after
        self._mood_until = self._now() + timedelta(seconds=seconds)

    def break_down(self, seconds: float) -> None:
        """Answer 500 to everything for so long; 0 ends it."""
        self.be(Mood.DOWN, seconds)

    @property
    def down_for(self) -> int:
        """Seconds until it works again; 0 when it does."""
        left = max(0, round((self._mood_until - self._now()).total_seconds()))
        return 0 if self.mood is Mood.WORKS else left

    def receive(self, headers: Mapping[str, str], body: bytes, method: str = "POST", path: str = "") -> CrmReply:
        """Take a request: 204 for a webhook, JSON for a request to an API (`path`); 401 if nobody we know sent it."""
        known = {name.lower(): value for name, value in headers.items()}
        verified = self._verified(known, body) or self._has_token(known)
        webhook_id = known.get("webhook-id", "")
        mood = self.mood if self.down_for else Mood.WORKS
        with self._lock:
            duplicate = webhook_id in self._taken
            reply = self._reply(mood, path) if mood in _STATUS or verified else CrmReply(401, {})
            if reply.status < 300 and mood is not Mood.HTML:
                self._taken.add(webhook_id)
            text = body.decode("utf-8", "replace")
            came = (self._now(), known, text, verified, duplicate, reply.status, method, path)
            self._received.append(ReceivedWebhook(*came))
            del self._received[:-_KEPT]
        if mood is Mood.SLOW:
            time.sleep(SLOW_SECONDS)
        return reply

    def _reply(self, mood: Mood, path: str) -> CrmReply:
        if mood is Mood.HTML:
            return CrmReply(200, {"content-type": "text/html; charset=utf-8"}, _LOGIN_PAGE)
        if mood is Mood.BUSY:
            return CrmReply(429, {"retry-after": str(self.retry_after)})
        if mood in _STATUS:
            return CrmReply(_STATUS[mood], {})
        if not path:
            return CrmReply(204, {})
        number = next(self._ids)
        told = {"success": True, "id": str(number), "data": {"id": number}, "results": [{"id": str(number)}]}
        return CrmReply(201, {"content-type": "application/json"}, json.dumps(told).encode())

    def signed(self, webhook: str, body: str) -> dict[str, str]:
        """The headers of a webhook that it sends."""
        at = datetime.now(UTC)
        return {
            "content-type": "application/json",
            "webhook-id": webhook,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(self._inbound_secret).sign(webhook, at, body),
        }

    def _has_token(self, headers: Mapping[str, str]) -> bool:
        given = headers.get("x-api-token") or headers.get("authorization", "").removeprefix("Bearer ")
        return bool(self._token) and hmac.compare_digest(given.encode(), self._token.encode())

    def _verified(self, headers: Mapping[str, str], body: bytes) -> bool:
        for verifier in self._verifiers:
            try:
                verifier.verify(body, dict(headers), json_parse=False)
            # A malformed signature raises ValueError, not the library's own error.
            except (WebhookVerificationError, ValueError):
                continue
            return True
        return False


def _told(body: str, part: str, name: str) -> str:
    try:
        told = json.loads(body)["data"][part][name]
    except (ValueError, KeyError, TypeError):
        return ""
    return told if isinstance(told, str) else ""
