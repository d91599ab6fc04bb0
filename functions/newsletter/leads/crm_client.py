"""Posts webhooks to the CRM, signed as in Standard Webhooks, with every secret that is valid at the time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from time import monotonic
from typing import Any

from newsletter.platform.errors import NewsletterError
from newsletter.platform.web.http_client import WebFault, exchange, place_of

TIMEOUT = 20.0
"""Seconds for the whole exchange, from DNS to the last byte; Standard Webhooks recommend 15 to 30."""


class CrmRefused(NewsletterError):
    """The CRM did not accept the webhook; the message says what it answered."""


class Crm:
    """The CRM's webhook endpoint."""

    def __init__(self, url: str, secrets: tuple[str, ...]) -> None:
        self._url = url
        self._secrets = secrets

    def post(self, webhook: str, body: Mapping[str, Any]) -> str:
        """Send one webhook and return the HTTP status, e.g. `200`. Raises CrmRefused for anything but 2xx.

        `webhook` is its id; retries must use the same, so that the CRM can drop repetitions. Redirects are not
        followed (Standard Webhooks: a 3xx is a failure).
        """
        payload = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        deadline = monotonic() + TIMEOUT
        try:
            answer = exchange(
                place_of(self._url, deadline),
                self._signed(webhook, payload, datetime.now(UTC)),
                most_bytes=None,
                deadline=deadline,
                method="POST",
                body=payload.encode(),
            )
        except WebFault as fault:
            raise CrmRefused(str(fault)) from fault
        if not 200 <= answer.status < 300:
            raise CrmRefused(f"HTTP {answer.status}")
        return str(answer.status)

    def _signed(self, webhook: str, payload: str, at: datetime) -> dict[str, str]:
        from standardwebhooks import Webhook

        signatures = [Webhook(secret).sign(webhook, at, payload) for secret in self._secrets]
        return {
            "content-type": "application/json",
            "webhook-id": webhook,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": " ".join(signatures),
        }
