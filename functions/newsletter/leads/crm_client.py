"""Sends requests to the CRM: signed as in Standard Webhooks with every valid secret, with a bearer token, or both."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from time import monotonic

from newsletter.leads.outbox.crm_answer import CrmAnswer
from newsletter.platform.errors import NewsletterError
from newsletter.platform.web.http_client import WebFault, exchange, place_of
from newsletter.platform.web.webhook_secrets import faulty_secrets, is_token
from newsletter.publication.crm import DEFAULT_CRM, CrmSettings

TIMEOUT = 20.0
"""Seconds for the whole exchange, from DNS to the last byte; Standard Webhooks recommend 15 to 30."""
BEARER_HEADERS = ("authorization",)
MAX_ANSWER = 65_536
"""Bytes of an answer that are read; a longer one is cut."""


class NotSent(NewsletterError):
    """The request cannot be sent as the stack is set up; the message says what would be right."""


class Crm:
    """The CRM's endpoint. `secrets` and `token` are asked for when a request needs them (CrmSettings.auth).

    Unless `allow_http` (the local cloud), only https is spoken.
    """

    def __init__(
        self,
        url: str,
        secrets: Callable[[], tuple[str, ...]],
        token: Callable[[], str] = str,
        settings: CrmSettings = DEFAULT_CRM,
        *,
        allow_http: bool = False,
    ) -> None:
        self._url = url
        self._secrets = secrets
        self._token = token
        self._settings = settings
        self._allow_http = allow_http

    def send(self, webhook: str, payload: str, *, method: str = "POST", path: str = "") -> CrmAnswer:
        """Send one request to the CRM's address, followed by `path`; the answer, or why there is none. Raises nothing
        of the network.

        `webhook` is its id, the same at every attempt, so that the CRM can drop repetitions. Redirects are not followed
        (Standard Webhooks: a 3xx is a failure). Within TIMEOUT, at most MAX_ANSWER bytes of the answer are read.
        """
        began = monotonic()
        try:
            headers = self._headers(webhook, payload, datetime.now(UTC))
            answer = exchange(
                place_of(self._address(path), began + TIMEOUT),
                headers,
                most_bytes=MAX_ANSWER,
                deadline=began + TIMEOUT,
                method=method,
                body=payload.encode(),
                cut=True,
            )
        except (WebFault, NotSent) as fault:
            return CrmAnswer(0, _since(began), {}, fault=str(fault))
        return CrmAnswer(answer.status, _since(began), answer.headers, answer.body)

    def _address(self, path: str) -> str:
        if not (self._url.startswith("https://") or (self._allow_http and self._url.startswith("http://"))):
            raise NotSent("the parameter CrmWebhookUrl must begin with https://: a lead is personal data")
        return self._url.rstrip("/") + path if path else self._url

    def _headers(self, webhook: str, payload: str, at: datetime) -> dict[str, str]:
        auth = self._settings.auth
        return {
            "content-type": "application/json",
            "accept": "application/json",
            "webhook-id": webhook,
            "webhook-timestamp": str(int(at.timestamp())),
            **(self._signed(webhook, payload, at) if auth.signs else {}),
            **(self._with_token() if auth.has_token else {}),
        }

    def _signed(self, webhook: str, payload: str, at: datetime) -> dict[str, str]:
        from standardwebhooks import Webhook

        secrets = self._secrets()
        bad = faulty_secrets(secrets)
        if bad:
            raise NotSent(f"webhook_secrets: {'; '.join(bad)}. Nothing is signed until that is put right")
        signatures = [Webhook(secret).sign(webhook, at, payload) for secret in secrets]
        return {"webhook-signature": " ".join(signatures)}

    def _with_token(self) -> dict[str, str]:
        token = self._token()
        if not is_token(token):
            raise NotSent("crm_token: not a token, which is one line without blanks")
        header = self._settings.token_header
        return {header: f"Bearer {token}" if header in BEARER_HEADERS else token}


def _since(began: float) -> float:
    return round(monotonic() - began, 3)
