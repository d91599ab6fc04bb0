"""A new sign-up takes an address that bounced off SES's suppression list, so that it can get mail again."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.platform.observability import count, logger
from newsletter.readers.subscriber import SignUp
from newsletter.sending.ses.suppression_client import BOUNCE

if TYPE_CHECKING:
    from newsletter.container import Container


def lift_suppression(form: SignUp, now: datetime, app: Container) -> None:
    """Take the form's address off SES's suppression list if it bounced, at most once in 30 days.

    Not after a complaint: anybody can fill in the form for the owner of the address, who must ask instead
    (`newsletter subscribers unsuppress`). If SES does not answer, the mail is sent all the same; SES drops it and
    reports that if the address is still on the list.
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
        logger().warning(
            "SES's suppression list was not asked", extra={"subscriber": form.id, "error": type(fault).__name__}
        )
        return
    count("SuppressionsLifted")
