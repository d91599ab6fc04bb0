"""Every way in which SES says no, once as an exception of a call and once as the status of a bulk entry."""

from __future__ import annotations


class SesError(Exception):
    """SES does not do what was asked.

    `code` and `http_status` are those of the modelled exception (service model of sesv2, 2019-09-27);
    `entry_status` is how SendBulkEmail spells the same refusal for one entry (BulkEmailStatus).
    """

    def __init__(self, code: str, message: str, *, http_status: int = 400, entry_status: str = "FAILED") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.http_status = http_status
        self.entry_status = entry_status


def invalid(message: str) -> SesError:
    """Something in the request is wrong; `message` names the field."""
    return SesError("BadRequestException", message, entry_status="INVALID_PARAMETER")


def not_found(message: str) -> SesError:
    """A named resource does not exist."""
    return SesError("NotFoundException", message, http_status=404)


def configuration_set_not_found(name: str) -> SesError:
    """The mail names a configuration set that the account does not have."""
    message = f"Configuration set <{name}> does not exist."
    return SesError("NotFoundException", message, http_status=404, entry_status="CONFIGURATION_SET_NOT_FOUND")


def template_not_found(name: str) -> SesError:
    """The mail names a stored template; this SES keeps none."""
    message = f"Template {name} does not exist."
    return SesError("NotFoundException", message, http_status=404, entry_status="TEMPLATE_NOT_FOUND")


def sender_not_verified(region: str, address: str) -> SesError:
    """The From or Return-Path address belongs to no verified identity.

    The entry status follows BulkEmailEntryResult: MAIL_FROM_DOMAIN_NOT_VERIFIED is documented there as "the sender's
    email address or domain was not verified", and MESSAGE_REJECTED as a virus.
    """
    return SesError("MessageRejected", _not_verified(region, address), entry_status="MAIL_FROM_DOMAIN_NOT_VERIFIED")


def recipient_not_verified(region: str, address: str) -> SesError:
    """In the sandbox the recipients must be verified too."""
    return SesError("MessageRejected", _not_verified(region, address), entry_status="MESSAGE_REJECTED")


def throttled() -> SesError:
    """The account's sending rate is used up for now."""
    message = "Maximum sending rate exceeded."
    return SesError("TooManyRequestsException", message, http_status=429, entry_status="ACCOUNT_THROTTLED")


def quota_exceeded() -> SesError:
    """The account's quota of the last 24 hours is used up."""
    message = "Daily message quota exceeded."
    return SesError("LimitExceededException", message, entry_status="ACCOUNT_DAILY_QUOTA_EXCEEDED")


def internal_error() -> SesError:
    """SES failed; whether the mail went out is not known from this answer."""
    message = "The request couldn't be processed because an error occurred with the Amazon SES API v2."
    return SesError("InternalServiceErrorException", message, http_status=500)


def unsupported(what: str) -> SesError:
    """Real SES has it, this one does not: say so instead of dropping it silently."""
    return SesError("UnknownOperationException", f"The local SES does not have {what}.", http_status=501)


def _not_verified(region: str, address: str) -> str:
    checked = f"The following identities failed the check in region {region.upper()}: {address}"
    return f"Email address is not verified. {checked}"
