"""Take a filled-in form: store it until it is confirmed, and request its confirmation mail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from newsletter.platform.errors import InvalidForm, InvalidInput
from newsletter.platform.messages import ConfirmSignUp
from newsletter.platform.observability import count, logger
from newsletter.readers.choice import Rules
from newsletter.readers.choices import read_choices
from newsletter.readers.email_address import is_disposable, normalised
from newsletter.readers.signup.limits_store import SIGN_UPS_AN_HOUR
from newsletter.readers.signup.protection import take_form
from newsletter.readers.subscriber import SignUp, Subscriber

if TYPE_CHECKING:
    from newsletter.container import Container


@dataclass(frozen=True)
class SignUpForm:
    """What was typed, not yet checked. `origin` is the page with the form, `network` that of the sender.

    `choices` are those on the form, as `Choice.read` takes them; `every_topic` is whether no topics mean all of them.
    """

    email: str
    choices: Mapping[str, Any]
    consent: bool
    origin: str = ""
    network: str = ""
    every_topic: bool = True


def rules(now: datetime, app: Container, *, every_topic: bool) -> Rules:
    """The rules for choices made now."""
    today = now.astimezone(app.publication.time_zone).date()
    return Rules(app.publication, today, every_topic=every_topic)


def checked(form: SignUpForm, now: datetime, app: Container) -> SignUp:
    """The sign-up of the form.

    Raises InvalidForm with every field that must be corrected, and the locale key of its error text.
    """
    faults: dict[str, str] = {}
    email = ""
    try:
        email = normalised(form.email, allow_test_domains=app.settings.local)
    except InvalidInput as wrong:
        faults[wrong.field] = wrong.message
    choices, wrong_choices = read_choices(form.choices, rules(now, app, every_topic=form.every_topic))
    faults |= wrong_choices
    if not form.consent:
        faults["consent"] = "pages.errors.consent"
    if faults:
        raise InvalidForm(faults)
    return SignUp(
        id=app.ids.of(email),
        email=email,
        choices=choices,
        consent_version=app.publication.consent.version,
        origin=form.origin[:200],
        network=form.network,
        at=now,
        nonce=app.nonce(),
        disposable=is_disposable(email),
        mailbox=app.ids.of_mailbox(email),
    )


def subscribe(sign_up: SignUp, now: datetime, app: Container, most: int = SIGN_UPS_AN_HOUR) -> None:
    """Store the sign-up and queue its confirmation mail.

    The same work is done for every address, known or not, so that nobody can find out who is a reader. Raises
    LimitReached if the network has had `most` sign-ups in this hour.
    """
    take_form(sign_up.network, now, app, most)
    if sign_up.disposable:
        count("DisposableSignUps")
    request_confirmation(sign_up, now, app)


def request_confirmation(sign_up: SignUp, now: datetime, app: Container, *, anew: bool = False) -> None:
    """Store a sign-up and request its confirmation mail.

    If the mailbox has reached its limit no mail is sent, and the link in its last mail leads to the new choices. The
    same work is done then, so that the response time does not show whether a mail goes out: the sender drops a message
    for a form without an allowed mail. If the last mail was for an earlier form with the same key (`SignUps.put`), that
    mail is requested again, since the process that requested it may have died; the ledger keeps it from being sent
    twice. `anew` gives the form a new link, if it is too old for its first.
    """
    place = " ".join(filter(None, (sign_up.id, sign_up.moved_from)))
    holder, _, nonce = app.sign_up_limits.confirmation_mail(
        sign_up.mailbox, now, f"{place} {sign_up.nonce}"
    ).rpartition(" ")
    granted = nonce == sign_up.nonce
    mail = nonce if holder == place else ""
    if not granted:
        count("ConfirmationsWithheld")
    try:
        app.sign_ups.put(sign_up, mail=mail, anew=anew)
        message = ConfirmSignUp(sign_up.id, mail or sign_up.nonce, moved_from=sign_up.moved_from)
        app.queues.send(app.queues.transactional, message)
    except Exception:
        # The reader will try again; the mail that was not sent must not count towards the limit.
        if granted:
            app.sign_up_limits.reset_confirmation_mails(sign_up.mailbox)
        raise
    logger().info("confirmation requested", extra={"subscriber": sign_up.id, "mail": granted})


def sign_up_from(reader: Subscriber, origin: str, now: datetime, app: Container) -> SignUp:
    """A form with the reader's present choices, without the pause, which no sign-up form has."""
    return SignUp(
        id=reader.id,
        email=reader.email,
        choices=replace(reader.choices, paused_until=None),
        consent_version=app.publication.consent.version,
        origin=origin,
        network="",
        at=now,
        nonce=app.nonce(),
        mailbox=app.ids.of_mailbox(reader.email),
    )
