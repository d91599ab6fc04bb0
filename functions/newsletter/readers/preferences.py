"""A reader's own choices: topics, language, frequency, a pause, name, tracking, and the address itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from newsletter.platform.errors import InvalidInput, LimitReached, NotFound
from newsletter.platform.links.links import LinkClaims
from newsletter.platform.times import iso
from newsletter.publication.publication import Publication
from newsletter.readers.consents.consent import Consent
from newsletter.readers.email_address import normalised
from newsletter.readers.signup.limits_store import CHANGES_AN_HOUR
from newsletter.readers.signup.protection import take_form
from newsletter.readers.signup.subscribe import (
    Faults,
    ask,
    checked_frequency,
    checked_language,
    checked_name,
    chosen_topics,
    same_choices,
)
from newsletter.readers.subscriber import Frequency, Status, Subscriber
from newsletter.readers.subscribers_store import Choices

if TYPE_CHECKING:
    from newsletter.container import Container

TRACKING = "tracking of links"
"""How every record about that begins."""
LONGEST_PAUSE = timedelta(days=365)
ATTEMPTS = 3
"""How often choices are kept anew when the same reader chose elsewhere at the same moment; the last one holds."""


@dataclass(frozen=True)
class ChoicesForm:
    """What was typed, not yet checked. `paused_until` is a day (ISO 8601) or empty.

    `every_topic` is whether no topics mean all of them.
    """

    topics: tuple[str, ...]
    language: str
    name: str = ""
    frequency: str = Frequency.WEEKLY
    paused_until: str = ""
    tracking: bool = False
    every_topic: bool = False


def current(ref: LinkClaims, app: Container) -> Subscriber | None:
    """The reader's present choices."""
    return app.subscribers.get(ref.subscriber)


def pause(text: str, today: date) -> date | None:
    """The first day of mail again, from what was typed (ISO 8601, as date fields send it); empty is no pause.

    Raises InvalidInput for a day that is not within the next year.
    """
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("paused_until", "pages.errors.paused_until") from None
    if not today < day <= today + LONGEST_PAUSE:
        raise InvalidInput("paused_until", "pages.errors.paused_until")
    return day


def pause_to_come(reader: Subscriber, now: datetime, publication: Publication) -> date | None:
    """The reader's pause; None for one that is over, and for who gets no mail anyway."""
    today = now.astimezone(publication.time_zone).date()
    paused = reader.paused_until
    return paused if reader.status is Status.ACTIVE and paused is not None and paused > today else None


def checked(form: ChoicesForm, now: datetime, app: Container) -> Choices:
    """The choices that were typed. Raises InvalidForm with every field that needs mending."""
    faults = Faults()
    today = now.astimezone(app.publication.time_zone).date()
    choices = Choices(
        topics=faults.in_(lambda: _topics(form, app), ()),
        language=faults.in_(lambda: checked_language(form.language, app.publication), ""),
        name=faults.in_(lambda: checked_name(form.name), ""),
        frequency=faults.in_(lambda: checked_frequency(form.frequency), Frequency.WEEKLY),
        paused_until=faults.in_(lambda: pause(form.paused_until, today), None),
        tracking=form.tracking,
    )
    faults.raise_if_any()
    return choices


def _topics(form: ChoicesForm, app: Container) -> tuple[str, ...]:
    otherwise = "pages.errors.no_topics_leave"
    return chosen_topics(form.topics, app.publication, every=form.every_topic, otherwise=otherwise)


def change(ref: LinkClaims, form: ChoicesForm, now: datetime, app: Container) -> Subscriber:
    """Keep new choices; whether mail goes out at all stays as it is. Raises InvalidForm, NotFound."""
    choices = checked(form, now, app)
    before = current(ref, app)
    if before is None:
        raise NotFound("reader")
    if before.tracking != choices.tracking:
        _record_tracking(before.id, "given" if choices.tracking else "withdrawn", now, app)
    _keep(ref.subscriber, choices, now, app)
    after = app.subscribers.get(ref.subscriber)
    if after is None:
        raise NotFound("reader")
    return after


def _record_tracking(subscriber: str, act: Literal["given", "withdrawn"], now: datetime, app: Container) -> None:
    """Record that the reader gave or withdrew it, before the choice is kept; not again, if a save that died did so."""
    chain = app.consents.chain(subscriber)
    said = [record.consent.act for record in chain if record.consent.how.startswith(TRACKING)]
    if said[-1:] == [act]:
        head = chain[-1].hash
    else:
        consent = Consent(act, f"{TRACKING}, on the preferences page", now, f"tracking-{act}-{iso(now)}")
        head = app.consents.append(subscriber, consent).hash
    app.subscribers.remember_head(subscriber, head)


def _keep(subscriber: str, choices: Choices, now: datetime, app: Container) -> Subscriber:
    """Keep the choices; the reader as they were before."""
    for _ in range(ATTEMPTS):
        before = app.subscribers.get(subscriber)
        if before is None:
            raise NotFound("reader")
        if app.subscribers.choose(before, choices, now):
            return before
    message = "the reader's choices changed at each attempt to keep them"
    raise RuntimeError(message)


def checked_address(ref: LinkClaims, address: str, app: Container) -> str:
    """The new address, normalised. Raises InvalidInput for what is none, or is the reader's address already."""
    email = normalised(address, allow_test_domains=app.settings.local)
    if app.ids.of(email) == ref.subscriber:
        raise InvalidInput("new_email", "pages.errors.same_email")
    return email


def change_address(ref: LinkClaims, email: str, network: str, now: datetime, app: Container) -> None:
    """Ask the new address to confirm; until it does, nothing changes. Then the old one gets one mail that says so.

    The answer is the same whoever the new address (as `checked_address` gave it) belongs to. Raises NotFound, and
    LimitReached for who asks for many addresses in an hour, and for a network that sends many forms.
    """
    reader = app.subscribers.get(ref.subscriber)
    if reader is None:
        raise NotFound("reader")
    if not app.sign_up_limits.sign_up(f"reader-{reader.id}", now, CHANGES_AN_HOUR):
        raise LimitReached("changes of one reader's address")
    take_form(network, now, app)
    form = same_choices(reader, "change of address", now, app)
    moving = replace(form, id=app.ids.of(email), email=email, moved_from=reader.id, network=network)
    ask(replace(moving, mailbox=app.ids.of_mailbox(email)), now, app)
