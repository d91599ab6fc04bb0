"""Who bounced once can come back: a fresh sign-up takes the address off SES's suppression list."""

from __future__ import annotations

from datetime import datetime

from newsletter.adapters.suppression import BOUNCE
from newsletter.domain.subscriber import SignUp
from newsletter.observability import count, logger
from newsletter.usecases.send_batch import Sending


def readmit(form: SignUp, now: datetime, sending: Sending) -> None:
    """Take the form's address off SES's list if it bounced, at most once in 30 days.

    Never after a complaint: a form that anybody can fill in does not undo what the owner said. For that a person must
    ask us (`newsletter subscribers unsuppress`). Should SES not answer, the mail goes out as it would have without
    asking: SES drops it, and reports so.
    """
    try:
        listed = sending.suppression.entry(form.email)
        if listed is None:
            return
        if listed.reason != BOUNCE or not sending.limits.readmission(form.id, form.nonce, now):
            count("SuppressionsKept")
            return
        sending.suppression.remove(form.email)
    except Exception as fault:  # noqa: BLE001 (the mail is tried all the same)
        logger().warning("SES's suppression list was not asked", extra={"error": type(fault).__name__})
        return
    count("SuppressionsLifted")
