"""Confirm a sign-up or a change of address: the only way, besides an import, in which a reader becomes active."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.platform.aws.throttling import is_passing
from newsletter.platform.aws.time_limit_client import time_limit
from newsletter.platform.links.links import LinkClaims
from newsletter.platform.messages import SendNotice
from newsletter.platform.observability import count, logger
from newsletter.readers.change_address import (
    end_other,
    evidence_of,
    leave_out_of_begun_mailings,
    move,
    with_present_choices,
)
from newsletter.readers.consents.consent import Consent
from newsletter.readers.current_subscriber import current_subscriber
from newsletter.readers.frequency_history import after_confirming
from newsletter.readers.profiles.profile import Profile
from newsletter.readers.shown_before import after_welcome
from newsletter.readers.signup.pending import Effect, Pending, pending
from newsletter.readers.signup.protection import count_confirmation
from newsletter.readers.signup.sign_ups_store import can_be_confirmed
from newsletter.readers.signup.subscribe import request_confirmation
from newsletter.readers.subscriber import SignUp

if TYPE_CHECKING:
    from newsletter.container import Container

SECONDS_TO_COUNT = 0.05
"""How long the opening of a page may begin attempts to be counted."""


@dataclass(frozen=True)
class Confirmed:
    """A link that was confirmed, and what that did."""

    language: str
    effect: Effect


def find_confirmation(claims: LinkClaims, now: datetime, app: Container) -> Pending | Confirmed | None:
    """The form that waits for this link, or what confirming it did; None if there is neither. Changes nothing."""
    profile = app.subscribers.profile(claims.subscriber)
    form = kept_form(claims, now, app)
    if form is None or form.link != claims.extra or not can_be_confirmed(form, now):
        return _confirmed(claims, profile)
    if form.moved_from:
        today = current_subscriber(form.moved_from, app)
        if today.erased:
            return None
        if today.id != form.id:
            # They may have changed to a third address meanwhile: then the subscription there is the one that moves.
            form = replace(form, moved_from=today.id)
    if profile is not None and profile.confirmed_by == form.nonce:
        usual = Effect.MOVE if form.moved_from else Effect.SUBSCRIBE
        return Pending(form, profile.effect(usual), form, begun=True)
    reader = app.subscribers.get(claims.subscriber)
    found = pending(form, reader)
    if found.effect is Effect.MOVE:
        return replace(found, result=with_present_choices(form, app))
    return found


def count_page_view(claims: LinkClaims, found: Pending | Confirmed | None, app: Container) -> None:
    """Count that the confirmation page was opened, unless its reader or the form refuses tracking.

    An opening that AWS does not take at once is missing in the report, for the page is shown all the same.
    """
    form = found.form if isinstance(found, Pending) else None
    try:
        with time_limit(SECONDS_TO_COUNT, app):
            reader = current_subscriber((form.moved_from if form else "") or claims.subscriber, app)
            refused = (form is not None and not form.choices.tracking) or (reader.status != "" and not reader.tracking)
            if claims.mailing and not refused:
                app.deliveries.add_event(claims.mailing, claims.batch, "shown", claims.position)
    except Exception as error:
        if not is_passing(error):
            raise
        count("PageViewsNotCounted")


def kept_form(claims: LinkClaims, now: datetime, app: Container) -> SignUp | None:
    """The form with that link; otherwise the newest that waits for the address, which has another link by then.

    Also one that is too old to be confirmed, for `send_again`.
    """
    forms = app.sign_ups.kept(claims.subscriber, now)
    return next((form for form in forms if form.link == claims.extra), forms[0] if forms else None)


def send_again(claims: LinkClaims, now: datetime, app: Container) -> SignUp | None:
    """Send the confirmation mail of the kept form again; the form, or None. One that is too old gets a new link.

    Only the recipient of the mail has its link, so nobody else can cause this; the limits of the mailbox apply too.
    """
    sign_up = kept_form(claims, now, app)
    if sign_up is None:
        return None
    again = replace(sign_up, at=now, nonce=app.nonce(), mailbox=app.ids.of_mailbox(sign_up.email))
    request_confirmation(again, now, app, anew=not can_be_confirmed(sign_up, now))
    return again


def confirm(claims: LinkClaims, now: datetime, app: Container, seen: str = "") -> Pending | Confirmed | None:
    """Confirm the form if it would do what the page with the button showed (`Pending.seen`), and return what was done.

    Returns the form unconfirmed if its effect is not what was seen: the form was replaced, or the reader's profile has
    changed. None if there is no form (it expired, or was confirmed before they left). Pressing again repeats every step
    and changes nothing. The consent record is written first, so that every active reader has one, wherever it crashes.
    """
    found = find_confirmation(claims, now, app)
    if not isinstance(found, Pending):
        return found
    if not found.may_be_pressed(seen):
        return found
    _apply_effect(found, now, app)
    logger().info("form confirmed", extra={"subscriber": claims.subscriber, "effect": found.effect})
    if claims.mailing:
        app.deliveries.add_event(claims.mailing, claims.batch, "confirmed", claims.position)
    app.sign_up_limits.reset_confirmation_mails(found.form.mailbox or found.form.id)
    app.sign_ups.delete(found.form)
    return _confirmed(claims, app.subscribers.profile(claims.subscriber))


def _apply_effect(found: Pending, now: datetime, app: Container) -> None:
    match found.effect:
        case Effect.SUBSCRIBE:
            _activate(found, now, app)
            app.queues.send(app.queues.transactional, SendNotice("welcome", found.form.id, found.form.nonce))
            app.triggers.confirmed(found.form.id, now)
        case Effect.MOVE:
            leave_out_of_begun_mailings(found.form, now, app)
            _activate(found, now, app)
            move(found.form, now, app)
        case Effect.CHANGE:
            _activate(found, now, app)
        case Effect.JOIN:
            end_other(found.form, now, app)
            app.subscribers.remember_joined(found.form)


def _activate(found: Pending, now: datetime, app: Container) -> None:
    form = found.result
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
        given = replace(given, evidence=evidence_of(form, app))
    head = app.consents.append(form.id, given).hash
    known = app.subscribers.get(form.moved_from or form.id)
    if not form.choices.tracking and (form.moved_from or known is None or known.choices.tracking):
        where = "at the old address" if form.moved_from else "on the form"
        refused = f"tracking of links, refused {where}"
        head = app.consents.append(form.id, Consent("withdrawn", refused, now, f"tracking-{form.nonce}")).hash
    frequency_history = after_confirming(known, form.choices, now) if known else ""
    welcomed = known.welcomed if known else ""
    if found.effect is Effect.SUBSCRIBE and not found.begun:
        # In the same write: no digest can be planned for the reader that does not know what the welcome shows.
        welcomed = after_welcome(app.variants.newest_for(form.choices, known), welcomed)
    taken = known.taken if known else ""
    if app.subscribers.activate(form, now, head, frequency_history, found.effect, welcomed=welcomed, taken=taken):
        count_confirmation(form, now, app)
        count("SubscriptionsConfirmed")


def _confirmed(claims: LinkClaims, profile: Profile | None) -> Confirmed | None:
    """What confirming with this link did; None if the reader confirmed with another, or is not active."""
    if profile is None or not profile.confirmed_through(claims.extra):
        return None
    return Confirmed(profile.language, profile.effect(Effect.SUBSCRIBE))
