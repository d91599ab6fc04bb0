"""A mail of a mailing as it was sent, to be looked at: it is nobody's, and looking at it is no visit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import escape

from newsletter.mail.mail_links import without_canary
from newsletter.mail.placeholders import substitute
from newsletter.mail.writing.personal_fields import personal_values
from newsletter.mailings.mailing import Kind, Mailing, Variant
from newsletter.mailings.rendering.renderer import Renderer
from newsletter.platform.errors import NotFound

if TYPE_CHECKING:
    from newsletter.container import Container

KEY = re.compile(r"[a-z]{2,3}-[a-z2-7]{16}", re.ASCII)
NOBODY = "preview"
"""In the place of a reader's tokens: pages behind it say that the link is not valid."""


class SentMail(NamedTuple):
    """A mail for a reader without a name. Links lead to their targets; `as_sent` is False for one rendered anew."""

    language: str
    subject: str
    html: str
    text: str
    as_sent: bool = True


def sent_mail(mailing: Mailing, key: str, app: Container) -> SentMail:
    """The mail of the variant `key`. Raises NotFound."""
    variant = app.mailings.variant(mailing.id, key) if KEY.fullmatch(key) else None
    outline = app.mailings.outline(mailing.id, key) if variant else None
    if variant is None or outline is None:
        raise NotFound(f"a mail {key[:40]} of {mailing.id}")
    return shown_mail(variant, app.mailings.targets(mailing.id, outline.links), app)


def mail_again(mailing: Mailing, language: str, app: Container) -> SentMail:
    """A campaign's mail as it looks today, for when the ledger has forgotten what was sent. Raises NotFound."""
    if mailing.kind is not Kind.CAMPAIGN or language not in languages_of(mailing, app):
        raise NotFound(f"a mail of {mailing.id} in {language[:40] or 'no language'}")
    winner = mailing.with_each_subject[mailing.decision.winner - 1 if mailing.decision else 0]
    variant, links = Renderer(app.templates).campaign(winner, language, tracked=False)
    return shown_mail(variant, dict(links), app)._replace(as_sent=False)


def languages_of(mailing: Mailing, app: Container) -> tuple[str, ...]:
    """The languages in which a campaign went out."""
    spoken = app.templates.publication.languages
    return tuple(each for each in spoken if each in mailing.audience.languages) or tuple(spoken)


def shown_mail(variant: Variant, targets: Mapping[str, str], app: Container) -> SentMail:
    """A variant for nobody; `targets` are those of its links by key."""
    hello_html, hello_text = app.templates.greeting(variant.language, "")
    values = dict.fromkeys(variant.placeholders, NOBODY) | {"hello_html": hello_html, "hello_text": hello_text}
    values |= personal_values(variant.placeholders, {})
    subject, html, text = (
        substitute(part, values) for part in (variant.subject, without_canary(variant.html), variant.text)
    )
    for key, url in targets.items():
        link = f"{app.settings.public_url}/c/{NOBODY}/{key}"
        html, text = html.replace(link, str(escape(url))), text.replace(link, url)
    return SentMail(variant.language, subject, html, text)
