"""The mailbox that an address leads to, used for limits only: at many providers a mailbox has any number of addresses.

Readers are identified by their whole address; if two are wrongly taken for one mailbox, they only share its limits.
"""

from __future__ import annotations

SAME_MAILBOX = {
    "googlemail.com": "gmail.com",
    "me.com": "icloud.com",
    "mac.com": "icloud.com",
    "protonmail.com": "proton.me",
    "protonmail.ch": "proton.me",
    "pm.me": "proton.me",
    "ya.ru": "yandex.ru",
    "yandex.by": "yandex.ru",
    "yandex.com": "yandex.ru",
    "yandex.kz": "yandex.ru",
    "yandex.ua": "yandex.ru",
}
"""Domains of a provider under which the same name is the same mailbox.

Yandex: https://yandex.com/support/domain/additional/mailbox-alias.xml. Outlook and Hotmail, GMX and mail.ru are not
here: with them the same name may belong to somebody else under each domain.
"""
IGNORED = {"gmail.com": ".", "proton.me": ".-_"}
"""Characters that the provider ignores before the @ (Gmail: https://support.google.com/mail/answer/7436150)."""
SUBDOMAINS = ("fastmail.com", "fastmail.fm")
"""`anything@maija.fastmail.com` is `maija@fastmail.com` (https://fastmail.com/blog/two-address-resolving-additions)."""
DASHED = ("yahoo.", "ymail.com", "rocketmail.com")
"""Yahoo's disposable addresses: `name-tag`; its own names have no dash."""


def mailbox_of(address: str) -> str:
    """The mailbox of a normalised address (lower case), as an address.

    What follows a `+` is taken for a tag at every domain: so it is at all known providers with tags (Gmail, Outlook,
    Fastmail, Proton, iCloud, and domains hosted by them; RFC 5233).
    """
    local, _, domain = address.rpartition("@")
    domain = SAME_MAILBOX.get(domain, domain)
    for provider in SUBDOMAINS:
        name = domain.removesuffix(f".{provider}")
        if name != domain:
            local, domain = name.rpartition(".")[2], provider
    local = local.partition("+")[0] or local
    if domain.startswith(DASHED):
        local = local.partition("-")[0] or local
    for ignored in IGNORED.get(domain, ""):
        local = local.replace(ignored, "") or local
    return f"{local}@{domain}"
