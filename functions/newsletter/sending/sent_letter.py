"""A mail as one reader was sent it, put together again from the ledger and the stored variant."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from newsletter.mail.placeholders import substitute
from newsletter.mailings.mailing import Mailing
from newsletter.mailings.rendering.reader_values import reader_values
from newsletter.platform.links.links import LinkClaims

if TYPE_CHECKING:
    from newsletter.container import Container


LINK_TO_ITSELF = re.compile(r'<a [^>]*href="[^"]*\{\{letter\}\}"[^>]*>[^<]*</a>\s*')


class SentLetter(NamedTuple):
    """The mail's HTML with its reader's links, all but the one to the letter in a browser, and its language."""

    mailing: Mailing
    language: str
    html: str


def find_letter(claims: LinkClaims, name: str, app: Container) -> SentLetter | None:
    """The mail that was sent to the place in a batch that `claims` name; None if it is no longer kept.

    The ledger knows which variant that was, for 13 months (ledger_keys.LIFE). `name` is for the greeting.
    """
    batch = app.deliveries.batch(claims.mailing, claims.batch)
    if batch is None or claims.subscriber not in batch.recipients[claims.position : claims.position + 1]:
        return None
    variant = app.mailings.variant(claims.mailing, batch.variant)
    mailing = app.mailings.get(claims.mailing)
    if variant is None or mailing is None:
        return None
    greeting = app.templates.greeting(variant.language, name)
    values = reader_values(variant.placeholders, claims, greeting, mailing.offer, app.links)
    return SentLetter(mailing, variant.language, substitute(LINK_TO_ITSELF.sub("", variant.html), values))
