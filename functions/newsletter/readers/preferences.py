"""A reader's own choices: topics, language, frequency, a pause, name, tracking, and the address itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

from newsletter.platform.errors import InvalidForm, InvalidInput, LimitReached, NotFound
from newsletter.platform.links.links import LinkClaims
from newsletter.platform.times import iso
from newsletter.publication.publication import Publication
from newsletter.readers.choices import Choices, read_choices
from newsletter.readers.consents.consent import Consent
from newsletter.readers.email_address import normalised
from newsletter.readers.signup.protection import take_form
from newsletter.readers.signup.subscribe import request_confirmation, rules, sign_up_from
from newsletter.readers.subscriber import Status, Subscriber

if TYPE_CHECKING:
    from newsletter.container import Container

TRACKING = "tracking of links"
"""Prefix of `how` in the consent records about tracking."""
ATTEMPTS = 3
"""How often the write is tried when the same reader saves other choices at the same moment; the last write wins."""


@dataclass(frozen=True)
class ChoicesForm:
    """What was typed, not yet checked: `choices` as `Choice.read` takes them, of which no field is left out.

    `every_topic` is whether no topics mean all of them.
    """

    choices: Mapping[str, Any]
    every_topic: bool = False


def current(claims: LinkClaims, app: Container) -> Subscriber | None:
    """The reader's present choices."""
    return app.subscribers.get(claims.subscriber)


def pause_to_come(reader: Subscriber, now: datetime, publication: Publication) -> date | None:
    """The first day with mail after the reader's pause; None if it is over, or the reader is not active."""
    today = now.astimezone(publication.time_zone).date()
    paused = reader.choices.paused_until
    return paused if reader.status is Status.ACTIVE and paused is not None and paused > today else None


def checked(form: ChoicesForm, now: datetime, app: Container) -> Choices:
    """The choices that were typed. Raises InvalidForm with every field that must be corrected."""
    allowed = replace(rules(now, app, every_topic=form.every_topic), no_topics="pages.errors.no_topics_leave")
    choices, faults = read_choices(form.choices, allowed)
    if faults:
        raise InvalidForm(faults)
    return choices


def change(claims: LinkClaims, form: ChoicesForm, now: datetime, app: Container) -> Subscriber:
    """Store new choices; the reader's status stays as it is. Raises InvalidForm, NotFound."""
    choices = checked(form, now, app)
    before = current(claims, app)
    if before is None:
        raise NotFound("reader")
    if before.choices.tracking != choices.tracking:
        _record_tracking(before.id, "given" if choices.tracking else "withdrawn", now, app)
    _keep(claims.subscriber, lambda _: choices, now, app)
    after = app.subscribers.get(claims.subscriber)
    if after is None:
        raise NotFound("reader")
    return after


def change_one(
    claims: LinkClaims, name: str, typed: Any, now: datetime, app: Container, *, every_topic: bool = False
) -> Subscriber:
    """Store one choice, typed as `Choice.read` takes it, and leave the others as they are at that moment.

    Not for `tracking`, which needs a record of consent. Raises InvalidForm, NotFound.
    """
    choices, faults = read_choices({name: typed}, rules(now, app, every_topic=every_topic))
    if faults:
        raise InvalidForm(faults)
    _keep(claims.subscriber, lambda before: replace(before, **{name: getattr(choices, name)}), now, app)
    after = current(claims, app)
    if after is None:
        raise NotFound("reader")
    return after


def _record_tracking(subscriber: str, act: Literal["given", "withdrawn"], now: datetime, app: Container) -> None:
    """Record that tracking was allowed or refused, before the choice is stored; a repeated save adds nothing."""
    chain = app.consents.chain(subscriber)
    said = [record.consent.act for record in chain if record.consent.how.startswith(TRACKING)]
    if said[-1:] == [act]:
        head = chain[-1].hash
    else:
        consent = Consent(act, f"{TRACKING}, on the preferences page", now, f"tracking-{act}-{iso(now)}")
        head = app.consents.append(subscriber, consent).hash
    app.subscribers.remember_head(subscriber, head)


def _keep(subscriber: str, chosen: Callable[[Choices], Choices], now: datetime, app: Container) -> None:
    """Store the choices that are `chosen`, given those that the reader has."""
    for _ in range(ATTEMPTS):
        before = app.subscribers.get(subscriber)
        if before is None:
            raise NotFound("reader")
        if app.subscribers.choose(before, chosen(before.choices), now):
            return
    message = "the reader's choices changed at each attempt to keep them"
    raise RuntimeError(message)


def checked_address(claims: LinkClaims, address: str, app: Container) -> str:
    """The new address, normalised. Raises InvalidInput if it is not valid, or is the reader's address already."""
    email = normalised(address, allow_test_domains=app.settings.local)
    if app.ids.of(email) == claims.subscriber:
        raise InvalidInput("new_email", "pages.errors.same_email")
    return email


def change_address(claims: LinkClaims, email: str, network: str, now: datetime, app: Container) -> None:
    """Ask for confirmation at the new address; nothing changes before that. Then the old one gets one mail about it.

    `email` is from `checked_address`. The result is the same whether or not it is subscribed already. Raises NotFound,
    and LimitReached for a reader who asks for many addresses in an hour or a network that sends many forms.
    """
    reader = app.subscribers.get(claims.subscriber)
    if reader is None:
        raise NotFound("reader")
    if not app.sign_up_limits.take_change(reader.id, app.ids.of(email), now):
        raise LimitReached("changes of one reader's address")
    take_form(network, now, app)
    form = sign_up_from(reader, "change of address", now, app)
    moving = replace(form, id=app.ids.of(email), email=email, moved_from=reader.id, network=network)
    request_confirmation(replace(moving, mailbox=app.ids.of_mailbox(email)), now, app)
