"""Mail that comes in: what a mail server would hand to SES, posted as it is, and what a reader answers to a mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkzeug.exceptions import BadRequest, Conflict, RequestEntityTooLarge

from rehearsal.ses.receiving.answer import answer_to, unsubscribe_as_apple
from rehearsal.ses.receiving.receiver import ADDRESS, MAX_MESSAGE_BYTES, NobodyReceives
from rehearsal.ses.receiving.verdicts import NAMES
from rehearsal.site.answers import as_json, form_of, json_object
from rehearsal.site.mail_views import mail_of

if TYPE_CHECKING:
    from werkzeug.wrappers import Request, Response

    from rehearsal.ses.message.mail import Mail
    from rehearsal.ses.receiving.answer import Outgoing
    from rehearsal.site.protocol import Cloud
    from rehearsal.site.views import PageRoute, Views

MOST_TIMES = 10
_PARAMETERS = {"to", "from", "times", *NAMES}


def inbound(views: Views, request: Request) -> Response:
    """Receive the message in the body (RFC 5322) for the envelope's recipient `to`.

    `from`: the envelope's sender (`<>` for none). `spam`, `virus`, `spf`, `dkim`, `dmarc`: SES's verdicts. `times`:
    how often the notification comes, for both SES and SNS deliver at least once.
    """
    receiver = views.cloud.receiver
    refuse_when_off(views.cloud)
    request.max_content_length = MAX_MESSAGE_BYTES
    try:
        raw = request.get_data()
    except RequestEntityTooLarge:
        raise RequestEntityTooLarge(f"A mail may have {MAX_MESSAGE_BYTES} bytes, as SES has it.") from None
    given = request.args
    if unknown := sorted(given.keys() - _PARAMETERS):
        raise BadRequest(f"{unknown[0]!r} is unknown; there are {', '.join(sorted(_PARAMETERS))}.")
    if not raw.strip():
        raise BadRequest("The body is empty and must be a message as it travels (RFC 5322): curl --data-binary @file")
    to = [each.strip() for each in given.getlist("to")]
    if not to:
        raise BadRequest("to is missing: the envelope's recipient, as in /_local/inbound?to=ADDRESS")
    times = _times(given.get("times", "1"))
    try:
        received = receiver.receive(raw, to, sender=given.get("from"), given=given)
    except NobodyReceives:
        for_whom = ", ".join(each for rule in receiver.rules for each in rule.recipients)
        raise BadRequest(f"SES receives for {for_whom}, so nobody takes a mail to {', '.join(to)}.") from None
    except ValueError as error:
        raise BadRequest(f"{error}.") from None
    for _ in range(times - 1):
        receiver.tell_again(received)
    return as_json({"id": received.id}, 202)


def refuse_when_off(cloud: Cloud) -> None:
    """Raises Conflict where the stack receives nothing."""
    if not cloud.receiver.rules:
        raise Conflict(
            "Nothing is received: publication.toml has no table [replies]. Put one into it, such as [replies] with "
            'domain = "vastaa.example.fi", and start again (NEWSLETTER_TEMPLATES names a folder of your own).'
        )


def _times(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_TIMES:
        raise BadRequest(f"times is {text!r} and must be a number from 1 to {MOST_TIMES}.")
    return int(text)


def reply(views: Views, request: Request, mail_id: str) -> Response:
    """Answer a mail as its reader would: `text`, and `from` where somebody else writes. A form or JSON."""
    mail = mail_of(views, mail_id)
    said = _said(request)
    if "text" not in said:
        raise BadRequest("text is missing: what the reader writes.")
    sender = said.get("from", "").strip()
    if sender and not (ADDRESS.fullmatch(sender) and sender.isascii()):
        raise BadRequest(f"from is {sender!r} and must be a mail address, in ASCII.")
    return _sent(views, request, mail, answer_to(mail, said["text"], sender, views.cloud.clock.now()))


def leave(views: Views, request: Request, mail_id: str) -> Response:
    """Unsubscribe from a mail as programs of Apple do, with a mail to the mailto: of its List-Unsubscribe."""
    mail = mail_of(views, mail_id)
    made = unsubscribe_as_apple(mail, views.cloud.clock.now())
    if made is None:
        raise Conflict("The List-Unsubscribe of this mail has no mailto:, so Apple's programs show no Unsubscribe.")
    return _sent(views, request, mail, made)


def _said(request: Request) -> dict[str, str]:
    said = form_of(request) or json_object(request)
    if unknown := sorted(said.keys() - {"text", "from"}):
        raise BadRequest(f"{unknown[0]!r} is unknown; there are text and from.")
    for name, value in said.items():
        if not isinstance(value, str):
            raise BadRequest(f"{name} is {value!r} and must be text.")
        if any("\ud800" <= letter <= "\udfff" for letter in value):
            raise BadRequest(f"{name} has half of a surrogate pair, which is no text.")
    return said


def _sent(views: Views, request: Request, mail: Mail, made: Outgoing) -> Response:
    receiver = views.cloud.receiver
    if not receiver.receives_for(made.to):
        raise Conflict(
            f"The answer goes to {made.to}, a mailbox that is no part of this: "
            + (
                "SES receives for other addresses."
                if receiver.rules
                else "SES receives only where publication.toml has a table [replies] with a domain (docs/replies.md)."
            )
        )
    taken = receiver.receive(made.raw, [made.to], sender=made.sender, given={})
    if "text/html" in request.headers.get("accept", ""):
        return views.page("reply.html", status=202, mail=mail, made=made, source=made.raw.decode("ascii"))
    return as_json({"id": taken.id, "to": made.to}, 202)


ROUTES: list[PageRoute] = [
    ("POST", "/_local/inbound", inbound),
    ("POST", "/_local/mail/<mail_id>/reply", reply),
    ("POST", "/_local/mail/<mail_id>/leave", leave),
]
