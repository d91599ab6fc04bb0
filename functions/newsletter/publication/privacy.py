"""The table [privacy]: who the controller of readers' data is, as the sign-up form must say (GDPR, Article 13)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from newsletter.platform.errors import InvalidPublication
from newsletter.publication.toml_table import Texts, TomlTable

CONTACT = re.compile(r"[!-?A-~]+@[a-z0-9.-]+\.[a-z]{2,}|https?://[^\s/]+\S*")


@dataclass(frozen=True)
class Privacy:
    """`controller` is the company or person responsible, `contact` its mail address or page, `url` its privacy policy
    or empty.

    `authority` is the name of the supervisory authority in each language, and `authority_url` its address; without
    them the form names the authority of the reader's country.
    """

    controller: str
    contact: str
    url: str = ""
    authority: Texts | None = None
    authority_url: str = ""


NO_PRIVACY = Privacy("", "")
"""Of a Publication that tests make without naming a controller; read from a file, it always has one."""
"""Of a Publication that tests make without naming a controller; read from a file, it always has one."""


def parse_privacy(table: TomlTable, languages: tuple[str, ...], default: Privacy) -> Privacy:
    """The table [privacy]; what it leaves out is as in `default`. Raises InvalidPublication."""
    contact = table.optional("contact") or default.contact
    if not CONTACT.fullmatch(contact):
        raise InvalidPublication(table.path("contact"), f"{contact!r} is neither a mail address nor an http(s) address")
    authority = table.texts("authority", languages, one_line=True) if "authority" in table else None
    authority_url = table.url("authority_url") if "authority_url" in table else ""
    if authority_url and authority is None:
        raise InvalidPublication(table.path("authority"), "missing; name the authority of authority_url")
    return Privacy(
        controller=table.optional("controller") or default.controller,
        contact=contact,
        url=table.url("url") if "url" in table else "",
        authority=authority,
        authority_url=authority_url,
    )
