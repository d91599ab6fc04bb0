"""Who a link is about, as they are now: its mail may be old, and they may have moved, left or been erased since."""

from __future__ import annotations

from newsletter.adapters.subscribers import Subscribers
from newsletter.domain.subscriber import Present

MOST_MOVES = 5
"""Changes of address that are followed one after another, so that two readers who swapped theirs lead to an end."""
BROKEN = "broken"
"""The status of a profile that has none: neither subscribed nor unknown."""


def present(subscriber: str, subscribers: Subscribers) -> Present:
    """The reader whom that id names today: who changed their address goes by another than in the mails before it."""
    profile = subscribers.profile(subscriber)
    for _ in range(MOST_MOVES):
        if profile is None or "moved_to" not in profile:
            break
        subscriber = profile["moved_to"]
        profile = subscribers.profile(subscriber)
    if profile is None:
        return Present(subscriber)
    return Present(
        id=subscriber,
        status=str(profile.get("status", BROKEN)),
        language=str(profile.get("language", "")),
        tracking=profile.get("tracking") is True,
    )
