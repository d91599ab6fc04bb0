"""Write the consent record of a reader who has left, from the profile, so that it can also be written later."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from newsletter.platform.errors import WrongPepper
from newsletter.platform.observability import count, logger
from newsletter.readers.consents.consent import Consent

if TYPE_CHECKING:
    from newsletter.container import Container


def record_leaving(subscriber: str, withdrawn: Consent, app: Container) -> bool:
    """Add `withdrawn` to the chain if the reader has left and it is not there yet; False if they have not left.

    The status is changed by one write and the record is the next: the process may die between the two, or the first may
    be repeated because its answer was lost. So the profile decides whether somebody left, not the answer to the write,
    and another click on the unsubscribe link adds a missing record. Its time is that of leaving; doing it again changes
    nothing. A reader who complained afterwards has left as well; the caller makes `withdrawn` fit the profile.
    While the pepper is missing or wrong, only the profile says that they left (metric `LeavingsNotRecorded`).
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
        # Other records may have been added since; or none is left, if the reader was erased at this moment.
        chain = app.consents.chain(subscriber)
        app.subscribers.remember_head(subscriber, chain[-1].hash if chain else record.hash)
    return True
