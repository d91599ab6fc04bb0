"""End a reader's subscription because they asked us to, by mail or telephone."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.platform.errors import NotFound, NotNow
from newsletter.platform.links.links import LinkClaims
from newsletter.platform.words.said import say
from newsletter.readers.current_subscriber import current_subscriber
from newsletter.readers.manage.find import known_id
from newsletter.readers.subscriber import Status
from newsletter.readers.unsubscribe import unsubscribe

if TYPE_CHECKING:
    from newsletter.container import Container


def end_subscription(subscriber: str, now: datetime, app: Container) -> str:
    """Unsubscribe the reader and give their id of today; whoever left already is left as they are.

    Only they can come back, by a form that they confirm. Raises NotFound, and NotNow for an address that never
    confirmed: it gets no mail anyway.
    """
    current = current_subscriber(known_id(subscriber, app), app)
    if not current.status:
        raise NotNow(say("this address has not confirmed, so it gets no mail; the form expires by itself"))
    if current.status == Status.ERASED:
        raise NotFound(f"subscriber {subscriber}")
    unsubscribe(LinkClaims(current.id), "request", now, app)
    return current.id
