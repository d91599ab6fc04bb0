"""The SES client: one SendBulkEmail call for a batch, with the answer for each recipient."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from email.header import Header
from email.utils import formataddr, quote
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from newsletter.mail.placeholders import LITERALS
from newsletter.mailings.mailing import Kind, Variant
from newsletter.mailings.planning.batches import Batch
from newsletter.platform.errors import NotSentYet, SendingStopped, SentPerhaps
from newsletter.platform.observability import logger
from newsletter.publication.publication import Publication
from newsletter.sending.ses.ses_answers import CREDENTIALS, Result, error_of_call, result_of

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sesv2.type_defs import (
        BulkEmailEntryTypeDef,
        MessageHeaderTypeDef,
        MessageTagTypeDef,
        SendBulkEmailRequestTypeDef,
    )

Answer = TypeVar("Answer")

RATE_TTL = 300.0
"""Seconds for which the account's rate is cached."""
UNLIMITED = 10_000.0
"""Recipients a second for an account without a limit (SES: -1); the rate limiter needs a number."""

FALLBACK_RATE = 1.0
"""Recipients a second while the account's rate is unknown: what SES allows a new account."""
RATE_RETRY = 10.0
"""Seconds until the rate is asked for again after that failed."""

MAX_FEEDBACK_ID = 64
"""Characters of a value that SES copies into Feedback-ID; a mailing's id is nearly always shorter."""


class Envelope(NamedTuple):
    """One recipient of a batch, with the values of the mail's placeholders and the recipient's own headers."""

    position: int
    email: str
    data: dict[str, str]
    headers: Mapping[str, str]


class Mailer:
    """Sends mails with the publication's sender and our configuration set."""

    def __init__(
        self, client: SESV2Client, publication: Publication, configuration_set: str, share: float = 1.0
    ) -> None:
        """`share` of the account's rate is ours; the rest is that of other stacks."""
        self._client = client
        self._publication = publication
        self._configuration_set = configuration_set
        self._share = share
        self._rate: tuple[float, float] | None = None

    def max_send_rate(self, *, guess: bool = False) -> float:
        """Recipients a second to whom we may send: our share of the account's rate, cached for five minutes.

        If SES does not answer, the last known rate is used. If none is known, `guess` returns the lowest there is, so
        that sending itself shows what is wrong; otherwise botocore's error is raised, since planning stores batches
        whose size depends on the rate.
        """
        from botocore.exceptions import BotoCoreError, ClientError

        if self._rate is None or monotonic() > self._rate[0]:
            try:
                quota = self._client.get_account().get("SendQuota", {})
            except (BotoCoreError, ClientError) as error:
                if self._rate is None and not guess:
                    raise
                logger().warning("SES does not tell the sending rate", extra={"error": type(error).__name__})
                self._rate = (monotonic() + RATE_RETRY, self._rate[1] if self._rate else FALLBACK_RATE)
            else:
                rate = float(quota.get("MaxSendRate", FALLBACK_RATE))
                self._rate = (monotonic() + RATE_TTL, UNLIMITED if rate < 0 else max(rate, 0.1))
        rate = self._rate[1]
        # A part of the one mail a second of the sandbox, or of the guess, would keep a confirmation for minutes.
        return rate if rate <= FALLBACK_RATE else rate * self._share

    def send(
        self, batch: Batch, variant: Variant, envelopes: Sequence[Envelope], kind: str, reply_to: str = ""
    ) -> list[Result]:
        """One SendBulkEmail call for up to 50 recipients; one Result for each, in their order.

        `reply_to` is where their answers go, in place of the publication's mailbox.

        Raises NotSentYet when SES certainly took none of the mails (SendingStopped when it takes no mail from the
        account), SentPerhaps when that is unknown.
        """
        request = self._request(variant, _entries(batch, envelopes, kind), kind)
        if reply_to:
            request["ReplyToAddresses"] = [reply_to]
        answer = self._call(lambda: self._client.send_bulk_email(**request))
        entries = answer.get("BulkEmailEntryResults", [])
        if len(entries) != len(envelopes):
            message = f"{len(entries)} results for {len(envelopes)} recipients"
            raise SentPerhaps(message)
        return [result_of(who.position, entry) for who, entry in zip(envelopes, entries, strict=True)]

    def send_test(self, variant: Variant, address: str, data: Mapping[str, str]) -> bool:
        """Send one test mail; False when SES refuses it. It has none of our tags, so that feedback ignores its events.

        Raises as `send`.
        """
        entry: BulkEmailEntryTypeDef = {
            "Destination": {"ToAddresses": [address]},
            "ReplacementEmailContent": {"ReplacementTemplate": {"ReplacementTemplateData": json.dumps(dict(data))}},
        }
        request = self._request(variant, [entry], Kind.CAMPAIGN)
        answer = self._call(lambda: self._client.send_bulk_email(**request))
        (result,) = answer.get("BulkEmailEntryResults", [{}])
        return result.get("Status") == "SUCCESS"

    def send_raw(self, data: bytes, to: str) -> None:
        """Send a whole message (RFC 5322) to one address. It has none of our tags, as a test mail has none.

        Raises as `send`.
        """
        self._call(
            lambda: self._client.send_email(
                Destination={"ToAddresses": [to]},  # the sender is in the message's From
                ConfigurationSetName=self._configuration_set,
                Content={"Raw": {"Data": data}},
            )
        )

    def _request(
        self, variant: Variant, entries: list[BulkEmailEntryTypeDef], kind: str
    ) -> SendBulkEmailRequestTypeDef:
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
                        {"List-Id": f"{_phrase(sender.name)} <{sender.list_id}>", **_auto_reply_headers(kind)}
                    ),
                }
            },
            "BulkEmailEntries": entries,
        }

    @staticmethod
    def _call(send: Callable[[], Answer]) -> Answer:
        """What SES answers. Raises NotSentYet, SendingStopped, SentPerhaps."""
        from botocore.exceptions import (
            ClientError,
            ConnectTimeoutError,
            CredentialRetrievalError,
            EndpointConnectionError,
            HTTPClientError,
            NoCredentialsError,
            ParamValidationError,
            PartialCredentialsError,
        )

        try:
            return send()
        except ClientError as error:
            refused, answer = error.response["Error"], error.response["ResponseMetadata"]
            raise error_of_call(answer["HTTPStatusCode"], refused["Code"], refused.get("Message", "")) from error
        except (CredentialRetrievalError, NoCredentialsError, PartialCredentialsError) as error:
            raise SendingStopped(CREDENTIALS) from error
        except (ConnectTimeoutError, EndpointConnectionError, ParamValidationError) as error:
            raise NotSentYet(type(error).__name__) from error
        except HTTPClientError as error:
            raise SentPerhaps(type(error).__name__) from error


def _entries(batch: Batch, envelopes: Sequence[Envelope], kind: str) -> list[BulkEmailEntryTypeDef]:
    """One entry per recipient. Each has all tags, since the API does not say whether they add to default tags.

    SES writes the header Feedback-ID and begins it with the values of the two `ses:` tags, so that Gmail reports
    complaints by mailing and by kind (AWS: custom values in the Feedback-ID header).
    """
    shared: list[MessageTagTypeDef] = [
        {"Name": "mailing", "Value": batch.mailing},
        {"Name": "batch", "Value": batch.id},
        {"Name": "ses:feedback-id-a", "Value": batch.mailing[:MAX_FEEDBACK_ID]},
        {"Name": "ses:feedback-id-b", "Value": kind},
    ]
    return [_entry(who, shared) for who in envelopes]


def _entry(who: Envelope, shared: Sequence[MessageTagTypeDef]) -> BulkEmailEntryTypeDef:
    entry: BulkEmailEntryTypeDef = {
        "Destination": {"ToAddresses": [who.email]},
        "ReplacementTags": [*shared, {"Name": "position", "Value": str(who.position)}],
        "ReplacementEmailContent": {"ReplacementTemplate": {"ReplacementTemplateData": json.dumps(who.data)}},
    }
    if who.headers:
        entry["ReplacementHeaders"] = _headers(who.headers)
    return entry


def _auto_reply_headers(kind: str) -> dict[str, str]:
    """Headers that ask programs not to reply: SES reports out-of-office replies as bounces.

    `Auto-Submitted` is for mail that no person sent (RFC 3834, section 5.2), so not for campaigns. Exchange uses a
    header of its own (MS-OXCMAIL 2.1.3.2.20); it lists every kind of reply but NDR, which reports dead addresses.
    """
    silence = {"X-Auto-Response-Suppress": "DR, RN, NRN, OOF, AutoReply"}
    return silence if kind == Kind.CAMPAIGN else {"Auto-Submitted": "auto-generated", **silence}


def _headers(values: Mapping[str, str]) -> list[MessageHeaderTypeDef]:
    return [{"Name": name, "Value": value} for name, value in values.items()]


def _phrase(name: str) -> str:
    """A display name for a header: encoded words where it is not ASCII (RFC 2047), quoted otherwise."""
    return f'"{quote(name)}"' if name.isascii() else Header(name, "utf-8").encode()
