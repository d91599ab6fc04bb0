"""Take a filled-in form: keep it until it is confirmed, and ask for the confirmation by mail."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from newsletter.platform.errors import InvalidForm, InvalidInput
from newsletter.platform.messages import ConfirmSignUp
from newsletter.platform.observability import count
from newsletter.publication.publication import Publication
from newsletter.readers.email_address import is_disposable, normalised
from newsletter.readers.signup.limits_store import SIGN_UPS_AN_HOUR
from newsletter.readers.signup.protection import take_form
from newsletter.readers.subscriber import Frequency, SignUp, Subscriber

if TYPE_CHECKING:
    from newsletter.container import Container

MAX_NAME = 80

T = TypeVar("T")


@dataclass(frozen=True)
class SignUpForm:
    """What was typed, not yet checked. `origin` is the page it came from, `network` a truncated address.

    `every_topic` is whether no topics mean all of them, `tracking` whether links may tell that they were followed.
    """

    email: str
    topics: tuple[str, ...]
    language: str
    consent: bool
    name: str = ""
    origin: str = ""
    network: str = ""
    frequency: str = Frequency.WEEKLY
    tracking: bool = True
    every_topic: bool = True


class Faults:
    """What is wrong with a form, by field: all of it is told at once."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}

    def in_(self, check: Callable[[], T], otherwise: T) -> T:
        """What the check gives, or `otherwise` when it finds a fault."""
        try:
            return check()
        except InvalidInput as wrong:
            self.found[wrong.field] = wrong.message
            return otherwise

    def raise_if_any(self) -> None:
        """Raises InvalidForm."""
        if self.found:
            raise InvalidForm(self.found)


def checked(form: SignUpForm, now: datetime, app: Container) -> SignUp:
    """The sign-up that the form makes.

    Raises InvalidForm with every field that needs mending, and the locale key of what to say there.
    """
    faults = Faults()
    email = faults.in_(lambda: normalised(form.email, allow_test_domains=app.settings.local), "")
    topics: tuple[str, ...] = faults.in_(
        lambda: chosen_topics(form.topics, app.publication, every=form.every_topic), ()
    )
    frequency = faults.in_(lambda: checked_frequency(form.frequency), Frequency.WEEKLY)
    language = faults.in_(lambda: checked_language(form.language, app.publication), "")
    name = faults.in_(lambda: checked_name(form.name), "")
    if not form.consent:
        faults.found["consent"] = "pages.errors.consent"
    faults.raise_if_any()
    return SignUp(
        id=app.ids.of(email),
        email=email,
        topics=topics,
        language=language,
        name=name,
        consent_version=app.publication.consent.version,
        origin=form.origin[:200],
        network=form.network,
        at=now,
        nonce=secrets.token_hex(8),
        frequency=frequency,
        disposable=is_disposable(email),
        tracking=form.tracking,
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
    """A form filled in with what the reader chose before."""
    return SignUp(
        id=reader.id,
        email=reader.email,
        topics=reader.topics,
        language=reader.language,
        name=reader.name,
        consent_version=app.publication.consent.version,
        origin=origin,
        network="",
        at=now,
        nonce=secrets.token_hex(8),
        frequency=reader.frequency,
        tracking=reader.tracking,
        mailbox=app.ids.of_mailbox(reader.email),
    )


def chosen_topics(
    topics: tuple[str, ...], publication: Publication, *, every: bool, otherwise: str = "pages.errors.no_topics"
) -> tuple[str, ...]:
    """The topics that were ticked; none of them stand for all only where `every` says so.

    Raises InvalidInput for none at all (`otherwise` is what to tell the reader), and for one that is not there.
    """
    if not topics and not every:
        raise InvalidInput("topics", otherwise)
    return checked_topics(topics, publication)


def checked_topics(topics: tuple[str, ...], publication: Publication) -> tuple[str, ...]:
    """The topics in the publication's order, each once. Raises InvalidInput for one it does not have."""
    known = [topic.key for topic in publication.topics]
    if not set(topics) <= set(known):
        raise InvalidInput("topics", "pages.errors.topics")
    return tuple(key for key in known if key in topics)


def checked_language(language: str, publication: Publication) -> str:
    """The language, if the publication speaks it. Raises InvalidInput."""
    if language not in publication.languages:
        raise InvalidInput("language", "pages.errors.language")
    return language


def checked_frequency(frequency: str) -> Frequency:
    """The frequency. Raises InvalidInput."""
    try:
        return Frequency(frequency)
    except ValueError:
        raise InvalidInput("frequency", "pages.errors.frequency") from None


def checked_name(name: str) -> str:
    """The name without surrounding and repeated blanks. Raises InvalidInput for what is no name of a person."""
    name = " ".join(name.split())
    if len(name) > MAX_NAME or not name.isprintable() or "://" in name or "www." in name.casefold():
        raise InvalidInput("name", "pages.errors.name")
    return name
