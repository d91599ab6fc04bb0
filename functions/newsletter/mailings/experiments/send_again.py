"""Send a campaign again, once, with another subject, to those who got it and did not click."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from newsletter.mailings.control.set_status import state_in_words
from newsletter.mailings.count_audience import AudienceCount, count_audience
from newsletter.mailings.mailing import Kind
from newsletter.mailings.status import MailingState
from newsletter.platform.errors import Conflict, InvalidInput, NotFound, NotNow
from newsletter.platform.times import iso
from newsletter.platform.words.said import Said, say

if TYPE_CHECKING:
    from newsletter.container import Container
    from newsletter.mailings.mailing import Mailing

AFTER = timedelta(hours=24)
"""Between the end of a campaign and sending it again: most who click do so on the first day."""
NOBODY_LEFT = say("nobody would get this: whoever got the first one has clicked, left or bounced, or is paused now")


def first_mailing(mailing: str, app: Container, *, now: datetime) -> Mailing:
    """The campaign, if it may be sent again at `now`. Raises NotFound, Conflict if it was, and NotNow."""
    found = app.mailings.get(mailing)
    if found is None:
        raise NotFound(f"mailing {mailing}")
    if found.sent_again:
        raise Conflict(_done(mailing, found.sent_again))
    if found.kind is not Kind.CAMPAIGN:
        raise NotNow(say("{mailing} is no campaign; only campaigns can be sent again", mailing=mailing))
    if found.again_of:
        raise NotNow(
            say(
                "{mailing} was itself sent again, after {first}; that is done once",
                mailing=mailing,
                first=found.again_of,
            )
        )
    if found.status.state is not MailingState.COMPLETE:
        raise NotNow(
            say(
                "{mailing} is {state}; it can be sent again once it is complete",
                mailing=mailing,
                state=state_in_words(found.status),
            )
        )
    if now < _again_from(found):
        hours = AFTER // timedelta(hours=1)
        raise NotNow(
            say(
                "{mailing} can be sent again {hours} hours after it was sent: from {at}",
                mailing=mailing,
                hours=hours,
                at=iso(_again_from(found)),
            )
        )
    return found


def may_be_sent_again(mailing: Mailing, *, now: datetime) -> bool:
    """Whether `first_mailing` would find nothing against it."""
    fresh = mailing.kind is Kind.CAMPAIGN and not (mailing.sent_again or mailing.again_of)
    return fresh and mailing.status.state is MailingState.COMPLETE and now >= _again_from(mailing)


def _again_from(mailing: Mailing) -> datetime:
    """Of a complete mailing. It may have waited for days in between, so that its start says nothing of its mails."""
    return mailing.status.since + AFTER


def _done(mailing: str, again: str) -> Said:
    return say("{mailing} was sent again as {again}; that is done once", mailing=mailing, again=again)


def require_first_again(mailing: Mailing, app: Container) -> None:
    """Raises Conflict for a mailing that sends again what another one sent again, NotFound if the first is gone, and
    InvalidInput as `require_another_subject`.
    """
    if not mailing.again_of:
        return
    first = app.mailings.get(mailing.again_of)
    if first is None:
        raise NotFound(f"mailing {mailing.again_of}")
    if first.sent_again not in ("", mailing.id):
        raise Conflict(_done(first.id, first.sent_again))
    require_another_subject(mailing, first)


def require_another_subject(mailing: Mailing, first: Mailing) -> None:
    """Raises InvalidInput on `subject` for one that the first mailing had, in whatever upper and lower case."""
    if _bare(mailing.subject) in {_bare(each.subject) for each in first.with_each_subject}:
        raise InvalidInput("subject", say("the first mail had this one; give another subject"))


def _bare(subject: str) -> str:
    return " ".join(subject.casefold().split())


def claim_again(mailing: Mailing, app: Container) -> None:
    """Let the mailing be the one that sends the first one again, before it starts. Raises Conflict as above."""
    if mailing.again_of and not app.experiments.claim_again(mailing.again_of, mailing.id):
        require_first_again(mailing, app)
        raise NotFound(f"mailing {mailing.again_of}")


def count_readers(mailing: Mailing, on: date, app: Container, found: list[str] | None = None) -> AudienceCount:
    """How many active readers would get the campaign on that day, as `count_audience`, which adds ids to `found`."""
    return count_audience(mailing.audience, on, app, capped=True, again_of=mailing.again_of, found=found)
