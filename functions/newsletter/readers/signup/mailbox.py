"""Which mailbox an address leads to, for limits alone: providers let one person have any number of addresses.

Readers are told apart by their whole address; here, two that share a mailbox by mistake merely share its limits.
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
"""Domains of a provider under which one mailbox has the same name.

Yandex: https://yandex.com/support/domain/additional/mailbox-alias.xml. Not so Outlook and Hotmail, GMX, mail.ru: there
the same name may be somebody else's under each domain.
"""
IGNORED = {"gmail.com": ".", "proton.me": ".-_"}
"""Characters without a meaning before the @ (Gmail: https://support.google.com/mail/answer/7436150)."""
SUBDOMAINS = ("fastmail.com", "fastmail.fm")
"""`anything@maija.fastmail.com` is `maija@fastmail.com` (https://fastmail.com/blog/two-address-resolving-additions)."""
DASHED = ("yahoo.", "ymail.com", "rocketmail.com")
"""Yahoo's disposable addresses: `name-tag`; its own names have no dash."""


def mailbox_of(address: str) -> str:
    """The mailbox of a normalised address (lower case), as an address.

    Whatever follows a `+` is a tag at every provider that is known to have tags (Gmail, Outlook, Fastmail, Proton,
    iCloud and whoever hosts domains with them; RFC 5233), so it is taken for one everywhere.
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
