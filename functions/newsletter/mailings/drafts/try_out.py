"""Test mails: a campaign as its readers would get it, to a few addresses of one's own. They count nowhere.

They are rendered when they are asked for. The sender sends them later, with links straight to their targets, without
the tags that lead reports of SES to a mailing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.mailings.campaign import Campaign, validate_campaign
from newsletter.mailings.mailing import Mailing, Variant
from newsletter.mailings.rendering.article_cards import with_cards
from newsletter.mailings.rendering.preflight import Fault, preflight_campaign
from newsletter.mailings.rendering.renderer import Renderer
from newsletter.platform.errors import InvalidInput, LimitReached
from newsletter.platform.messages import SendTestMail
from newsletter.platform.words.said import say
from newsletter.readers.email_address import normalised

if TYPE_CHECKING:
    from newsletter.container import Container

MAX_ADDRESSES = 5
MAILS_AN_HOUR = 30
"""Test mails of one person in an hour."""
MAX_BYTES = 300_000
"""Of the rendered mail: an item of DynamoDB holds 400 kB."""
MARK = "[Test] "
"""Begins the subject of a test mail."""


@dataclass(frozen=True)
class TrialMail:
    """A rendered mail, and to whom it goes. `name` is that of the reader who is greeted."""

    id: str
    to: tuple[str, ...]
    variant: Variant
    name: str = ""


@dataclass(frozen=True)
class Tried:
    """Test mails that were queued, one for each subject of an A/B test, and what preflight finds in them."""

    mails: tuple[TrialMail, ...]
    faults: tuple[Fault, ...]


def send_test(
    campaign: Campaign,
    to: Sequence[str],
    app: Container,
    *,
    by: str,
    now: datetime,
    language: str = "",
    name: str = "",
    mail_id: str = "",
) -> Tried:
    """Queue a test mail to each of the addresses, in the campaign's language or another one of its audience.

    Of a campaign with an A/B test each address gets one mail with every subject. Asked for twice with one `mail_id`, it
    goes out once. Raises InvalidInput that names the field, and LimitReached.
    """
    addresses = _addresses(to, app)
    mailing = validate_campaign(replace(campaign, name=campaign.name or "test"), app.templates.publication, now)
    language = language or mailing.language
    if language not in app.templates.publication.languages:
        raise InvalidInput("language", say("choose from {names}", names=", ".join(app.templates.publication.languages)))
    mailing, unknown = with_cards(mailing, app)
    variants = [_variant(each, language, app) for each in mailing.with_each_subject]
    person = hashlib.sha256(by.encode()).hexdigest()[:16]
    for _ in range(len(addresses) * len(variants)):
        if not app.quotas.take(f"tests#{person}", now, MAILS_AN_HOUR):
            left = 3600 - int(now.timestamp()) % 3600
            raise LimitReached(say("{count} test mails an hour; try again in the next hour", count=MAILS_AN_HOUR), left)
    mail_id = mail_id or app.nonce()
    mails = tuple(
        TrialMail(f"{mail_id}-{number}" if number else mail_id, addresses, variant, name)
        for number, variant in enumerate(variants)
    )
    for mail in mails:
        app.test_mails.put(mail, now)
        app.queues.send(app.queues.transactional, SendTestMail(mail.id))
    return Tried(mails, (*unknown, *preflight_campaign(mailing, app.templates)))


def _variant(mailing: Mailing, language: str, app: Container) -> Variant:
    variant = Renderer(app.templates).campaign(mailing, language, tracked=False).variant
    if len(f"{variant.html}{variant.text}".encode()) > MAX_BYTES:
        raise InvalidInput("body", say("too long for a mail"))
    return replace(variant, subject=MARK + variant.subject)


def _addresses(to: Sequence[str], app: Container) -> tuple[str, ...]:
    given = [address for address in to if address.strip()]
    if not given:
        raise InvalidInput("to", say("empty; give one to five mail addresses of your own"))
    if len(given) > MAX_ADDRESSES:
        raise InvalidInput("to", say("{count} addresses; give at most {most}", count=len(given), most=MAX_ADDRESSES))
    found = []
    for address in given:
        try:
            found.append(normalised(address, allow_test_domains=app.settings.local))
        except InvalidInput as wrong:
            raise InvalidInput(
                "to", say("{address} is no mail address that can get mail", address=repr(address.strip()[:100]))
            ) from wrong
    return tuple(dict.fromkeys(found))
