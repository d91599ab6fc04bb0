"""What a list from elsewhere says of a reader: may they be mailed, were they never asked, or did they leave?"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from newsletter.readers.subscriber import Status


class ListedStatus(StrEnum):
    """From the mildest word to the strictest, in the order in which they are written here.

    LEFT is somebody of whom only a date or a no tells that they left; how they left is said by the words after it.
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
        """Whether nobody may mail them."""
        return _STRICTNESS[self] >= _STRICTNESS[ListedStatus.LEFT]

    @property
    def status(self) -> Status:
        """What a reader of whom a list says so becomes here. Raises KeyError for one who has not left."""
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
    """The strictest word of all that are said; UNSAID for none."""
    return max(statuses, key=_STRICTNESS.__getitem__, default=ListedStatus.UNSAID)
