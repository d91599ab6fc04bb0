"""Sends an answer on to the mailbox of people, as far as limits allow, with notes about what they should know."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from newsletter.platform.aws.throttling import is_passing, patiently
from newsletter.platform.errors import NotSentYet
from newsletter.platform.observability import count
from newsletter.platform.text import cut, one_line
from newsletter.replies.forwarding.forward import Frame, forwarded, text_only
from newsletter.replies.parsing.incoming_mail import IncomingMail
from newsletter.replies.receiving.handled_replies_store import COUNTED, FORWARDED
from newsletter.replies.receiving.received_mail import ReceivedMail
from newsletter.replies.reply import Held, Reply, ReplyOutcome
from newsletter.sending.reserve_slots import another_slot, sleep_until

if TYPE_CHECKING:
    from newsletter.container import Container

LARGEST = 14_600_000
"""Bytes of a mail that goes on whole: 10 MB in Base64 (RFC 2045, 6.8) and its text. Of a larger one its text does."""
MOST_OF_A_SENDER, MOST_OF_ALL = 20, 1_000
"""Mails that go on within an hour. Whoever writes more is no reader, or wants to use us against the mailbox."""
NOTED_FOR = 10.0
"""Seconds for which it is tried to note that an answer went on, so that it is not there twice; the function has 30."""
LONGEST_FROM = 200
"""Characters of a From that cannot be read."""
NOT_SCANNED = "PROCESSING_FAILED"


def send_on(reply: Reply, received: ReceivedMail, raw: bytes, size: int, mail: IncomingMail, app: Container) -> Reply:
    """Send the mail to the mailbox; the reply with whether that was done. Raises NotSentYet, SentPerhaps.

    After SentPerhaps it is tried again: that an answer is there twice is better than that it is lost.
    """
    marks = app.handled_replies.marks(reply.id)
    if reply.forwarded or FORWARDED in marks:
        return replace(reply, forwarded=True)
    # A mail that is tried again, while SES sends nothing, and one that a person has sent on, are not counted anew.
    held = Held.NOT if reply.said_by or COUNTED in marks else _held(mail.from_address or received.source, app)
    if held is not Held.NOT:
        count("RepliesHeld")
        return replace(reply, held=held)
    app.handled_replies.mark(reply.id, COUNTED)
    whole = size <= LARGEST and received.checks.get("virus") != NOT_SCANNED
    frame = _frame(reply, mail, app, size=size, whole=whole)
    data = forwarded(raw, mail, frame) if whole else text_only(mail, frame)
    slot = another_slot(1, app, transactional=True)
    if slot is None:
        raise NotSentYet("no slot for an answer")
    sleep_until(slot, app)
    app.mailer.send_raw(data, frame.to)
    patiently(lambda: app.handled_replies.mark(reply.id, FORWARDED), NOTED_FOR, app, is_passing)
    count("RepliesForwarded")
    return replace(reply, forwarded=True, held=Held.NOT)


def _held(sender: str, app: Container) -> Held:
    """Whether the limits of the hour are reached."""
    now = app.now()
    if not app.quotas.take(f"answers-of#{app.ids.of(sender)}", now, MOST_OF_A_SENDER):
        return Held.SENDER
    return Held.NOT if app.quotas.take("answers", now, MOST_OF_ALL) else Held.ALL


def _frame(reply: Reply, mail: IncomingMail, app: Container, *, size: int, whole: bool) -> Frame:
    publication, replies = app.publication, app.reply_settings

    def said(code: str, **values: object) -> str:
        return app.templates.text(f"replies.{code}", publication.languages[0], **values)

    notes = []
    if not mail.from_address:
        notes.append(said("no_address", sender=cut(one_line(" ".join(mail.headers.get("from", ()))), LONGEST_FROM)))
    if reply.outcome is ReplyOutcome.PERSON and not reply.authentic:
        notes.append(said("not_authentic"))
    if reply.left:
        notes.append(said("left"))
    elif reply.wish != "none":
        notes.append(said("wishes_to_leave", console=f"{app.settings.public_url}/console/readers"))
    if size > LARGEST:
        notes.append(said("too_large", megabytes=round(size / 1024 / 1024)))
    elif not whole:
        notes.append(said("not_scanned"))
    sender = publication.sender
    return Frame(sender.name, sender.address, replies.forward_to, replies.domain, notes, said("files_lost"))
