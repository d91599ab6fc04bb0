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
from newsletter.usecases.move_reader import evidence_of, move, with_present_choices
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
        if sign_up.moved_from:
            move(sign_up, now, desk)
        else:
            desk.queues.send(desk.queues.transactional, Notify("welcome", sign_up.id, sign_up.nonce))
        if ref.mailing:
            desk.deliveries.add(ref.mailing, ref.batch, "confirmed", ref.position)
        desk.sign_ups.forget(sign_up)
    reader = desk.subscribers.get(ref.subscriber)
    if reader is None or reader.status is not Status.ACTIVE or not _was_confirmed(ref, desk):
        return None
    return reader


def _activate(form: SignUp, now: datetime, desk: FrontDesk) -> None:
    given = Consent(
        act="given",
        how=f"confirmed form: {form.origin}" if form.origin else "confirmed form",
        at=now,
        unique=form.nonce,
        text_version=form.consent_version,
        language=form.language,
        network=form.network,
    )
    if form.moved_from:
        form = with_present_choices(form, desk)
        given = replace(given, evidence=evidence_of(form, desk))
    head = desk.consents.append(form.id, given).hash
    if form.moved_from and not form.tracking:
        refused = "tracking of links, refused at the old address"
        head = desk.consents.append(form.id, Consent("withdrawn", refused, now, f"tracking-{form.nonce}")).hash
    known = desk.subscribers.get(form.moved_from or form.id)
    cadence = after_confirming(known, form.frequency, now, form.paused_until) if known else ""
    if desk.subscribers.activate(form, now, head, cadence):
        desk.limits.count("confirmations", now)
        count("SubscriptionsConfirmed")


def _was_confirmed(ref: Ref, desk: FrontDesk) -> bool:
    profile = desk.subscribers.profile(ref.subscriber)
    return profile is not None and profile.get("confirmed_by") == ref.extra
