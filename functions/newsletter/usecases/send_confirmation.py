"""Send the confirmation mail of a sign-up, or its one reminder, through the same ledger as every other mail."""

from __future__ import annotations

from newsletter.domain.mailing import CONFIRMATION, INVITATION, Kind, Mailing
from newsletter.domain.messages import ConfirmSignUp
from newsletter.domain.planning import Batch
from newsletter.domain.subscriber import Addressee
from newsletter.observability import count
from newsletter.usecases.readmit import readmit
from newsletter.usecases.render_variant import Variants
from newsletter.usecases.send_batch import Sending
from newsletter.usecases.send_batches import send_to_one


def send_confirmation(message: ConfirmSignUp, sending: Sending, variants: Variants) -> None:
    """One mail per form and one reminder; none for a form that expired, was replaced, or was confirmed meanwhile."""
    now = sending.now()
    sign_up = sending.sign_ups.get(message.subscriber, now)
    if sign_up is None or sign_up.nonce != message.nonce:
        return
    if message.invited:
        mailing = Mailing(INVITATION, Kind.INVITATION, now)
    else:
        mailing = Mailing(CONFIRMATION, Kind.ADMINISTRATIVE, now)
    if sending.content.mailing(mailing.id) is None:
        sending.content.create_mailing(mailing)
    variant = variants.confirmation(mailing.id, sign_up.language, reminder=message.reminder)
    batch_id = f"{sign_up.id}-{sign_up.nonce}" + ("-reminder" if message.reminder else "")
    batch = Batch(mailing.id, batch_id, variant, (sign_up.id,))
    # The name is left out on purpose: text typed by a stranger must not reach the owner of the address.
    addressee = Addressee(sign_up.email, name="", language=sign_up.language, nonce=sign_up.nonce)
    if not (message.invited or message.reminder):
        readmit(sign_up, now, sending)
    if send_to_one(message, batch, mailing, addressee, sending):
        count("ConfirmationsSent")
