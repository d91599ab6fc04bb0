"""Somebody says of a received mail that a person wrote it, and that the address in From is theirs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from newsletter.platform.errors import NotFound, NotNow
from newsletter.replies.judging.leave_wish import LeaveWish
from newsletter.replies.receiving.received_mail import ReceivedMail
from newsletter.replies.reply import Held, Reply, ReplyOutcome
from newsletter.replies.take_reply import CAME_BACK, open_mail, take_answer

if TYPE_CHECKING:
    from newsletter.container import Container

NEVER = {
    ReplyOutcome.VIRUS: "it has a virus and is never sent on",
    ReplyOutcome.COPY: "the same mail came before; `newsletter replies list` has that one",
    ReplyOutcome.LEFT: "it came to an address by which its reader left, and they have",
    ReplyOutcome.FORGED: "it came to an address that is none of ours, so that nobody knows what it answers",
}
"""What is not corrected, and why."""


def say_person(reply: str, by: str, app: Container) -> Reply:
    """Do what follows from a person's answer with the received mail of that id; what came of it.

    It goes on to the mailbox also where a limit held it, ends sequences, is counted and makes its lead; whatever of
    that was done before is not done again. Raises NotFound for a mail that is not known, and NotNow for one of which
    this cannot be said or whose text is not kept any more.
    """
    found = app.replies.find(reply, app.now())
    if found is None:
        raise NotFound(f"received mail {reply}")
    if app.publication.replies is None:
        raise NotNow("publication.toml has no table [replies], which says where an answer goes on to")
    if found.said_by or _is_settled(found):
        return found
    if CAME_BACK in found.reasons:
        raise NotNow("it is a mail of ours that came back, and is never sent on")
    if found.outcome in NEVER:
        raise NotNow(NEVER[found.outcome])
    received = ReceivedMail(found.id, found.at, found.key, recipients=(), source="", checks={})
    try:
        opened = open_mail(received, app)
    except NotFound as gone:
        raise NotNow("the mail itself is gone: it is kept for 30 days") from gone
    mail = opened.mail
    if not app.handled_replies.is_first(found.id, mail.from_address, mail.message_id, mail.text, app.now()):
        raise NotNow(NEVER[ReplyOutcome.COPY])
    # What SES found is in a header of its own, above whatever the sender wrote.
    received = replace(received, checks={"virus": mail.header("x-ses-virus-verdict").strip().upper()})
    # Who sent it is not asked again, and so what they wished for is not either.
    opened = replace(opened, judgement=replace(opened.judgement, wish=LeaveWish(found.wish)))
    said = replace(found, outcome=ReplyOutcome.PERSON, authentic=True, said_by=by)
    done = take_answer(said, received, opened, app)
    app.replies.put(done)
    return done


def _is_settled(reply: Reply) -> bool:
    """Whether everything was done that follows from a person's answer."""
    return reply.outcome is ReplyOutcome.PERSON and reply.authentic and reply.forwarded and reply.held is Held.NOT
