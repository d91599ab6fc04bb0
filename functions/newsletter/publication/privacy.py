"""What the sign-up form says of who keeps readers' details, and where to complain (GDPR, Article 13)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from newsletter.platform.errors import InvalidPublication
from newsletter.publication.toml_table import Texts, TomlTable

CONTACT = re.compile(r"[!-?A-~]+@[a-z0-9.-]+\.[a-z]{2,}|https?://[^\s/]+\S*")


@dataclass(frozen=True)
class Privacy:
    """`controller` is who is responsible, `contact` its mail address or page; `url` the privacy policy, or empty.

    `authority` is the name of the supervisory authority in each language, and `authority_url` its address; without
    them the form speaks of the authority of the reader's country.
    """

    controller: str
    contact: str
    url: str = ""
    authority: Texts | None = None
    authority_url: str = ""


UNSTATED = Privacy("", "")


def parse_privacy(table: TomlTable, languages: tuple[str, ...], usual: Privacy) -> Privacy:
    """The table [privacy]; what it leaves out is as `usual` says. Raises InvalidPublication."""
    contact = table.optional("contact") or usual.contact
    if not CONTACT.fullmatch(contact):
        raise InvalidPublication(table.path("contact"), f"{contact!r} is neither a mail address nor an http(s) address")
    authority = table.texts("authority", languages, one_line=True) if "authority" in table else None
    authority_url = table.url("authority_url") if "authority_url" in table else ""
    if authority_url and authority is None:
        raise InvalidPublication(table.path("authority"), "missing; name the authority of authority_url")
    return Privacy(
        controller=table.optional("controller") or usual.controller,
        contact=contact,
        url=table.url("url") if "url" in table else "",
        authority=authority,
        authority_url=authority_url,
    )
