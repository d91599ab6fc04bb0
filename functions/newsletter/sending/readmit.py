"""Who bounced once can come back: a fresh sign-up takes the address off SES's suppression list."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.platform.observability import count, logger
from newsletter.readers.subscriber import SignUp
from newsletter.sending.ses.suppression_client import BOUNCE

if TYPE_CHECKING:
    from newsletter.container import Container


def readmit(form: SignUp, now: datetime, app: Container) -> None:
    """Take the form's address off SES's list if it bounced, at most once in 30 days.

    Never after a complaint: a form that anybody can fill in does not undo what the owner said. For that a person must
    ask us (`newsletter subscribers unsuppress`). Should SES not answer, the mail goes out as it would have without
    asking: SES drops it, and reports so.
    """
    try:
        listed = app.suppression.entry(form.email)
        if listed is None:
            return
        if listed.reason != BOUNCE or not app.sign_up_limits.readmission(form.id, form.nonce, now):
            count("SuppressionsKept")
            return
        app.suppression.remove(form.email)
    except Exception as fault:  # noqa: BLE001 (the mail is tried all the same)
        logger().warning("SES's suppression list was not asked", extra={"error": type(fault).__name__})
        return
    count("SuppressionsLifted")
