"""Take a mailing out of the public archive after it was sent, or put it back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.mailings.mailing import Mailing
from newsletter.platform.errors import NotFound, NotNow
from newsletter.platform.words.said import say

if TYPE_CHECKING:
    from newsletter.container import Container


def take_out(mailing_id: str, app: Container, *, shown: bool, by: str, now: datetime) -> Mailing:
    """Show the mailing in the archive or not, from now on; the mailing after that. Doing it again changes nothing.

    Readers keep what they have: the letter in the browser, and its links, work as before. Raises NotFound, and NotNow
    for a mailing that never was for the archive.
    """
    mailing = app.mailings.get(mailing_id)
    if mailing is None:
        raise NotFound(f"mailing {mailing_id}")
    if not mailing.for_archive:
        raise NotNow(
            say(
                "{mailing} was not sent for the archive: only what went to everyone, or was meant for it, is",
                mailing=mailing_id,
            )
        )
    app.mailings.take_out(mailing_id, not shown)
    app.decisions.put(
        now,
        mailing_id,
        "shown" if shown else "taken out",
        say("the archive shows it again, by {who}", who=by)
        if shown
        else say("the archive leaves it out, by {who}", who=by),
    )
    return replace(mailing, taken_out=not shown)
