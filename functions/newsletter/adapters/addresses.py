"""Mail addresses as SES can carry them."""

from __future__ import annotations

from newsletter.domain.errors import InvalidInput

MAX_ADDRESS = 254
"""RFC 5321: a path holds 256 octets, two of them brackets."""


def normalised(text: str, *, allow_test_domains: bool = False) -> str:
    """Lower case, with an international domain in Punycode: one mailbox, one text.

    SES takes 7-bit local parts only. Raises InvalidInput on `email`, with the locale key of what to tell the reader.
    """
    from email_validator import EmailNotValidError, EmailSyntaxError, validate_email

    address = text.strip()
    if not address or len(address) > MAX_ADDRESS:
        raise InvalidInput("email", "pages.errors.email")
    try:
        found = validate_email(
            address, allow_smtputf8=False, check_deliverability=False, test_environment=allow_test_domains
        )
    except EmailSyntaxError as error:
        local = address.rpartition("@")[0]
        raise InvalidInput("email", "pages.errors.email" if local.isascii() else "pages.errors.email_local") from error
    except EmailNotValidError as error:
        raise InvalidInput("email", "pages.errors.email") from error
    # Without allow_smtputf8 there is always an ASCII form.
    return str(found.ascii_email).lower()
