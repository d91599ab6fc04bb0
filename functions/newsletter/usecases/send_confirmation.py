"""Send the confirmation mail of a sign-up, through the same ledger as every other mail."""

from __future__ import annotations

from newsletter.domain.mailing import CONFIRMATION, Kind, Mailing
from newsletter.domain.messages import ConfirmSignUp
from newsletter.domain.planning import Batch
from newsletter.usecases.render_variant import Variants
from newsletter.usecases.send_batch import Addressee, Sending, deliver


def send_confirmation(message: ConfirmSignUp, sending: Sending, variants: Variants) -> None:
    """One mail per sign-up form; a form that expired or was replaced by a newer one gets none."""
    now = sending.now()
    sign_up = sending.subscribers.sign_up(message.subscriber, now)
    if sign_up is None or sign_up.nonce != message.nonce:
        return
    mailing = sending.content.mailing(CONFIRMATION)
    if mailing is None:
        mailing = Mailing(CONFIRMATION, Kind.ADMINISTRATIVE, now)
        sending.content.create_mailing(mailing)
    variant = variants.confirmation(sign_up.language)
    batch = Batch(CONFIRMATION, f"{sign_up.id}-{sign_up.nonce}", variant, (sign_up.id,))
    # The name is left out on purpose: text typed by a stranger must not reach the owner of the address.
    addressee = Addressee(sign_up.email, name="", language=sign_up.language, nonce=sign_up.nonce)
    deliver(batch, mailing, sending, lambda _: {sign_up.id: addressee})
