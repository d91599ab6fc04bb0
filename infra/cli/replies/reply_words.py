"""What a received mail was taken for, why, and what became of it, in words."""

from __future__ import annotations

from newsletter.replies.reply import Held, Reply, ReplyOutcome

OUTCOMES = {
    ReplyOutcome.PERSON: "a person",
    ReplyOutcome.PROGRAM: "a program",
    ReplyOutcome.OWN: "one of ours",
    ReplyOutcome.COPY: "a copy",
    ReplyOutcome.LEFT: "left",
    ReplyOutcome.FORGED: "forged address",
    ReplyOutcome.SPAM: "spam",
    ReplyOutcome.VIRUS: "a virus",
}
WHY = {
    ReplyOutcome.COPY: "the same mail came before",
    ReplyOutcome.LEFT: "it came to the address by which this reader leaves",
    ReplyOutcome.FORGED: "it came to an address that is none of ours",
    ReplyOutcome.SPAM: "SES found it to be spam",
    ReplyOutcome.VIRUS: "SES found a virus in it",
}
HELD = {
    Held.SENDER: "held: too many of this sender within an hour",
    Held.ALL: "held: too many answers within an hour",
}
REASONS = {
    "written_by_a_person": "nothing shows that a program wrote it",
    "came_back": "a mail of ours came back",
    "our_people": "one of our own people wrote it",
    "auto_submitted": "says that a program sent it (Auto-Submitted)",
    "autoreply_header": "has a header of programs that answer",
    "null_return_path": "wants no answer (null return path)",
    "robot_sender": "from an address from which nobody writes",
    "bulk_precedence": "sent in bulk (Precedence)",
    "bulk_mail": "a mail to a list, and no answer",
    "delivery_report": "tells that a mail did not arrive",
    "read_receipt": "tells that a mail was opened",
    "calendar_answer": "answers an invitation of a calendar",
    "ticket_receipt": "a help desk tells that it got the mail",
    "challenge": "asks to prove that a person wrote",
    "automatic_text": "says that it is automatic",
    "out_of_office_subject": "its subject is that of an absence",
    "out_of_office_text": "tells of an absence, and asks nothing",
}
"""Of the codes of replies/judging."""


def why_in_words(reply: Reply) -> str:
    """Why it was taken for that, and by whom if a person said so."""
    if reply.said_by:
        return f"{reply.said_by} said so; before: {_reasons(reply)}" if reply.reasons else f"{reply.said_by} said so"
    parts = [WHY.get(reply.outcome) or _reasons(reply)]
    if reply.outcome is ReplyOutcome.PERSON and not reply.authentic:
        parts.append("the sender's address could not be confirmed")
    if reply.outcome is ReplyOutcome.PERSON and not reply.subscriber:
        parts.append("no reader of ours")
    if reply.wish == "among_others":
        parts.append("perhaps wishes to leave")
    return "; ".join(filter(None, parts))


def fate_in_words(reply: Reply) -> str:
    """Whether it was sent on, and what else came of it."""
    fate = HELD.get(reply.held) or ("sent on" if reply.forwarded else "not sent on")
    return f"{fate}; subscription ended" if reply.left else fate


def _reasons(reply: Reply) -> str:
    return ", ".join(REASONS.get(code) or code.replace("_", " ") for code in reply.reasons)
