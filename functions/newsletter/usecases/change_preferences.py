"""A reader's own choices: topics, language, name."""

from __future__ import annotations

from newsletter.adapters.links import Ref
from newsletter.adapters.subscribers import Subscribers
from newsletter.domain.errors import InvalidInput, NotFound
from newsletter.domain.publication import Publication
from newsletter.domain.subscriber import Subscriber
from newsletter.usecases.subscribe import checked_name, checked_topics


def current(ref: Ref, *, subscribers: Subscribers) -> Subscriber | None:
    """The reader's present choices."""
    return subscribers.get(ref.subscriber)


def change(
    ref: Ref,
    topics: tuple[str, ...],
    language: str,
    name: str,
    *,
    publication: Publication,
    subscribers: Subscribers,
) -> Subscriber:
    """Keep new choices; whether mail goes out at all stays as it is. Raises InvalidInput, NotFound."""
    if language not in publication.languages:
        raise InvalidInput("language", "pages.errors.language")
    known = subscribers.choose(ref.subscriber, checked_topics(topics, publication), language, checked_name(name))
    reader = subscribers.get(ref.subscriber) if known else None
    if reader is None:
        raise NotFound("reader")
    return reader
