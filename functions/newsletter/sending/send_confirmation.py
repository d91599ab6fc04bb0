"""Sends the confirmation mail of a sign-up, or its one reminder, through the same ledger as every other mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsletter.mailings.launch import launch, prepare
from newsletter.mailings.mailing import ALREADY, CONFIRMATION, INVITATION, Kind, Mailing
from newsletter.mailings.planning.batches import Batch
from newsletter.platform.messages import ConfirmSignUp
from newsletter.platform.observability import count
from newsletter.readers.subscriber import RecipientProfile
from newsletter.sending.lift_suppression import lift_suppression
from newsletter.sending.send_batches import send_to_one

if TYPE_CHECKING:
    from newsletter.container import Container


def send_confirmation(message: ConfirmSignUp, app: Container) -> None:
    """Send the mail or reminder that the message asks for; nothing if the form expired or was confirmed meanwhile.

    A newer form of the same address is confirmed by the same link, so the mail is sent for it as well, unless a later
    message asks for that. Somebody who is subscribed already gets a mail that says so, in their own language, and no
    reminder.
    """
    now = app.now()
    sign_up = app.sign_ups.get(message.subscriber, now, message.moved_from)
    if sign_up is None or message.nonce != (sign_up.nonce if message.reminder else sign_up.mail):
        return
    profile = app.subscribers.profile(sign_up.id)
    active = profile is not None and profile.active
    if message.reminder and (
        active or not app.sign_up_limits.reminder(sign_up.mailbox or sign_up.id, message.nonce, now)
    ):
        return
    language = (profile.language if profile and active else "") or sign_up.language
    if active:
        mailing = Mailing(ALREADY, Kind.SERVICE, now)
    elif message.invited:
        mailing = Mailing(INVITATION, Kind.INVITATION, now)
    else:
        mailing = Mailing(CONFIRMATION, Kind.SERVICE, now)
    launch(prepare(mailing, app), app)
    moves = bool(sign_up.moved_from)
    if active:
        variant = app.variants.already(language, moves=moves)
    else:
        variant = app.variants.confirmation(mailing.id, language, reminder=message.reminder, moves=moves)
    batch_id = f"{sign_up.id}-{message.nonce}" + ("-reminder" if message.reminder else "")
    batch = Batch(mailing.id, batch_id, variant, (sign_up.id,))
    # Without the name, on purpose: text that a stranger typed must not reach the owner of the address.
    recipient = RecipientProfile(sign_up.email, name="", language=language, nonce=sign_up.link)
    if not (active or message.invited or message.reminder):
        lift_suppression(sign_up, now, app)
    if send_to_one(message, batch, mailing, recipient, app):
        count("ConfirmationsSent")
