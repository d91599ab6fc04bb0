"""What speaks for a program: each reason is a code. One is enough; what is only likely counts where two things agree.

X-Auto-Response-Suppress and Precedence: list decide nothing: Exchange and groups set them on what people write.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.replies.judging.rules import Rules
from newsletter.replies.parsing.incoming_mail import IncomingMail

MOST_LOOKED_AT = 3_000
"""Characters of what was written."""
_SENTENCE_END = re.compile(r"[.!?]")
_TAGS = re.compile(r"(?:\[[^\]]{1,40}\]\s*|\*{3}[^*]{1,40}\*{3}\s*)+")
_REPORTS = {
    "message/delivery-status": "delivery_report",
    "message/feedback-report": "delivery_report",
    "message/disposition-notification": "read_receipt",
}


def evidence(mail: IncomingMail, return_path: str, own: str, rules: Rules) -> tuple[str, ...]:
    """The codes, each once; `own` is what the mail says beyond what it quotes."""
    found = [
        *_of_headers(mail, rules),
        *_of_envelope(mail, return_path, rules),
        *_of_parts(mail, own, rules),
        *_of_subject(mail, rules),
        *_of_text(mail, " ".join(own[:MOST_LOOKED_AT].split()), rules),
    ]
    return tuple(dict.fromkeys(found))


def is_answer(mail: IncomingMail) -> bool:
    """Whether a program for mails made it as the answer to another one."""
    return bool(mail.header("in-reply-to") or mail.header("references"))


def _of_headers(mail: IncomingMail, rules: Rules) -> Iterator[str]:
    yield from (rule.reason for rule in rules.headers if rule.holds(mail))
    precedence = {value.lower().strip() for name in rules.precedence_names for value in mail.headers.get(name, ())}
    if precedence & rules.precedence_values and not _is_group(mail) and not _is_help_desk(mail, rules):
        yield "bulk_precedence"
    if mail.header("list-unsubscribe") and not mail.header("list-post") and not is_answer(mail):
        yield "bulk_mail"


def _is_group(mail: IncomingMail) -> bool:
    return bool(mail.header("list-id") and mail.header("list-post"))


def _is_help_desk(mail: IncomingMail, rules: Rules) -> bool:
    said = [mail.header(name).lower() for name in rules.help_desk_names if name in mail.headers]
    return (
        any(word in value for value in said for word in rules.help_desk_words) or "x-rt-loop-prevention" in mail.headers
    )


def _of_envelope(mail: IncomingMail, return_path: str, rules: Rules) -> Iterator[str]:
    envelope = return_path.strip().strip("<>").lower()
    written = mail.header("return-path").strip()
    if not envelope or written == "<>" or envelope.partition("@")[0] == "mailer-daemon":
        yield "null_return_path"
    if mail.from_address.partition("@")[0].partition("+")[0] in rules.robots:
        yield "robot_sender"


def _of_parts(mail: IncomingMail, own: str, rules: Rules) -> Iterator[str]:
    yield from (_REPORTS[each] for each in mail.part_types if each in _REPORTS)
    if mail.media_type in _REPORTS:
        yield _REPORTS[mail.media_type]
    elif mail.media_type == "multipart/report" and not set(mail.part_types) & set(_REPORTS):
        yield "delivery_report"
    if mail.calendar_method in ("reply", "counter", "declinecounter") or (
        _begins(mail.subject, rules.subjects["calendar"])
        and (not own or "text/calendar" in mail.part_types or "calendar" in mail.header("content-class").lower())
    ):
        yield "calendar_answer"


def _of_subject(mail: IncomingMail, rules: Rules) -> Iterator[str]:
    if _begins(mail.subject, rules.subjects["out_of_office"]):
        yield "out_of_office_subject"
    if _begins(mail.subject, rules.subjects["undelivered"]):
        yield "delivery_report"
    if _begins(mail.subject, rules.subjects["challenge"]):
        yield "challenge"


def _begins(subject: str, starts: tuple[str, ...]) -> bool:
    """Whether the subject begins with one of these as words, perhaps behind the tag of a gateway: [EXTERNAL]."""
    written = (subject.casefold(), _TAGS.sub("", subject, count=1).casefold())
    return any(
        each.startswith(start) and not (start[-1].isalpha() and each[len(start) :][:1].isalpha())
        for each in written
        for start in starts
    )


def _of_text(mail: IncomingMail, own: str, rules: Rules) -> Iterator[str]:
    texts = rules.texts
    if any(not _is_asked(own, found) for found in texts["automatic"].finditer(own)):
        yield "automatic_text"
    if texts["challenge"].search(own):
        yield "challenge"
    absent, asks = bool(texts["absent"].search(own)), "?" in own
    title = _begins(mail.subject, rules.subjects["perhaps_out_of_office"])
    suppressed = {each.strip().lower() for each in mail.header("x-auto-response-suppress").split(",")}
    alone = bool(suppressed & rules.suppress_values) or not is_answer(mail)
    if not asks and ((title and (absent or not own)) or (absent and alone and bool(texts["substitute"].search(own)))):
        yield "out_of_office_text"
    ticket = _is_help_desk(mail, rules) or any(texts["ticket"].search(each) for each in (mail.subject, own))
    numbered = ticket or any(texts["number"].search(each) for each in (mail.subject, own))
    if (numbered and texts["received"].search(own)) or (ticket and texts["thanks"].search(own)):
        yield "ticket_receipt"


def _is_asked(text: str, found: re.Match[str]) -> bool:
    """Whether the sentence ends as a question, as where a person asks whether they were answered by a program."""
    end = _SENTENCE_END.search(text, found.end())
    return bool(end and end[0] == "?")
