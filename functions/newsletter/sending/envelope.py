"""What one recipient of a batch gets of their own: address, values of the placeholders, headers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from newsletter.mailings.mailing import Kind, Mailing
from newsletter.mailings.planning.batches import Batch
from newsletter.mailings.rendering.reader_values import reader_values
from newsletter.platform.links.links import LinkClaims, LinkPurpose
from newsletter.readers.subscriber import RecipientProfile
from newsletter.sending.ses.mailer_client import Envelope

if TYPE_CHECKING:
    from newsletter.container import Container


def envelope(
    place: LinkClaims, recipient: RecipientProfile, mailing: Mailing, placeholders: Iterable[str], app: Container
) -> Envelope:
    """The recipient's part of the call to SES; `place` says who they are, and where in the ledger. Raises NotFound."""
    greeting = app.templates.greeting(recipient.language, recipient.name)
    reader = {"name": recipient.name, "email": recipient.email}
    data = reader_values(placeholders, place, greeting, mailing.offer, app.links, nonce=recipient.nonce, reader=reader)
    unsubscribe = data.get("unsubscribe") or app.links.token(LinkPurpose.UNSUBSCRIBE, place)
    leave = app.reply_addresses.to_leave(place.subscriber, place.mailing) if app.reply_addresses else ""
    headers = unsubscribe_headers(mailing.kind, app.settings.public_url, unsubscribe, leave)
    return Envelope(place.position, recipient.email, data, headers)


def unsubscribe_headers(kind: Kind, public_url: str, unsubscribe: str, leave: str = "") -> dict[str, str]:
    """One-click unsubscribe (RFC 8058); nothing for mails to people who have no subscription to end.

    `leave` is the address to leave by, where answers are received: programs that know of mailto alone take it, and
    the others the link, whichever is first (RFC 2369, 2: in order of preference).
    """
    if not kind.to_subscribers:
        return {}
    by_mail = f"<mailto:{leave}>, " if leave else ""
    return {
        "List-Unsubscribe": f"{by_mail}<{public_url}/unsubscribe/{unsubscribe}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def reply_address(batch: Batch, app: Container) -> str:
    """Where answers to the batch's mails go: an address that names it, or empty where answers are not received."""
    if app.reply_addresses is None:
        return ""
    app.mailing_codes.keep(batch.mailing, app.now())
    return app.reply_addresses.to_answer(batch.mailing, batch.id)
