"""Take a filled-in form: keep it until it is confirmed, and ask for the confirmation by mail."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from newsletter.adapters.addresses import normalised
from newsletter.adapters.queues import Queues
from newsletter.adapters.subscribers import Subscribers
from newsletter.domain.errors import InvalidInput
from newsletter.domain.messages import ConfirmSignUp
from newsletter.domain.publication import Publication
from newsletter.domain.subscriber import SignUp, subscriber_id

MAX_NAME = 80


@dataclass(frozen=True)
class SignUpForm:
    """What was typed, not yet checked. `origin` is the page it came from, `network` a truncated address."""

    email: str
    topics: tuple[str, ...]
    language: str
    consent: bool
    name: str = ""
    origin: str = ""
    network: str = ""


def subscribe(
    form: SignUpForm,
    *,
    now: datetime,
    publication: Publication,
    subscribers: Subscribers,
    queues: Queues,
    pepper: bytes,
    allow_test_domains: bool = False,
) -> None:
    """Keep the sign-up and queue its confirmation mail.

    Known, unknown, left and bounced addresses are treated alike, down to the work done: nobody learns who is a reader.
    Raises InvalidInput with the field, and the locale key of what to say there.
    """
    email = normalised(form.email, allow_test_domains=allow_test_domains)
    topics = checked_topics(form.topics, publication)
    if form.language not in publication.languages:
        raise InvalidInput("language", "pages.errors.language")
    if not form.consent:
        raise InvalidInput("consent", "pages.errors.consent")
    sign_up = SignUp(
        id=subscriber_id(pepper, email),
        email=email,
        topics=topics,
        language=form.language,
        name=checked_name(form.name),
        consent_version=publication.consent.version,
        origin=form.origin[:200],
        network=form.network,
        at=now,
        nonce=secrets.token_hex(8),
    )
    subscribers.put_sign_up(sign_up)
    queues.send(queues.transactional, ConfirmSignUp(sign_up.id, sign_up.nonce))


def checked_topics(topics: tuple[str, ...], publication: Publication) -> tuple[str, ...]:
    """The topics in the publication's order, each once. Raises InvalidInput for one it does not have."""
    known = [topic.key for topic in publication.topics]
    if not set(topics) <= set(known):
        raise InvalidInput("topics", "pages.errors.topics")
    return tuple(key for key in known if key in topics)


def checked_name(name: str) -> str:
    """The name without surrounding and repeated blanks. Raises InvalidInput for what is no name of a person."""
    name = " ".join(name.split())
    if len(name) > MAX_NAME or not name.isprintable() or "://" in name or "www." in name.casefold():
        raise InvalidInput("name", "pages.errors.name")
    return name
