"""What follows from a person's answer: it is counted, ends sequences, is remembered, and makes a lead."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from newsletter.leads.lead import ANSWER
from newsletter.leads.record_press import record_answer
from newsletter.leads.visits.evidence import Evidence, Visit, VisitKind
from newsletter.platform.messages import TakeUpOffer
from newsletter.platform.times import iso_precise
from newsletter.publication.sequences import Exit
from newsletter.replies.find_reader import Answerer
from newsletter.replies.reply import Reply

if TYPE_CHECKING:
    from newsletter.container import Container

BY_MAIL = Evidence("MAIL", "", "", {})
"""An answer shows nothing of the program that it was written with."""
REPLIED = "replied"
"""The event of the ledger."""


@dataclass(frozen=True)
class Answer:
    """An answer whose sender is a reader and who they say. `words` are their own, without what they quote."""

    answerer: Answerer
    reply: Reply
    words: str
    makes_lead: bool


def follow_answer(answer: Answer, app: Container) -> str:
    """Do what follows; the id of the lead, or empty. Repeating it changes nothing."""
    reply, reader = answer.reply, answer.answerer.reader
    words = answer.words if app.reply_settings.keep_words else ""
    offer = _offer(reply.mailing, app)
    if reply.position is not None:
        app.deliveries.add_event(reply.mailing, reply.batch, REPLIED, reply.position)
        visit = Visit(reply.at, VisitKind.ANSWER, offer or REPLIED, BY_MAIL, from_page=answer.answerer.own_address)
        app.visits.add(reader.id, reply.mailing, (visit,), reply.batch, reply.position, app.now())
    app.triggers.end(reader.id, Exit.ANSWERED, reply.at)
    app.reader_replies.add(reader.id, reply, words)
    if not answer.makes_lead or not offer:
        return ""
    message = TakeUpOffer(
        subscriber=reader.id,
        offer=offer,
        how=ANSWER,
        at=iso_precise(reply.at),
        mailing=reply.mailing,
        batch=reply.batch if reply.position is not None else "",
        position=reply.position or 0,
        evidence=asdict(BY_MAIL),
        from_page=answer.answerer.own_address,
    )
    lead = record_answer(message, words, app.now(), app)
    return lead.id if lead else ""


def _offer(mailing: str, app: Container) -> str:
    """The offer of the mail that was answered, or the publication's first one: a lead is always about one."""
    found = app.mailings.get(mailing) if mailing else None
    if found and found.offer and app.publication.offer(found.offer):
        return found.offer
    return app.publication.offers[0].key if app.publication.offers else ""
