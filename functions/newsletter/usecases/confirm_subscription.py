"""Confirm a sign-up: the one way for an address to become, or become again, a reader's."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime

from newsletter.adapters.links import Ref
from newsletter.domain.cadence import after_confirming
from newsletter.domain.consent import Consent
from newsletter.domain.messages import Notify
from newsletter.domain.subscriber import SignUp, Status, Subscriber
from newsletter.observability import count
from newsletter.usecases.front_desk import FrontDesk
from newsletter.usecases.subscribe import ask


def peek(ref: Ref, now: datetime, desk: FrontDesk, *, seen: bool = True) -> Subscriber | SignUp | None:
    """What the link is about: the waiting sign-up, the reader it made, or nothing.

    Changes no subscription; it only counts that the page was `seen` (HEAD shows it to nobody).
    """
    if seen and ref.mailing:
        desk.deliveries.add(ref.mailing, ref.batch, "clicked", ref.position)
    sign_up = desk.sign_ups.get(ref.subscriber, now)
    if sign_up is not None and sign_up.nonce == ref.extra:
        return sign_up
    return desk.subscribers.get(ref.subscriber) if _was_confirmed(ref, desk) else None


def can_send_again(ref: Ref, now: datetime, desk: FrontDesk) -> bool:
    """Whether the form behind an old link is still there, or a newer one."""
    return desk.sign_ups.kept(ref.subscriber, now) is not None


def send_again(ref: Ref, now: datetime, desk: FrontDesk) -> bool:
    """Ask for the confirmation anew, with a new link and the choices of the form that is there; False if there is none.

    Only who got the mail has its link, so nobody else can set this off; the limits of the mailbox hold here too.
    """
    sign_up = desk.sign_ups.kept(ref.subscriber, now)
    if sign_up is None:
        return False
    ask(replace(sign_up, at=now, nonce=secrets.token_hex(8)), now, desk)
    return True


def confirm(ref: Ref, now: datetime, desk: FrontDesk) -> Subscriber | None:
    """Make the reader active; None when the sign-up is gone (expired, replaced, or used before they left).

    The consent record is written first: whoever is active has agreed, at whatever line we crash. Pressing again
    repeats every line and changes nothing.
    """
    sign_up = desk.sign_ups.get(ref.subscriber, now)
    if sign_up is not None and sign_up.nonce == ref.extra:
        _activate(sign_up, now, desk)
        desk.queues.send(desk.queues.transactional, Notify("welcome", sign_up.id, sign_up.nonce))
        if sign_up.moved_from:
            _move(sign_up, now, desk)
        if ref.mailing:
            desk.deliveries.add(ref.mailing, ref.batch, "confirmed", ref.position)
        desk.sign_ups.forget(sign_up)
    reader = desk.subscribers.get(ref.subscriber)
    if reader is None or reader.status is not Status.ACTIVE or not _was_confirmed(ref, desk):
        return None
    return reader


def _activate(sign_up: SignUp, now: datetime, desk: FrontDesk) -> None:
    consent = Consent(
        act="given",
        how=f"confirmed form: {sign_up.origin}" if sign_up.origin else "confirmed form",
        at=now,
        unique=sign_up.nonce,
        text_version=sign_up.consent_version,
        language=sign_up.language,
        network=sign_up.network,
    )
    record = desk.consents.append(sign_up.id, consent)
    known = desk.subscribers.get(sign_up.moved_from or sign_up.id)
    cadence = after_confirming(known, sign_up.frequency, now) if known else ""
    if desk.subscribers.activate(sign_up, now, record.hash, cadence):
        desk.limits.count("confirmations", now)
        count("SubscriptionsConfirmed")


def _move(sign_up: SignUp, now: datetime, desk: FrontDesk) -> None:
    """The reader's old address gets no more mail but one, which tells its owner of the change."""
    old = sign_up.moved_from
    if desk.subscribers.deactivate(old, Status.UNSUBSCRIBED, "moved", now, desk.publication.retention.left):
        withdrawn = Consent("withdrawn", "moved to another address", now, sign_up.nonce, language=sign_up.language)
        desk.subscribers.remember_head(old, desk.consents.append(old, withdrawn).hash)
    desk.queues.send(desk.queues.transactional, Notify("moved", old, sign_up.nonce))


def _was_confirmed(ref: Ref, desk: FrontDesk) -> bool:
    profile = desk.subscribers.profile(ref.subscriber)
    return profile is not None and profile.get("confirmed_by") == ref.extra
