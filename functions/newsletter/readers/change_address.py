"""Move a subscription to the new address that its reader has confirmed; the old address gets one mail about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.platform.messages import SendNotice
from newsletter.readers.consents.consent import Consent
from newsletter.readers.consents.record_leaving import record_leaving
from newsletter.readers.current_subscriber import current_subscriber
from newsletter.readers.shown_before import days_taken
from newsletter.readers.subscriber import SignUp, Status

if TYPE_CHECKING:
    from newsletter.container import Container


def with_present_choices(form: SignUp, app: Container) -> SignUp:
    """The form with the reader's choices of today and their pause: days may have passed since the form was sent.

    If they have unsubscribed the old address meanwhile, their last choices there count, as the page says.
    """
    old = app.subscribers.get(form.moved_from)
    if old is None:
        return form
    return replace(form, choices=old.choices)


def evidence_of(form: SignUp, app: Container) -> str:
    """Text for the consent record at the new address: the old id and the hash of its last consent record."""
    chain = app.consents.chain(form.moved_from)
    return f"moved from {form.moved_from}" + (f", consent {chain[-1].hash}" if chain else "")


def current_id(subscriber: str, app: Container) -> str:
    """The reader's id today: not the one in mails from before they changed their address."""
    return current_subscriber(subscriber, app).id


def leave_out_of_begun_mailings(form: SignUp, now: datetime, app: Container) -> None:
    """Keep mailings that are planned for the old address from being planned for the new one, too.

    It comes before the new address is active, so that no page is planned which has it already. A mail that was planned
    and had not left the old address is missed: better than twice.
    """
    for mailing in app.statuses.unfinished():
        if app.manifests.have(mailing, form.moved_from):
            app.manifests.leave_out(mailing, form.id, now)


def end_other(form: SignUp, now: datetime, app: Container) -> None:
    """End the subscription that was to move to an address which is subscribed already, and tell its reader by mail.

    Nothing else is moved and no record links the two addresses: they may belong to two people.
    """
    _end(form, now, app)
    app.queues.send(app.queues.transactional, SendNotice("moved", form.moved_from, form.nonce))


def move(form: SignUp, now: datetime, app: Container) -> None:
    """End the subscription of the old address once the new one is active; sequences continue where they were.

    It can be repeated after a crash at any line. Enrollments are copied first, because the tick ends those of readers
    who are no longer active. One that the new address already has stays as it is. The old ones are counted no more.

    Offers that the reader took up have moved with the profile; one that was taken up since, while the old address was
    still the reader's, is added once it no longer is.
    """
    old = form.moved_from
    for enrollment in app.enrollments.of(old):
        app.enrollments.begin(replace(enrollment, subscriber=form.id))
        app.enrollments.moved(enrollment)
    _end(form, now, app, moved_to=form.id)
    reader = app.subscribers.get(old)
    if reader is not None and reader.taken:
        app.subscribers.remember_taken(form.id, days_taken(reader.taken))
    app.queues.send(app.queues.transactional, SendNotice("moved", old, form.nonce))


def _end(form: SignUp, now: datetime, app: Container, *, moved_to: str = "") -> None:
    old, kept = form.moved_from, app.publication.retention.left
    app.subscribers.deactivate(old, Status.UNSUBSCRIBED, "moved", now, kept, moved_to=moved_to)
    profile = app.subscribers.profile(old)
    if profile is None or (profile.left_how, profile.moved_to) != ("moved", moved_to):
        return
    withdrawn = Consent(
        "withdrawn",
        "moved to another address",
        now,
        form.nonce,
        language=form.language,
        evidence=f"moved to {moved_to}" if moved_to else "",
    )
    record_leaving(old, withdrawn, app)
