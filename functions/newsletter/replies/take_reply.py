"""An answer: who wrote it, whose it is, and what follows. It goes on to the mailbox of people if a person wrote it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from newsletter.platform.errors import NotSentYet, SentPerhaps
from newsletter.platform.links.links import LinkClaims
from newsletter.readers.email_address import LARGE_PROVIDERS
from newsletter.readers.manage.find import masked
from newsletter.readers.unsubscribe import unsubscribe
from newsletter.replies.addresses import ReplyTo
from newsletter.replies.authentic import is_authentic
from newsletter.replies.find_reader import Answerer, find_reader
from newsletter.replies.follow_answer import Answer, follow_answer
from newsletter.replies.forwarding.send_on import LARGEST, send_on
from newsletter.replies.judging.judge_reply import OwnSenders, ReplyJudgement, ReplyKind, judge_reply
from newsletter.replies.judging.leave_wish import LeaveWish
from newsletter.replies.parsing.incoming_mail import IncomingMail
from newsletter.replies.parsing.read_mail import read_mail
from newsletter.replies.receiving.received_mail import ReceivedMail
from newsletter.replies.reply import Reply, ReplyOutcome

if TYPE_CHECKING:
    from newsletter.container import Container

CAME_BACK = "came_back"
"""The reason of replies/judging for a mail of ours, of which nothing may be sent on."""


@dataclass(frozen=True)
class Opened:
    """A received mail that was read: its beginning as it came, how many bytes it has, and what is in it."""

    raw: bytes
    size: int
    mail: IncomingMail
    judgement: ReplyJudgement


def take_reply(received: ReceivedMail, to: ReplyTo, reply: Reply, app: Container) -> Reply:
    """Handle a mail to an address to answer to; what came of it. Repeating it does only what was not done."""
    reply = replace(reply, mailing=app.mailing_codes.find(to.code), batch=to.batch)
    for check, outcome in (("virus", ReplyOutcome.VIRUS), ("spam", ReplyOutcome.SPAM)):
        if received.failed(check):
            return replace(reply, outcome=outcome)
    opened = open_mail(received, app)
    mail, judgement = opened.mail, opened.judgement
    reply = replace(
        reply,
        outcome=ReplyOutcome(judgement.kind.value),
        reasons=judgement.reasons,
        rules=judgement.rules,
        sender=masked(mail.from_address),
        wish=judgement.wish.value,
        authentic=is_authentic(received, mail),
    )
    if judgement.kind is ReplyKind.PROGRAM or CAME_BACK in judgement.reasons:
        return reply
    if not app.handled_replies.is_first(received.id, mail.from_address, mail.message_id, mail.text, app.now()):
        return replace(reply, outcome=ReplyOutcome.COPY)
    return take_answer(reply, received, opened, app)


def take_answer(reply: Reply, received: ReceivedMail, opened: Opened, app: Container) -> Reply:
    """Do what follows from a mail that no program wrote. It goes on once, also if a person decided anew about it.

    Raises what SES said if it could not go on; everything else is done then.
    """
    answerer = find_reader(opened.mail, reply.mailing, reply.batch, app)
    if answerer is not None:
        reply = replace(reply, subscriber=answerer.reader.id, position=answerer.position)
    believed = answerer if reply.outcome is ReplyOutcome.PERSON and reply.authentic else None
    leaves = opened.judgement.wish is LeaveWish.ONLY
    if believed is not None and believed.own_address and leaves:
        unsubscribe(_claims(believed, reply), "answer", app.now(), app)
        reply = replace(reply, left=True)
    stopped: NotSentYet | SentPerhaps | None = None
    try:
        reply = send_on(reply, received, opened.raw, opened.size, opened.mail, app)
    except (NotSentYet, SentPerhaps) as error:
        stopped = error
    if believed is not None and not leaves:
        answer = Answer(believed, reply, opened.judgement.own_words, makes_lead=_makes_lead(opened.judgement, app))
        reply = replace(reply, lead=follow_answer(answer, app))
    if stopped is not None:
        raise stopped
    return reply


def open_mail(received: ReceivedMail, app: Container) -> Opened:
    """Read the mail and judge who wrote it. Raises NotFound once it is not kept any more."""
    raw, size = app.received_mails.read(received.key, LARGEST)
    mail = read_mail(raw)
    return Opened(raw, size, mail, judge_reply(mail, received.source, own_senders(app)))


def own_senders(app: Container) -> OwnSenders:
    """By what a mail of ours, or of our people, is known. At a large provider's, readers have their mailboxes too."""
    sender, replies = app.publication.sender, app.reply_settings
    domains = {address.rpartition("@")[2] for address in (sender.address, sender.reply_to)} - LARGE_PROVIDERS
    return OwnSenders(
        sender=sender.address.lower(),
        forward_to=replies.forward_to.lower(),
        list_id=sender.list_id,
        reply_domain=replies.domain,
        domains=frozenset(domains),
    )


def _makes_lead(judgement: ReplyJudgement, app: Container) -> bool:
    """Somebody who perhaps wishes to leave is for a person to decide on."""
    return app.reply_settings.make_leads and judgement.wish is LeaveWish.NONE


def _claims(answerer: Answerer, reply: Reply) -> LinkClaims:
    if answerer.position is None:
        return LinkClaims(answerer.reader.id)
    return LinkClaims(answerer.reader.id, reply.mailing, reply.batch, answerer.position)
