"""The status of a reader in a list that is imported: active, not confirmed, or left in one way or another."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from newsletter.readers.subscriber import Status


class ListedStatus(StrEnum):
    """The statuses in the order of their strictness, the mildest first.

    LEFT is a reader of whom a date or a `no` says that they left, but not how; the ones after it say how.
    """

    UNSAID = ""
    ACTIVE = "active"
    PENDING = "pending"
    LEFT = "left"
    BOUNCED = "bounced"
    UNSUBSCRIBED = "unsubscribed"
    COMPLAINED = "complained"
    ERASED = "erased"

    @property
    def left(self) -> bool:
        """Whether they have left, so that they must get no mail."""
        return _STRICTNESS[self] >= _STRICTNESS[ListedStatus.LEFT]

    @property
    def status(self) -> Status:
        """The status that such a reader gets here. Raises KeyError for one who has not left."""
        return _BECOMES[self]


_STRICTNESS = {listed: place for place, listed in enumerate(ListedStatus)}
_BECOMES = {
    ListedStatus.LEFT: Status.UNSUBSCRIBED,
    ListedStatus.BOUNCED: Status.BOUNCED,
    ListedStatus.UNSUBSCRIBED: Status.UNSUBSCRIBED,
    ListedStatus.COMPLAINED: Status.COMPLAINED,
    ListedStatus.ERASED: Status.UNSUBSCRIBED,
}


def strictest(statuses: Iterable[ListedStatus]) -> ListedStatus:
    """The strictest of the statuses; UNSAID if there are none."""
    return max(statuses, key=_STRICTNESS.__getitem__, default=ListedStatus.UNSAID)
