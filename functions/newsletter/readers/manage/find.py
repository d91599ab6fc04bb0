"""Find a reader by their address, which is not stored in a way that could be searched: it leads to their id."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from newsletter.platform.errors import InvalidInput, NotFound
from newsletter.platform.words.said import say
from newsletter.readers.current_subscriber import current_subscriber
from newsletter.readers.email_address import normalised

if TYPE_CHECKING:
    from newsletter.container import Container

SUBSCRIBER_ID = re.compile(r"[a-z2-7]{26}", re.ASCII)
"""As subscriber_id makes them; whatever else somebody types is not looked up."""


def find_by_address(address: str, app: Container) -> str:
    """The id of the reader with exactly that address, whatever its case; of one who has changed it, the id of today.

    Raises InvalidInput on `address`, and NotFound for an address of which nothing is kept.
    """
    try:
        email = normalised(address, allow_test_domains=app.settings.local)
    except InvalidInput as wrong:
        raise InvalidInput("address", say("a whole mail address, such as maija@example.com")) from wrong
    subscriber = app.ids.of(email)
    current = current_subscriber(subscriber, app)
    if not current.status and not app.sign_ups.kept(subscriber, app.now()):
        raise NotFound("a reader with this address")
    return current.id


def known_id(subscriber: str, app: Container) -> str:
    """The id, if something is kept under it. Raises NotFound."""
    if not SUBSCRIBER_ID.fullmatch(subscriber) or not (
        app.subscribers.profile(subscriber) or app.sign_ups.kept(subscriber, app.now())
    ):
        raise NotFound(f"subscriber {subscriber}")
    return subscriber


def masked(address: str) -> str:
    """The address as those see it who may not send: `m…@example.com`; empty for none."""
    local, at, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}" if at else ""
