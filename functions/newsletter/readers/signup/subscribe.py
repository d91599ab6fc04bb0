"""Take a filled-in form: keep it until it is confirmed, and ask for the confirmation by mail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from newsletter.platform.errors import InvalidForm, InvalidInput
from newsletter.platform.messages import ConfirmSignUp
from newsletter.platform.observability import count
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
    """What was typed, not yet checked. `origin` is the page it came from, `network` a truncated address.

    `choices` are those that the form has, as `Choice.read` takes them; `every_topic` is whether no topics mean all.
    """

    email: str
    choices: Mapping[str, Any]
    consent: bool
    origin: str = ""
    network: str = ""
    every_topic: bool = True


def rules(now: datetime, app: Container, *, every_topic: bool) -> Rules:
    """What may be chosen now."""
    today = now.astimezone(app.publication.time_zone).date()
    return Rules(app.publication, today, every_topic=every_topic)


def checked(form: SignUpForm, now: datetime, app: Container) -> SignUp:
    """The sign-up that the form makes.

    Raises InvalidForm with every field that needs mending, and the locale key of what to say there.
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
    """Keep the sign-up and queue its confirmation mail.

    Known, unknown, left and bounced addresses are treated alike, down to the work done: nobody learns who is a reader.
    Raises LimitReached when the network has had `most` sign-ups in this hour.
    """
    take_form(sign_up.network, now, app, most)
    if sign_up.disposable:
        count("DisposableSignUps")
    ask(sign_up, now, app)


def ask(sign_up: SignUp, now: datetime, app: Container, *, anew: bool = False) -> None:
    """Keep a sign-up, whose choices count from now on, and have its mail sent.

    Unless the mailbox has had its mails for now: then the link that it has leads to the newest choices. The work is the
    same, so that its time tells nobody whether a mail goes out: the sender drops a message whose form is not the one
    for which a mail was granted. Where that was an earlier form of this kind (`SignUps.put`), its mail is asked for
    again: the process that was to do it may have died, and the ledger keeps it from going out twice. `anew` gives the
    form a link of its own, for one that is too old for its first.
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
        # The reader will press again; the mail that never went must not count against them.
        if granted:
            app.sign_up_limits.forget_confirmation_mails(sign_up.mailbox)
        raise


def same_choices(reader: Subscriber, origin: str, now: datetime, app: Container) -> SignUp:
    """A form filled in with what the reader chose before; no form asks for a pause."""
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
