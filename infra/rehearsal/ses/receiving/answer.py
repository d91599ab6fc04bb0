"""What a reader's mail program sends: an answer to a mail, and the mail with which Apple's programs unsubscribe."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, getaddresses, make_msgid
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote

if TYPE_CHECKING:
    from datetime import datetime

    from rehearsal.ses.message.mail import Mail

_MAILTO = re.compile(r"<mailto:([^>?]+)\??([^>]*)>", re.IGNORECASE)
_LANGUAGE = re.compile(r"<html[^>]*\blang=[\"']?([a-z]{2})", re.IGNORECASE)


@dataclass(frozen=True)
class _Words:
    """How a program in a language begins a subject, and the line above what it quotes."""

    prefix: str
    above: str


_WORDS = {
    "fi": _Words("VS:", "{who} kirjoitti {at:%-d.%-m.%Y} kello {at:%-H.%M}:"),
    "sv": _Words("SV:", "Den {at:%Y-%m-%d} kl. {at:%H:%M} skrev {who}:"),
    "en": _Words("Re:", "On {at:%a, %d %b %Y at %H:%M}, {who} wrote:"),
}


@dataclass(frozen=True)
class Outgoing:
    """A mail that leaves the reader's program: for the envelope, and as it travels."""

    sender: str
    to: str
    raw: bytes


def answer_to(mail: Mail, text: str, sender: str, now: datetime) -> Outgoing:
    """The reader's answer, with the mail quoted below it. `sender` empty: who got the mail.

    From somebody else it is a mail of its own, with nothing quoted: they never had the mail.
    """
    reader = _address(mail.destination[0])
    another = bool(sender) and sender.lower() != reader.lower()
    words = _WORDS.get(_language(mail), _WORDS["en"])
    message = _message(sender or reader, reply_address(mail), now)
    has_prefix = mail.subject.lower().startswith(words.prefix.lower())
    message["Subject"] = mail.subject if has_prefix else f"{words.prefix} {mail.subject}"
    thread = b""
    if not another:
        thread = _thread(mail)
        quoted = "\n".join(f"> {line}".rstrip() for line in (mail.text or "").splitlines())
        text = f"{text}\n\n{words.above.format(who=mail.from_, at=mail.at)}\n\n{quoted}"
    message.set_content(text, cte="quoted-printable")
    return Outgoing(sender or reader, reply_address(mail), thread + message.as_bytes())


def unsubscribe_as_apple(mail: Mail, now: datetime) -> Outgoing | None:
    """What Mail of Apple sends to the mailto: of List-Unsubscribe; None where the header has none."""
    found = _MAILTO.search(mail.headers.get("List-Unsubscribe", ""))
    if found is None:
        return None
    reader, to = _address(mail.destination[0]), unquote(found[1])
    message = _message(reader, to, now)
    message["Subject"] = parse_qs(found[2]).get("subject", [""])[0]
    # With an empty subject and this sentence (spamresource.com, 2023: List Unsubscribe on Apple Mail on iOS).
    text = f'Apple Mail sent this email to unsubscribe from the message "{mail.subject}".\n'
    message.set_content(text, cte="quoted-printable")
    return Outgoing(reader, to, message.as_bytes())


def reply_address(mail: Mail) -> str:
    """Where an answer goes: Reply-To, else From."""
    of_mail = mail.reply_to[0] if mail.reply_to else mail.headers.get("Reply-To") or mail.sender.text
    return _address(of_mail)


def _thread(mail: Mail) -> bytes:
    """EmailMessage would write ids as long as those of SES in encoded words, as no mail program does."""
    answered = mail.headers.get("Message-ID", "")
    references = "\r\n ".join((*mail.headers.get("References", "").split(), answered))
    return f"In-Reply-To: {answered}\r\nReferences: {references}\r\n".encode()


def _message(sender: str, to: str, now: datetime) -> EmailMessage:
    message = EmailMessage(SMTP)
    message["From"], message["To"] = sender, to
    message["Date"] = format_datetime(now)
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    return message


def _address(text: str) -> str:
    return next((address for _, address in getaddresses([text]) if address), "")


def _language(mail: Mail) -> str:
    found = _LANGUAGE.search(mail.html or "")
    return found[1].lower() if found else ""
