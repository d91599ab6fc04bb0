"""Mail addresses: the form that SES accepts, likely typing errors, and disposable mailboxes."""

from __future__ import annotations

from newsletter.platform.errors import InvalidInput

MAX_ADDRESS = 254
"""RFC 5321: a path holds 256 octets, two of them brackets."""

OFTEN_MISTYPED = (
    "elisanet.fi",
    "fastmail.com",
    "gmail.com",
    "googlemail.com",
    "hotmail.com",
    "hotmail.fi",
    "icloud.com",
    "kolumbus.fi",
    "luukku.com",
    "outlook.com",
    "protonmail.com",
    "saunalahti.fi",
    "suomi24.fi",
    "welho.com",
    "windowslive.com",
    "yahoo.com",
)
"""Large providers of private mailboxes, with names long enough that a similar name is probably a typing error."""
LARGE_PROVIDERS = frozenset(
    {*OFTEN_MISTYPED, "live.com", "live.fi", "me.com", "mac.com", "msn.com", "aol.com", "proton.me", "pm.me", "gmx.com"}
    | {"gmx.de", "gmx.net", "web.de", "mail.com", "yandex.com", "zoho.com", "tutanota.com", "hotmail.se", "telia.com"}
)
"""Where anybody has a mailbox, so that the domain says nothing of who somebody is."""
ALSO_RIGHT = frozenset(
    {"email.com", "hotmail.it", "icloud.com.cn", "mail.com", "outlook.com.au", "outlook.com.br", "protonmail.ch"}
    | {"ymail.com"}
)
"""Real mail domains that look similar to one of those, for which nothing is suggested."""
ALIKE = 0.86
"""How similar a domain must be to one of OFTEN_MISTYPED (difflib's ratio): gmial.com is 0.89, hotmail.no only 0.857."""


def normalised(text: str, *, allow_test_domains: bool = False) -> str:
    """The address in lower case, with an international domain in Punycode, so that it is always written alike.

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


def suggestion(address: str) -> str:
    """A likely correction of a normalised address: maija@gmail.com for maija@gmial.com. Empty if there is none."""
    from difflib import get_close_matches

    local, _, domain = address.rpartition("@")
    if domain in OFTEN_MISTYPED or domain in ALSO_RIGHT:
        return ""
    return next((f"{local}@{alike}" for alike in get_close_matches(domain, OFTEN_MISTYPED, n=1, cutoff=ALIKE)), "")


def is_disposable(address: str) -> bool:
    """Whether the address is of a provider of throw-away mailboxes, or of a domain below one's."""
    from disposable_email_domains import blocklist  # imported here: ten thousand names, needed for sign-ups only

    labels = address.rpartition("@")[2].split(".")
    return any(".".join(labels[start:]) in blocklist for start in range(len(labels) - 1))
