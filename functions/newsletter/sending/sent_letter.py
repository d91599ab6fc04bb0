"""A mail as one reader was sent it, put together again from the ledger and the stored variant."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import escape

from newsletter.mail.mail_links import without_canary
from newsletter.mail.placeholders import substitute
from newsletter.mailings.mailing import Mailing
from newsletter.mailings.rendering.reader_values import reader_values
from newsletter.platform.links.links import LinkClaims

if TYPE_CHECKING:
    from newsletter.container import Container


LINK_TO_ITSELF = re.compile(r'<a [^>]*href="[^"]*\{\{letter\}\}"[^>]*>[^<]*</a>\s*')


class SentLetter(NamedTuple):
    """The mail's HTML with its reader's links, without those to the letter in a browser and that nobody sees."""

    mailing: Mailing
    language: str
    html: str


def find_letter(claims: LinkClaims, reader: Mapping[str, str], app: Container) -> SentLetter | None:
    """The mail that was sent to the place in a batch that `claims` name; None if it is no longer kept.

    The ledger knows which variant that was, for 13 months (ledger_keys.LIFE). `reader` has what it shows of its
    reader: `name` and `email`, where they may be shown.
    """
    batch = app.deliveries.batch(claims.mailing, claims.batch)
    if batch is None or claims.subscriber not in batch.recipients[claims.position : claims.position + 1]:
        return None
    variant = app.mailings.variant(claims.mailing, batch.variant)
    mailing = app.mailings.get(claims.mailing)
    if variant is None or mailing is None:
        return None
    greeting = app.templates.greeting(variant.language, reader.get("name", ""))
    values = reader_values(variant.placeholders, claims, greeting, mailing.offer, app.links, reader=reader)
    html = _corrected(without_canary(LINK_TO_ITSELF.sub("", variant.html)), mailing, app)
    return SentLetter(mailing, variant.language, substitute(html, values))


def _corrected(html: str, mailing: Mailing, app: Container) -> str:
    """A mail whose links go straight to their targets, with those that were corrected since."""
    for written, target in mailing.relinked:
        for old in (written, app.publication.utm.added_to(written, mailing.id)):
            html = html.replace(f'href="{escape(old)}"', f'href="{escape(target)}"')
    return html
