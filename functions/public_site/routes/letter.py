"""/letter: a reader's own letter in the browser, as it was sent to them. Opening it changes and records nothing."""

from __future__ import annotations

import re

from newsletter.container import app
from newsletter.mailings.planning.ledger_keys import LIFE as LEDGER_LIFE
from newsletter.platform.links.links import LinkClaims, LinkPurpose
from newsletter.platform.web.answer import Answer, html_answer
from newsletter.readers.current_subscriber import with_choices
from newsletter.readers.subscriber import CurrentSubscriber, Status, Subscriber
from newsletter.sending.sent_letter import SentLetter, find_letter
from public_site.request import Request
from public_site.responses import page

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' https: data:; form-action 'none';"
    " frame-ancestors 'none'; base-uri 'none'"
)
"""A mail has its styles in attributes; scripts and forms it has none."""
BODY = re.compile(r"(<body[^>]*>)(.*)(</body>)", re.DOTALL)


def show_letter(request: Request, token: str) -> Answer:
    """The mail with its reader's links, under a line that says whose they are.

    410 if the reader was erased, or the ledger no longer knows which variant they were sent.
    """
    claims = app.links.read(LinkPurpose.LETTER, token)
    reader, record = with_choices(claims.subscriber, app)
    if reader.status in ("", Status.ERASED):
        return page(request, "erased", reader.language, status=410, now=False, in_crm=False)
    letter = find_letter(claims, _shown(claims, reader, record), app)
    if letter is None:
        return page(request, "letter_gone", reader.language, status=410, days=LEDGER_LIFE.days)
    return html_answer(200, _with_note(letter, reader), letter.language, POLICY)


def _shown(claims: LinkClaims, reader: CurrentSubscriber, record: Subscriber | None) -> dict[str, str]:
    """Name and address for greeting and fields; none if they cannot be read, or the reader has another address now.

    Somebody else may have the old mailbox by now.
    """
    if record is None or reader.id != claims.subscriber:
        return {}
    return {"name": record.choices.name, "email": record.email}


def _with_note(letter: SentLetter, reader: CurrentSubscriber) -> str:
    note = app.templates.page(
        "letter_note",
        letter.language,
        left=reader.status != Status.ACTIVE,
        share_url=f"/archive/{letter.mailing.id}/share?lang={letter.language}" if letter.mailing.public else "",
    )
    return BODY.sub(lambda body: f"{body[1]}\n{note}<main>{body[2]}</main>{body[3]}", letter.html, count=1)
