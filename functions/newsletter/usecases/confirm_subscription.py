"""Confirm a sign-up: the one way for an address to become, or become again, a reader's."""

from __future__ import annotations

from datetime import datetime

from newsletter.adapters.links import Ref
from newsletter.adapters.subscribers import Subscribers
from newsletter.domain.subscriber import Consent, SignUp, Status, Subscriber


def peek(ref: Ref, *, now: datetime, subscribers: Subscribers) -> Subscriber | SignUp | None:
    """What the link is about, without changing anything: the waiting sign-up, the reader it made, or nothing."""
    sign_up = subscribers.sign_up(ref.subscriber, now)
    if sign_up is not None and sign_up.nonce == ref.extra:
        return sign_up
    return subscribers.get(ref.subscriber) if subscribers.confirmed_by(ref.subscriber) == ref.extra else None


def confirm(ref: Ref, *, now: datetime, subscribers: Subscribers) -> bool:
    """Make the reader active; False when the sign-up is gone (expired, replaced, or used before they left).

    The consent record is written first: whoever is active has agreed, at whatever line we crash.
    """
    sign_up = subscribers.sign_up(ref.subscriber, now)
    if sign_up is not None and sign_up.nonce == ref.extra:
        consent = Consent(
            act="given",
            how=f"confirmed sign-up from {sign_up.origin}" if sign_up.origin else "confirmed sign-up",
            at=sign_up.at,
            text_version=sign_up.consent_version,
            language=sign_up.language,
            network=sign_up.network,
        )
        subscribers.add_consent(sign_up.id, consent, sign_up.nonce)
        subscribers.activate(sign_up, now)
        subscribers.forget_sign_up(sign_up)
    reader = subscribers.get(ref.subscriber)
    return (
        reader is not None and reader.status is Status.ACTIVE and subscribers.confirmed_by(ref.subscriber) == ref.extra
    )
