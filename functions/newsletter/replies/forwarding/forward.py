"""The mail by which an answer goes on to the mailbox of people: its body as it came, under headers of our own.

The body's bytes are kept as they are, with the three headers that say how they are to be read: whatever a mail program
made, another can show it, and nothing of it has to be understood here. Only what SES would refuse is written anew:
SES takes 7-bit lines of at most 998 characters (RFC 5322, 2.1.1).
"""

from __future__ import annotations

import email
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from email import policy
from email.base64mime import body_encode
from email.header import Header
from email.message import EmailMessage, Message
from email.utils import formataddr
from hashlib import sha256
from urllib.parse import quote

from newsletter.platform.text import cut, one_line
from newsletter.replies.parsing.charsets import in_charset
from newsletter.replies.parsing.incoming_mail import IncomingMail

LONGEST_LINE = 998
MOST_NAME = 80
"""Characters of the name in From."""
MOST_NESTED = 50
MOST_IDS = 2_000
"""Characters of References that are kept, the last ones."""
LOOP = "X-Loop"
"""Marks what we send on, so that it is known if it ever comes back; help desks and mailing lists use the same name."""
BODY_HEADERS = ("content-type", "content-transfer-encoding", "content-disposition", "content-language")
_PARAMETER = re.compile(r'\b((?:file)?name)=(?:"([^"]{1,500})"|([^\s;"]{1,500}))', re.IGNORECASE)
"""Of a Content-Type or Content-Disposition; written anew as RFC 2231 has it."""
IDS = re.compile(r"<[!-;=?-~]{1,250}>")


@dataclass(frozen=True)
class Frame:
    """What is ours of the mail. `notes` are sentences for whoever reads it; `loop` is the domain of LOOP.

    `lost` is one more, for a mail of which only the text can travel.
    """

    sender_name: str
    sender: str
    to: str
    loop: str
    notes: Sequence[str] = ()
    lost: str = ""


def forwarded(raw: bytes, mail: IncomingMail, frame: Frame) -> bytes:
    """The mail as it came, from us and with the reader in Reply-To. Never larger than it was by more than a third."""
    head, _, body = _parted(raw)
    content: dict[str, bytes] = {}
    for name, value in _fields(head):
        if name in BODY_HEADERS:
            content.setdefault(name, value)  # what was read and judged is what people see
    if not _travels(body) or not all(_travels(value) for value in content.values()):
        return _rewritten(raw, mail, frame)
    if not frame.notes:
        return _head(mail, frame) + _lines(content) + b"\r\n" + body
    part = _lines(content) + b"\r\n" + body
    return _with_notes(part, mail, frame)


def text_only(mail: IncomingMail, frame: Frame) -> bytes:
    """The mail with its text alone, below the notes: for one that is too large, or that cannot be rewritten."""
    message = _headers(mail, frame)
    notes = "".join(f"{note}\n\n" for note in frame.notes)
    message.set_content(f"{notes}{mail.text}", cte="quoted-printable")
    return _thread(mail) + message.as_bytes()


def _without_files(mail: IncomingMail, frame: Frame) -> bytes:
    return text_only(mail, replace(frame, notes=(*frame.notes, frame.lost)))


def _rewritten(raw: bytes, mail: IncomingMail, frame: Frame) -> bytes:
    """The mail with its parts in Base64 where their bytes could not travel."""
    if raw.lower().count(b"multipart/") > MOST_NESTED:  # the parser of `email` takes the square of their number
        return _without_files(mail, frame)
    try:
        message = email.message_from_bytes(raw, policy=policy.compat32)
        for part in message.walk():
            _encode_headers(part)
            if not part.is_multipart() and part.get_content_maintype() != "message":
                _encode(part)
        for name in {name for name, _ in message.items()}:
            if name.lower() not in BODY_HEADERS:
                del message[name]
        again = message.as_bytes(policy=policy.compat32.clone(linesep="\r\n", max_line_length=None))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return _without_files(mail, frame)
    if not _travels(again):
        return _without_files(mail, frame)
    if frame.notes:
        return _with_notes(again, mail, frame)
    return _head(mail, frame) + again


def _encode_headers(part: Message) -> None:
    """Names of files, and headers of mails inside, that were written in 8 bits as they are."""
    for name, value in part.raw_items():
        raw = str(value).encode("utf-8", "surrogateescape")
        if raw.isascii():
            continue
        text = in_charset(raw, "")
        if name.lower() in BODY_HEADERS:
            text = _PARAMETER.sub(lambda found: f"{found[1]}*=utf-8''{quote(found[2] or found[3])}", text)
            part.replace_header(name, text.encode("ascii", "replace").decode())
        else:
            part.replace_header(name, Header(one_line(text), "utf-8").encode())


def _encode(part: Message) -> None:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return
    del part["content-transfer-encoding"]
    part["Content-Transfer-Encoding"] = "base64"
    part.set_payload(body_encode(payload, eol="\r\n"))


def _with_notes(part: bytes, mail: IncomingMail, frame: Frame) -> bytes:
    """The notes in a part of their own, before the mail's content."""
    boundary = f"=_{sha256(part).hexdigest()}"  # which nobody can put into what it is made of
    note = EmailMessage(policy.SMTP)
    note.set_content("\n".join(frame.notes) + "\n", cte="quoted-printable")
    del note["MIME-Version"]
    between = b"\r\n--" + boundary.encode()
    return b"".join(
        (
            _head(mail, frame) + f'Content-Type: multipart/mixed; boundary="{boundary}"\r\n'.encode(),
            between + b"\r\n" + note.as_bytes(),
            between + b"\r\n" + part,
            between + b"--\r\n",
        )
    )


def _head(mail: IncomingMail, frame: Frame) -> bytes:
    """Our headers, to be followed by those of a body."""
    return _thread(mail) + _headers(mail, frame).as_bytes().rstrip(b"\r\n") + b"\r\n"


def _headers(mail: IncomingMail, frame: Frame) -> EmailMessage:
    message = EmailMessage(policy.SMTP)
    name = cut(one_line(mail.from_name or mail.from_address.partition("@")[0]), MOST_NAME)
    message["From"] = formataddr((f"{name} / {frame.sender_name}" if name else frame.sender_name, frame.sender))
    message["To"] = frame.to
    if mail.from_address:
        message["Reply-To"] = formataddr((cut(one_line(mail.from_name), MOST_NAME), mail.from_address))
    message["Subject"] = one_line(mail.subject)
    message[LOOP] = frame.loop
    # Whoever is on holiday in the mailbox would answer the reader. `Auto-Submitted` would say so to every program, but
    # help desks drop mails that have it.
    message["X-Auto-Response-Suppress"] = "All"
    message["MIME-Version"] = "1.0"
    return message


def _thread(mail: IncomingMail) -> bytes:
    """In-Reply-To and References, an id a line: the library writes ids of more than 76 characters, as SES's are, as
    encoded words, by which no program finds the thread."""
    own = [f"<{mail.message_id}>"] if IDS.fullmatch(f"<{mail.message_id}>") else []
    thread = list(dict.fromkeys((*_ids(mail, "references"), *own)))
    while len(" ".join(thread)) > MOST_IDS:
        thread.pop(0)
    fields = {"In-Reply-To": _ids(mail, "in-reply-to")[:1], "References": thread}
    lines = [f"{name}: " + "\r\n ".join(ids) for name, ids in fields.items() if ids]
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


def _ids(mail: IncomingMail, name: str) -> list[str]:
    return [each for value in mail.headers.get(name, ()) for each in IDS.findall(value)]


def _parted(raw: bytes) -> tuple[bytes, bytes, bytes]:
    """Headers and body, whose lines end in CRLF."""
    return re.sub(rb"\r*\n|\r", b"\r\n", raw).partition(b"\r\n\r\n")


def _fields(head: bytes) -> list[tuple[str, bytes]]:
    """The headers as they are written, with their names in small letters."""
    found = []
    for line in re.split(rb"\r\n(?![ \t])", head):
        name, colon, _ = line.partition(b":")
        if colon and name.isascii():
            found.append((name.decode().strip().lower(), line))
    return found


def _lines(content: dict[str, bytes]) -> bytes:
    return b"".join(line + b"\r\n" for line in content.values())


def _travels(data: bytes) -> bool:
    return data.isascii() and b"\0" not in data and all(len(line) <= LONGEST_LINE for line in data.split(b"\r\n"))
