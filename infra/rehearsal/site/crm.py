"""A CRM to rehearse with: takes Standard Webhooks, checks signatures, notices repeats, and can be out of order."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from standardwebhooks import Webhook, WebhookVerificationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

# The specification asks senders to stay below 20 kB; a CRM that takes ten times that shows who does not.
MAX_BODY = 200_000
# The oldest are forgotten, so that a long rehearsal does not fill the memory.
_KEPT = 1000


@dataclass(frozen=True)
class ReceivedWebhook:
    """One request as received. `duplicate`: its id had been taken before; `answer`: the HTTP status it got."""

    at: datetime
    headers: Mapping[str, str]
    body: str
    verified: bool
    duplicate: bool
    answer: int

    def to_json(self) -> dict[str, Any]:
        """For /_local/crm.json."""
        return {
            "at": self.at.isoformat(),
            "headers": dict(self.headers),
            "body": self.body,
            "verified": self.verified,
            "duplicate": self.duplicate,
            "answer": self.answer,
        }


class Crm:
    """The receiving end of the lead webhooks; safe to use from several threads."""

    def __init__(self, secrets: Iterable[str], now: Callable[[], datetime]) -> None:
        """`secrets`: those that may have signed, `whsec_...`."""
        self._now = now
        self._verifiers = [Webhook(secret) for secret in secrets]
        self._lock = threading.Lock()
        self._received: list[ReceivedWebhook] = []
        self._taken: set[str] = set()
        self._down_until = now()

    def all(self) -> tuple[ReceivedWebhook, ...]:
        """Newest first."""
        with self._lock:
            return tuple(reversed(self._received))

    def clear(self) -> None:
        """Forget what was received, ids too."""
        with self._lock:
            self._received.clear()
            self._taken.clear()

    def break_down(self, seconds: float) -> None:
        """Answer 500 to everything for so long; 0 ends it."""
        self._down_until = self._now() + timedelta(seconds=seconds)

    @property
    def down_for(self) -> int:
        """Seconds until it works again; 0 when it does."""
        return max(0, round((self._down_until - self._now()).total_seconds()))

    def receive(self, headers: Mapping[str, str], body: bytes) -> int:
        """Take a webhook and give the HTTP status: 204, 401 for a wrong signature, 500 while out of order."""
        known = {name.lower(): value for name, value in headers.items()}
        verified = self._verified(known, body)
        webhook_id = known.get("webhook-id", "")
        with self._lock:
            duplicate = webhook_id in self._taken
            answer = 500 if self.down_for else 204 if verified else 401
            if answer == 204:
                self._taken.add(webhook_id)
            text = body.decode("utf-8", "replace")
            self._received.append(ReceivedWebhook(self._now(), known, text, verified, duplicate, answer))
            del self._received[:-_KEPT]
        return answer

    def _verified(self, headers: Mapping[str, str], body: bytes) -> bool:
        for verifier in self._verifiers:
            try:
                verifier.verify(body, dict(headers), json_parse=False)
            # A malformed signature raises ValueError, not the library's own error.
            except (WebhookVerificationError, ValueError):
                continue
            return True
        return False
