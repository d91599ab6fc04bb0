"""Send a reader the one mail that follows what they did: a welcome, or the news that their address was changed."""

from __future__ import annotations

from newsletter.domain.errors import NotFound
from newsletter.domain.mailing import MOVED, WELCOME, Kind, Mailing
from newsletter.domain.messages import Notify
from newsletter.domain.planning import Batch
from newsletter.domain.subscriber import Addressee, Status
from newsletter.usecases.render_variant import Variants
from newsletter.usecases.send_batch import Sending
from newsletter.usecases.send_batches import send_to_one

KINDS = {WELCOME: Kind.WELCOME, MOVED: Kind.ADMINISTRATIVE}


def notify(message: Notify, sending: Sending, variants: Variants) -> None:
    """One mail per act; a reader who is gone, or left before their welcome, gets none. Raises NotFound."""
    if message.mail not in KINDS:
        raise NotFound(f"mail {message.mail}")
    reader = sending.subscribers.get(message.subscriber)
    if reader is None or (message.mail == WELCOME and reader.status is not Status.ACTIVE):
        return
    offers = sending.templates.publication.offers
    mailing = Mailing(message.mail, KINDS[message.mail], sending.now(), offer=offers[0].key if offers else "")
    if sending.content.mailing(mailing.id) is None:
        sending.content.create_mailing(mailing)
    variant = variants.welcome(reader) if message.mail == WELCOME else variants.moved(reader.language)
    batch = Batch(mailing.id, f"{reader.id}-{message.nonce}", variant, (reader.id,))
    send_to_one(message, batch, mailing, Addressee(reader.email, reader.name, reader.language), sending)
