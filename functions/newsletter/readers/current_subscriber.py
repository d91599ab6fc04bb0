"""The reader a link belongs to, as of now: since the mail they may have changed their address, left or been erased."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsletter.readers.subscriber import CurrentSubscriber, Status, Subscriber

if TYPE_CHECKING:
    from newsletter.container import Container

BROKEN = "broken"
"""Stands for the status of a profile that lacks one, so that it is taken neither for active nor for unknown."""


def current_subscriber(subscriber: str, app: Container) -> CurrentSubscriber:
    """The reader with that id, or with the id that they have since they changed their address.

    Every change of address is followed, also through the marks that retention leaves of old addresses. If changes made
    at the same moment form a circle, following them stops at the first id that comes a second time.
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


def with_choices(subscriber: str, app: Container) -> tuple[CurrentSubscriber, Subscriber | None]:
    """The reader as `current_subscriber` finds them, and the record under the id itself; None if none can be read.

    An active reader, whom nearly every link belongs to, is read once.
    """
    try:
        record = app.subscribers.get(subscriber)
    except (KeyError, TypeError, ValueError):
        record = None
    if record is None or record.status is not Status.ACTIVE:
        return current_subscriber(subscriber, app), record
    return CurrentSubscriber(record.id, record.status, record.language, tracking=record.choices.tracking), record


def earlier_ids(subscriber: str, app: Container) -> list[str]:
    """The ids of the reader's earlier addresses, the latest first, up to one that has been subscribed again since."""
    found = [subscriber]
    profile = app.subscribers.profile(subscriber)
    while profile and profile.moved_from and profile.moved_from not in found:
        before = profile.moved_from
        profile = app.subscribers.profile(before)
        if profile is None or profile.moved_to != found[-1]:
            break
        found.append(before)
    return found[1:]
