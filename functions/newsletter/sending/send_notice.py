"""Sends one subscriber a notice: the welcome mail, or that their address was changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsletter.mailings.launch import launch, prepare
from newsletter.mailings.mailing import MOVED, WELCOME, Kind, Mailing
from newsletter.mailings.planning.batches import Batch
from newsletter.platform.errors import NotFound
from newsletter.platform.messages import SendNotice
from newsletter.readers.subscriber import RecipientProfile, Status
from newsletter.sending.send_batches import send_to_one

if TYPE_CHECKING:
    from newsletter.container import Container

KINDS = {WELCOME: Kind.WELCOME, MOVED: Kind.SERVICE}


def send_notice(message: SendNotice, app: Container) -> None:
    """Send the notice; not to a subscriber who was erased, nor a welcome to one who left. Raises NotFound.

    The message's nonce is part of the batch id, so that repeated messages send one mail.
    """
    if message.mail not in KINDS:
        raise NotFound(f"mail {message.mail}")
    reader = app.subscribers.get(message.subscriber)
    if reader is None or (message.mail == WELCOME and reader.status is not Status.ACTIVE):
        return
    offers = app.templates.publication.offers
    mailing = Mailing(message.mail, KINDS[message.mail], app.now(), offer=offers[0].key if offers else "")
    launch(prepare(mailing, app), app)
    welcomes = message.mail == WELCOME
    variant = app.variants.welcome(reader, app.now()) if welcomes else app.variants.moved(reader.language)
    batch = Batch(mailing.id, f"{reader.id}-{message.nonce}", variant, (reader.id,))
    send_to_one(message, batch, mailing, RecipientProfile(reader.email, reader.choices.name, reader.language), app)
