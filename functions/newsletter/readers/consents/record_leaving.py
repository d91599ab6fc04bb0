"""The consent record of a reader who has left, from what the profile says, so that it can be written at any time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from newsletter.platform.errors import WrongPepper
from newsletter.platform.observability import count, logger
from newsletter.readers.consents.consent import Consent

if TYPE_CHECKING:
    from newsletter.container import Container


def record_leaving(subscriber: str, withdrawn: Consent, app: Container) -> bool:
    """See that the chain says that the reader has left the way `withdrawn` does; False for who did not.

    Leaving is one write and its record the next: a process may die between the two, and the write may be repeated
    because its answer was lost. So who left is not told by the answer to the write but by the profile, and whoever asks
    again to leave has the record completed. The moment is the one at which they left. Doing it again changes nothing.
    Who complained after it has left all the same; `withdrawn` must be of how the profile says they left.
    While the pepper is missing or another, who leaves is only noted in the profile (metric `LeavingsNotRecorded`).
    """
    profile = app.subscribers.profile(subscriber)
    left_at = profile.left_moment if profile else None
    if profile is None or left_at is None:
        return False
    try:
        record = app.consents.append(subscriber, replace(withdrawn, at=left_at))
    except WrongPepper as fault:
        # Records cannot be sealed until a person has put the secret back; leaving must not wait for that.
        logger().error("leaving was not recorded", exc_info=fault, extra={"subscriber": subscriber})
        count("LeavingsNotRecorded")
        return True
    if profile.consent_head != record.hash:
        # By now others may have come behind it; or none is left, if the reader was erased at this moment.
        chain = app.consents.chain(subscriber)
        app.subscribers.remember_head(subscriber, chain[-1].hash if chain else record.hash)
    return True
