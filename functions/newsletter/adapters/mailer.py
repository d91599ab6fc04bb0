"""SES: one bulk call for a batch, and an exact account of what SES said to each recipient."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from email.header import Header
from email.utils import formataddr, quote
from time import monotonic
from typing import Any, NamedTuple

from newsletter.domain.errors import NotSentYet, SendingStopped, SentPerhaps
from newsletter.domain.ledger import Outcome
from newsletter.domain.mailing import Variant
from newsletter.domain.placeholders import LITERALS
from newsletter.domain.planning import Batch
from newsletter.domain.publication import Publication

RATE_LIFE = 300.0
"""Seconds for which the account's rate is believed before it is asked for again."""
UNLIMITED = 10_000.0
"""SES says -1 for no limit; the lane still wants a number, recipients a second."""

ENTRY_OUTCOMES = {
    "SUCCESS": Outcome.ACCEPTED,
    "ACCOUNT_THROTTLED": Outcome.RETRY,
    "TRANSIENT_FAILURE": Outcome.RETRY,
    "MESSAGE_REJECTED": Outcome.REJECTED,
    "INVALID_PARAMETER": Outcome.REJECTED,
}
"""What an entry's status means (botocore's BulkEmailStatus). FAILED and unknown ones are doubtful: SES does not say."""

QUOTA = "ACCOUNT_DAILY_QUOTA_EXCEEDED"
STOPS = {
    QUOTA: "the mails that SES allows the account in 24 hours are used up",
    "ACCOUNT_SENDING_PAUSED": "sending is paused for the whole account in SES",
    "CONFIGURATION_SET_SENDING_PAUSED": "sending is paused for our configuration set in SES",
    "ACCOUNT_SUSPENDED": "SES has suspended the account",
    "MAIL_FROM_DOMAIN_NOT_VERIFIED": "the MAIL FROM domain of the sender is not verified in SES",
    "CONFIGURATION_SET_NOT_FOUND": "our configuration set does not exist in SES",
    "TEMPLATE_NOT_FOUND": "SES looks for a template, though ours travel with the call",
    "INVALID_SENDING_POOL_NAME": "the pool of addresses that our configuration set names does not exist in SES",
}
"""Statuses that say: certainly not sent, and no other mail would be, before somebody (or tomorrow) acts. In our words:
those of SES may name an address."""

STOPPED_CALLS = {
    "AccountSuspendedException": STOPS["ACCOUNT_SUSPENDED"],
    "SendingPausedException": STOPS["ACCOUNT_SENDING_PAUSED"],
    "MailFromDomainNotVerifiedException": STOPS["MAIL_FROM_DOMAIN_NOT_VERIFIED"],
    "NotFoundException": STOPS["CONFIGURATION_SET_NOT_FOUND"],
    "MessageRejected": "SES refuses the sender: is its domain verified, and the account out of the sandbox?",
}
"""The same of whole calls, by the name of the error."""


class Addressed(NamedTuple):
    """One recipient of a batch, with the values of the placeholders and headers of their own."""

    position: int
    email: str
    data: dict[str, str]
    headers: Mapping[str, str]


class Result(NamedTuple):
    """What SES said to one recipient; `stop` where it would say the same to everybody."""

    position: int
    outcome: Outcome
    reason: str
    stop: SendingStopped | None = None


class Mailer:
    """The SES client with our sender and configuration set."""

    def __init__(self, client: Any, publication: Publication, configuration_set: str) -> None:
        self._client = client
        self._publication = publication
        self._configuration_set = configuration_set
        self._rate: tuple[float, float] | None = None

    def max_send_rate(self) -> float:
        """Recipients a second that the account may send to (GetAccount), asked for every five minutes."""
        if self._rate is None or monotonic() - self._rate[0] > RATE_LIFE:
            quota = self._client.get_account().get("SendQuota", {})
            rate = float(quota.get("MaxSendRate", 1.0))
            self._rate = (monotonic(), UNLIMITED if rate < 0 else max(rate, 0.1))
        return self._rate[1]

    def send(self, batch: Batch, variant: Variant, addressed: Sequence[Addressed], kind: str) -> list[Result]:
        """One SendBulkEmail for up to 50 recipients; one Result for each, in their order.

        Raises NotSentYet when SES certainly took nothing (SendingStopped when it takes nothing of anybody's),
        SentPerhaps when nobody can know.
        """
        answer = self._call(self._request(batch, variant, addressed, kind))
        entries = answer.get("BulkEmailEntryResults", [])
        if len(entries) != len(addressed):
            message = f"{len(entries)} results for {len(addressed)} recipients"
            raise SentPerhaps(message)
        return [_result(who.position, entry) for who, entry in zip(addressed, entries, strict=True)]

    def _request(self, batch: Batch, variant: Variant, addressed: Sequence[Addressed], kind: str) -> dict[str, Any]:
        sender = self._publication.sender
        return {
            "FromEmailAddress": formataddr((sender.name, sender.address), "utf-8"),
            "ReplyToAddresses": [sender.reply_to],
            "ConfigurationSetName": self._configuration_set,
            "DefaultContent": {
                "Template": {
                    "TemplateContent": {"Subject": variant.subject, "Html": variant.html, "Text": variant.text},
                    "TemplateData": json.dumps(LITERALS),
                    "Headers": _headers(
                        {
                            "List-Id": f"{_phrase(sender.name)} <{sender.list_id}>",
                            "Feedback-ID": f"{batch.mailing}:{kind}:{variant.language}:{sender.list_id}",
                        }
                    ),
                }
            },
            "BulkEmailEntries": _entries(batch, addressed),
        }

    def _call(self, request: dict[str, Any]) -> dict[str, Any]:
        from botocore.exceptions import (
            ClientError,
            ConnectTimeoutError,
            EndpointConnectionError,
            HTTPClientError,
            NoCredentialsError,
            ParamValidationError,
        )

        try:
            answer: dict[str, Any] = self._client.send_bulk_email(**request)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
                raise SentPerhaps(code) from error
            said = error.response["Error"].get("Message", "")
            if code in STOPPED_CALLS:
                raise SendingStopped(STOPPED_CALLS[code]) from error
            if "daily message quota" in said.lower():
                raise SendingStopped(STOPS[QUOTA], passes=True) from error
            raise NotSentYet(f"{code}: {said}") from error
        except (ConnectTimeoutError, EndpointConnectionError, NoCredentialsError, ParamValidationError) as error:
            raise NotSentYet(type(error).__name__) from error
        except HTTPClientError as error:
            raise SentPerhaps(type(error).__name__) from error
        return answer


def _entries(batch: Batch, addressed: Sequence[Addressed]) -> list[dict[str, Any]]:
    """All three tags on each entry: whether entry tags add to or replace the default tags, the API does not say."""
    shared = [{"Name": "mailing", "Value": batch.mailing}, {"Name": "batch", "Value": batch.id}]
    return [
        {
            "Destination": {"ToAddresses": [who.email]},
            "ReplacementTags": [*shared, {"Name": "position", "Value": str(who.position)}],
            "ReplacementEmailContent": {"ReplacementTemplate": {"ReplacementTemplateData": json.dumps(who.data)}},
            "ReplacementHeaders": _headers(who.headers),
        }
        for who in addressed
    ]


def _headers(values: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in values.items()]


def _phrase(name: str) -> str:
    """A display name for a header: encoded words where it is not ASCII (RFC 2047), quoted otherwise."""
    return f'"{quote(name)}"' if name.isascii() else Header(name, "utf-8").encode()


def _result(position: int, entry: Mapping[str, str]) -> Result:
    status = entry.get("Status", "")
    if status in STOPS:
        return Result(position, Outcome.RETRY, status, SendingStopped(STOPS[status], passes=status == QUOTA))
    outcome = ENTRY_OUTCOMES.get(status, Outcome.DOUBTFUL)
    reason = "" if outcome is Outcome.ACCEPTED else f"{status} {entry.get('Error', '')}".strip()[:200]
    return Result(position, outcome, reason)
