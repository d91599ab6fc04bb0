"""The meaning of SES's answers: accepted, rejected, to be tried again, in doubt, or that SES takes no mail from us.

Messages of SES may contain addresses ("The following identities failed the check: ..."). So stored reasons are our own
words, with what to do about it; where SES is quoted, addresses are removed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from newsletter.platform.aws import error_codes
from newsletter.platform.errors import NotSentYet, SendingStopped, SentPerhaps
from newsletter.platform.redaction import redacted
from newsletter.platform.words.said import say
from newsletter.sending.ledger import SendResult

if TYPE_CHECKING:
    from mypy_boto3_sesv2.type_defs import BulkEmailEntryResultTypeDef

MAX_REASON = 200
"""Characters of a reason in the ledger."""

ENTRY_OUTCOMES = {
    "SUCCESS": SendResult.ACCEPTED,
    "ACCOUNT_THROTTLED": SendResult.RETRY,
    "TRANSIENT_FAILURE": SendResult.RETRY,
    "MESSAGE_REJECTED": SendResult.REJECTED,
    "INVALID_PARAMETER": SendResult.REJECTED,
}
"""The meaning of an entry's status (botocore's BulkEmailStatus). FAILED and unknown ones are doubtful."""

QUOTA = "ACCOUNT_DAILY_QUOTA_EXCEEDED"
STOPPING_STATUSES = {
    QUOTA: say(
        "the mails that SES allows the account in 24 hours are used up; it goes on by itself as they become free"
    ),
    "ACCOUNT_SENDING_PAUSED": say(
        "sending is paused for the whole account in SES; allow it again once its cause is mended"
    ),
    "CONFIGURATION_SET_SENDING_PAUSED": say("sending is paused for our configuration set in SES; allow it again there"),
    "ACCOUNT_SUSPENDED": say("SES has suspended the account; answer the case that AWS has opened about it"),
    "MAIL_FROM_DOMAIN_NOT_VERIFIED": say(
        "the sender's domain or its MAIL FROM domain is not verified in SES; put the DNS"
        " records there that SES names, and check that [sender] of the publication uses that domain"
    ),
    "CONFIGURATION_SET_NOT_FOUND": say("our configuration set does not exist in SES; deploy the stack again"),
    "TEMPLATE_NOT_FOUND": say("SES looks for a template, though ours travel with the call; deploy the stack again"),
    "INVALID_SENDING_POOL_NAME": say(
        "the pool of addresses that our configuration set names does not exist in SES; name one that does"
    ),
}
"""Statuses that mean: not sent, and neither would be any other mail before a person acts or the quota frees up."""

NOT_VERIFIED = say(
    "SES does not know the sender or the recipient as verified; verify the sender's domain, and ask AWS for production"
    " access: in the sandbox only verified recipients get mail"
)
DENIED = say(
    "AWS does not let our function send; deploy the stack again, and look whether a policy of the identity or of the"
    " organisation denies ses:SendBulkEmail"
)
CREDENTIALS = say(
    "AWS does not accept our credentials: missing, expired or wrong; look at the role of the function, and at the clock"
    " and AWS_* variables where it runs elsewhere"
)
REFUSED = say("SES refuses our mail as a whole; its sending statistics and the cases in the AWS support center say why")

STOPPING_ERRORS = {
    "AccountSuspendedException": STOPPING_STATUSES["ACCOUNT_SUSPENDED"],
    "SendingPausedException": STOPPING_STATUSES["ACCOUNT_SENDING_PAUSED"],
    "MailFromDomainNotVerifiedException": STOPPING_STATUSES["MAIL_FROM_DOMAIN_NOT_VERIFIED"],
    "NotFoundException": STOPPING_STATUSES["CONFIGURATION_SET_NOT_FOUND"],
    "MessageRejected": REFUSED,
    **dict.fromkeys((*error_codes.NOT_ALLOWED, "OptInRequired"), DENIED),
    **dict.fromkeys(error_codes.CREDENTIALS, CREDENTIALS),
}
"""The same for whole calls, by error code (SES's model; AWS: Common Errors of SES v2)."""

_STOP_MESSAGES = (
    (re.compile(r"\bnot verified\b|failed the check in region", re.IGNORECASE), NOT_VERIFIED),
    (re.compile(r"\bnot authorized to perform\b|\bexplicit deny\b", re.IGNORECASE), DENIED),
)
"""The same by words of the message, for statuses and errors with several meanings (MESSAGE_REJECTED, FAILED)."""


class Result(NamedTuple):
    """SES's answer for one recipient; `stop` is set where SES would answer the same for any recipient."""

    position: int
    outcome: SendResult
    reason: str
    stop: SendingStopped | None = None


def result_of(position: int, entry: BulkEmailEntryResultTypeDef) -> Result:
    """The result for one entry of SendBulkEmail's answer."""
    status = entry.get("Status", "")
    if status == "SUCCESS":
        return Result(position, SendResult.ACCEPTED, "")
    said = entry.get("Error", "")
    why = STOPPING_STATUSES.get(status) or _stop_reason(said)
    if why:
        return Result(position, SendResult.RETRY, status, SendingStopped(why, passes=status == QUOTA))
    outcome = ENTRY_OUTCOMES.get(status, SendResult.DOUBTFUL)
    return Result(position, outcome, redacted(f"{status} {said}".strip())[:MAX_REASON])


def error_of_call(http_status: int, code: str, said: str) -> NotSentYet | SentPerhaps:
    """The exception for a call that failed as a whole. After a 5xx nobody knows whether SES took the mails."""
    if http_status >= 500:
        return SentPerhaps(redacted(code))
    if "daily message quota" in said.lower():
        return SendingStopped(STOPPING_STATUSES[QUOTA], passes=True)
    if why := _stop_reason(said) or STOPPING_ERRORS.get(code, ""):
        return SendingStopped(why)
    return NotSentYet(redacted(f"{code}: {said}")[:MAX_REASON])


def _stop_reason(said: str) -> str:
    return next((why for pattern, why in _STOP_MESSAGES if pattern.search(said)), "")
