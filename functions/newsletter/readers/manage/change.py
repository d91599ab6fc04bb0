"""Change what a reader has chosen, because they asked us to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from newsletter.platform.errors import InvalidInput, NotFound
from newsletter.platform.links.links import LinkClaims
from newsletter.platform.words.said import Stored, say
from newsletter.readers.choices import CHOICES, read_choices
from newsletter.readers.manage.find import known_id
from newsletter.readers.preferences import change_one
from newsletter.readers.signup.subscribe import rules
from newsletter.readers.subscriber import Subscriber

if TYPE_CHECKING:
    from newsletter.container import Container

CHANGEABLE = tuple(name for name in CHOICES if name != "tracking")
"""Tracking of links is the reader's own to allow: they do so on the page of their choices."""


def change_choices(subscriber: str, given: Mapping[str, Any], now: datetime, app: Container) -> Subscriber:
    """Store the choices that are given, as `Choice.read` takes them; all others stay. No topics mean every topic.

    Raises InvalidInput with the field, before anything is changed; NotFound for one who never confirmed or was erased.
    """
    known_id(subscriber, app)
    if app.subscribers.get(subscriber) is None:
        raise NotFound(f"subscriber {subscriber}")
    for name in given:
        if name not in CHANGEABLE:
            raise InvalidInput(name, say("one of {values}", values=", ".join(CHANGEABLE)))
    _, faults = read_choices(given, rules(now, app, every_topic=True))
    for name, message in faults.items():
        raise InvalidInput(name, _in_english(message, app))
    for name, value in given.items():
        change_one(LinkClaims(subscriber), name, value, now, app, every_topic=True)
    after = app.subscribers.get(subscriber)
    if after is None:
        raise NotFound(f"subscriber {subscriber}")
    return after


def _in_english(message: str, app: Container) -> str:
    """The text of a locale key; a text that is none stays as it is."""
    if not message.startswith("pages."):
        return message
    return Stored(app.templates.text(message, app.publication.language("en")))
