"""Who a link is about, as they are now: its mail may be old, and they may have moved, left or been erased since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsletter.readers.subscriber import CurrentSubscriber

if TYPE_CHECKING:
    from newsletter.container import Container

BROKEN = "broken"
"""The status of a profile that has none: neither subscribed nor unknown."""


def current_subscriber(subscriber: str, app: Container) -> CurrentSubscriber:
    """The reader whom that id names today: who changed their address goes by another than in the mails before it.

    However often they did: each change is followed, also over the marks that retention leaves of old addresses. Should
    changes made at the same moment lead round in a circle, the end is where it closes.
    """
    profile = app.subscribers.profile(subscriber)
    seen = {subscriber}
    while profile is not None and profile.moved_to and profile.moved_to not in seen:
        subscriber = profile.moved_to
        seen.add(subscriber)
        profile = app.subscribers.profile(subscriber)
    if profile is None:
        return CurrentSubscriber(subscriber)
    return CurrentSubscriber(
        id=subscriber,
        status=profile.status or BROKEN,
        language=profile.language,
        tracking=profile.tracking,
    )
