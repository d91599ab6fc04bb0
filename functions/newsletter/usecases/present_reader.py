"""Who a link is about, as they are now: its mail may be old, and they may have moved, left or been erased since."""

from __future__ import annotations

from newsletter.adapters.subscribers import Subscribers
from newsletter.domain.subscriber import Present

BROKEN = "broken"
"""The status of a profile that has none: neither subscribed nor unknown."""


def present(subscriber: str, subscribers: Subscribers) -> Present:
    """The reader whom that id names today: who changed their address goes by another than in the mails before it.

    However often they did: each change is followed, also over the marks that retention leaves of old addresses. Should
    changes made at the same moment lead round in a circle, the end is where it closes.
    """
    profile = subscribers.profile(subscriber)
    seen = {subscriber}
    while profile is not None and profile.get("moved_to", subscriber) not in seen:
        subscriber = profile["moved_to"]
        seen.add(subscriber)
        profile = subscribers.profile(subscriber)
    if profile is None:
        return Present(subscriber)
    return Present(
        id=subscriber,
        status=str(profile.get("status", BROKEN)),
        language=str(profile.get("language", "")),
        tracking=profile.get("tracking") is True,
    )
