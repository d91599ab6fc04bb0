"""Whose answer it is: by the address in From, or by a link of the mail that is quoted below the answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from newsletter.platform.errors import BadLink
from newsletter.platform.links.links import LinkClaims, LinkPurpose
from newsletter.readers.current_subscriber import current_subscriber, earlier_ids
from newsletter.readers.subscriber import CurrentSubscriber
from newsletter.replies.parsing.incoming_mail import IncomingMail

if TYPE_CHECKING:
    from newsletter.container import Container

TOKEN = re.compile(r"[A-Za-z0-9_-]{20,400}\.[A-Za-z0-9_-]{43}")
"""A token of links.py: a payload, and the signature of SHA-256 in Base64."""
MOST_TOKENS = 20
LOOKED_THROUGH = 300_000
"""Characters of a mail that are looked through for tokens."""
IN_MAILS = (
    *(LinkPurpose.CLICK, LinkPurpose.LETTER, LinkPurpose.UNSUBSCRIBE, LinkPurpose.PREFERENCES),
    *(LinkPurpose.OFFER, LinkPurpose.MY_DATA),
)


@dataclass(frozen=True)
class Answerer:
    """The reader as of today. `own_address`: they wrote from the address that they get mail at, or got it before.

    `position` is their place in the batch that they answer; None where they are not in it, or it is not known.
    """

    reader: CurrentSubscriber
    own_address: bool
    position: int | None


def find_reader(mail: IncomingMail, mailing: str, batch: str, app: Container) -> Answerer | None:
    """The reader; None for somebody who is none, or not any more.

    Whoever has a mail of somebody else (it was sent on to them) is not taken for that reader if they are one
    themselves. `mailing` and `batch` are those that the answer is to, as far as they are known.
    """
    if mail.from_address:
        writer = current_subscriber(app.ids.of(mail.from_address), app)
        if _is_known(writer):
            return Answerer(writer, own_address=True, position=_position(writer, mailing, batch, app))
    for claims in _quoted(mail, app):
        reader = current_subscriber(claims.subscriber, app)
        if claims.mailing == mailing and _is_known(reader):
            return Answerer(reader, own_address=False, position=_position(reader, mailing, batch, app))
    return None


def _is_known(reader: CurrentSubscriber) -> bool:
    return reader.status != "" and not reader.erased


def _position(reader: CurrentSubscriber, mailing: str, batch: str, app: Container) -> int | None:
    if not mailing or not batch:
        return None
    recipients = app.deliveries.recipients(mailing, batch)
    ids = {reader.id, *earlier_ids(reader.id, app)}
    return next((position for position, each in enumerate(recipients) if each in ids), None)


def _quoted(mail: IncomingMail, app: Container) -> Iterator[LinkClaims]:
    """What the links of ours say that the mail quotes; mail scanners put them, encoded, into addresses of their own."""
    texts = (mail.text[:LOOKED_THROUGH], mail.html[:LOOKED_THROUGH])
    tokens = dict.fromkeys(each[0] for text in texts for each in TOKEN.finditer(unquote(text)))
    for token in list(tokens)[:MOST_TOKENS]:
        for purpose in IN_MAILS:
            try:
                yield app.links.read(purpose, token)
            except BadLink:
                continue
