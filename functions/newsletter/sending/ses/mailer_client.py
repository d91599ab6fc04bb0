"""SES: one bulk call for a batch, and an exact account of what SES said to each recipient."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from email.header import Header
from email.utils import formataddr, quote
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

from newsletter.mail.placeholders import LITERALS
from newsletter.mailings.mailing import Kind, Variant
from newsletter.mailings.planning.batches import Batch
from newsletter.platform.errors import NotSentYet, SendingStopped, SentPerhaps
from newsletter.platform.observability import logger
from newsletter.publication.publication import Publication
from newsletter.sending.ses.ses_answers import CREDENTIALS, Result, of_call, result_of

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sesv2.type_defs import (
        BulkEmailEntryTypeDef,
        MessageHeaderTypeDef,
        MessageTagTypeDef,
        SendBulkEmailRequestTypeDef,
        SendBulkEmailResponseTypeDef,
    )

RATE_LIFE = 300.0
"""Seconds for which the account's rate is believed before it is asked for again."""
UNLIMITED = 10_000.0
"""SES says -1 for no limit; the lane still wants a number, recipients a second."""

FALLBACK_RATE = 1.0
"""Recipients a second while nobody knows the account's rate: what SES allows a new account."""
RATE_AGAIN = 10.0
"""Seconds until the rate is asked for again after SES did not tell."""

MAX_FEEDBACK_ID = 64
"""Characters of a value that SES takes over into Feedback-ID; a mailing's id is shorter nearly always."""


class Envelope(NamedTuple):
    """One recipient of a batch, with the values of the placeholders and headers of their own."""

    position: int
    email: str
    data: dict[str, str]
    headers: Mapping[str, str]


class Mailer:
    """The SES client with our sender and configuration set."""

    def __init__(self, client: SESV2Client, publication: Publication, configuration_set: str) -> None:
        self._client = client
        self._publication = publication
        self._configuration_set = configuration_set
        self._rate: tuple[float, float] | None = None

    def max_send_rate(self, *, guess: bool = False) -> float:
        """Recipients a second that the account may send to (GetAccount), asked for every five minutes.

        Where SES does not tell, the rate known last holds. Where none is known, `guess` takes the lowest there is, so
        that the mail itself shows what is wrong; without it botocore's error is raised, since a plan that was made for
        a rate is kept.
        """
        from botocore.exceptions import BotoCoreError, ClientError

        if self._rate is None or monotonic() > self._rate[0]:
            try:
                quota = self._client.get_account().get("SendQuota", {})
            except (BotoCoreError, ClientError) as error:
                if self._rate is None and not guess:
                    raise
                logger().warning("SES does not tell the sending rate", extra={"error": type(error).__name__})
                self._rate = (monotonic() + RATE_AGAIN, self._rate[1] if self._rate else FALLBACK_RATE)
            else:
                rate = float(quota.get("MaxSendRate", FALLBACK_RATE))
                self._rate = (monotonic() + RATE_LIFE, UNLIMITED if rate < 0 else max(rate, 0.1))
        return self._rate[1]

    def send(self, batch: Batch, variant: Variant, addressed: Sequence[Envelope], kind: str) -> list[Result]:
        """One SendBulkEmail for up to 50 recipients; one Result for each, in their order.

        Raises NotSentYet when SES certainly took nothing (SendingStopped when it takes nothing of anybody's),
        SentPerhaps when nobody can know.
        """
        answer = self._call(self._request(batch, variant, addressed, kind))
        entries = answer.get("BulkEmailEntryResults", [])
        if len(entries) != len(addressed):
            message = f"{len(entries)} results for {len(addressed)} recipients"
            raise SentPerhaps(message)
        return [result_of(who.position, entry) for who, entry in zip(addressed, entries, strict=True)]

    def _request(
        self, batch: Batch, variant: Variant, addressed: Sequence[Envelope], kind: str
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
                        {"List-Id": f"{_phrase(sender.name)} <{sender.list_id}>", **_for_machines(kind)}
                    ),
                }
            },
            "BulkEmailEntries": _entries(batch, addressed, kind),
        }

    def _call(self, request: SendBulkEmailRequestTypeDef) -> SendBulkEmailResponseTypeDef:
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
            return self._client.send_bulk_email(**request)
        except ClientError as error:
            raise of_call(error) from error
        except (CredentialRetrievalError, NoCredentialsError, PartialCredentialsError) as error:
            raise SendingStopped(CREDENTIALS) from error
        except (ConnectTimeoutError, EndpointConnectionError, ParamValidationError) as error:
            raise NotSentYet(type(error).__name__) from error
        except HTTPClientError as error:
            raise SentPerhaps(type(error).__name__) from error


def _entries(batch: Batch, addressed: Sequence[Envelope], kind: str) -> list[BulkEmailEntryTypeDef]:
    """All tags on each entry: whether entry tags add to or replace the default tags, the API does not say.

    SES writes the header Feedback-ID itself and begins it with the values of the two tags that are its own, so that
    Gmail tells complaints apart by mailing and by kind (AWS: custom values in the Feedback-ID header).
    """
    shared: list[MessageTagTypeDef] = [
        {"Name": "mailing", "Value": batch.mailing},
        {"Name": "batch", "Value": batch.id},
        {"Name": "ses:feedback-id-a", "Value": batch.mailing[:MAX_FEEDBACK_ID]},
        {"Name": "ses:feedback-id-b", "Value": kind},
    ]
    return [_entry(who, shared) for who in addressed]


def _entry(who: Envelope, shared: Sequence[MessageTagTypeDef]) -> BulkEmailEntryTypeDef:
    entry: BulkEmailEntryTypeDef = {
        "Destination": {"ToAddresses": [who.email]},
        "ReplacementTags": [*shared, {"Name": "position", "Value": str(who.position)}],
        "ReplacementEmailContent": {"ReplacementTemplate": {"ReplacementTemplateData": json.dumps(who.data)}},
    }
    if who.headers:
        entry["ReplacementHeaders"] = _headers(who.headers)
    return entry


def _for_machines(kind: str) -> dict[str, str]:
    """Asks programs to keep silent: an out-of-office reply helps nobody, and SES reports it as a bounce.

    `Auto-Submitted` is for what no person sent (RFC 3834, section 5.2), so not for campaigns. Exchange goes by a header
    of its own (MS-OXCMAIL 2.1.3.2.20); it lists all that it could answer but NDR, which tells of dead addresses.
    """
    silence = {"X-Auto-Response-Suppress": "DR, RN, NRN, OOF, AutoReply"}
    return silence if kind == Kind.CAMPAIGN else {"Auto-Submitted": "auto-generated", **silence}


def _headers(values: Mapping[str, str]) -> list[MessageHeaderTypeDef]:
    return [{"Name": name, "Value": value} for name, value in values.items()]


def _phrase(name: str) -> str:
    """A display name for a header: encoded words where it is not ASCII (RFC 2047), quoted otherwise."""
    return f'"{quote(name)}"' if name.isascii() else Header(name, "utf-8").encode()
