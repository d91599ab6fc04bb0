"""The three kinds of content a mail can have, each rendered only when somebody looks."""

from __future__ import annotations

import binascii
import codecs
import email.policy
import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.header import Header as EncodedHeader
from email.message import EmailMessage, Message
from email.parser import BytesParser
from typing import Any, Protocol

from rehearsal.ses.errors import invalid
from rehearsal.ses.message.headers import Header, Headers
from rehearsal.ses.message.template import InlineTemplate

MAX_MESSAGE_BYTES = 40 * 1024 * 1024
_MAX_LINE = 1000


@dataclass(frozen=True)
class Attachment:
    """A file of a mail: its name ("" where it has none), media type and size in bytes."""

    name: str
    media_type: str
    size: int


class Content(Protocol):
    """Subject and body of a mail."""

    @property
    def subject(self) -> str:
        """Decoded, for people."""

    @property
    def html(self) -> str | None:
        """The HTML body, if there is one."""

    @property
    def text(self) -> str | None:
        """The plain text body, if there is one."""

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """What comes along as files; only a raw message can have any."""

    @property
    def failure(self) -> str | None:
        """Why SES will fail to render it after having accepted it."""

    def content_headers(self, boundary: str) -> Headers:
        """The headers that say how the body is to be read."""

    def body(self, boundary: str) -> bytes:
        """The encoded body that follows the blank line, lines ending in CRLF."""


@dataclass(frozen=True)
class Simple:
    """Content.Simple: everything given in the request."""

    subject: str
    html: str | None
    text: str | None
    failure: str | None = None
    attachments: tuple[Attachment, ...] = ()

    def content_headers(self, boundary: str) -> Headers:
        """See Content.content_headers."""
        return _content_headers(boundary, html=self.html is not None, text=self.text is not None)

    def body(self, boundary: str) -> bytes:
        """See Content.body."""
        return _body(self.html, self.text, boundary)


@dataclass(frozen=True)
class Templated:
    """An inline template, shared by all mails of a request, and the values of one."""

    template: InlineTemplate
    values: Mapping[str, str]
    failure: str | None = field(init=False)
    attachments: tuple[Attachment, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "failure", self.template.failure(self.values))

    @property
    def subject(self) -> str:
        """See Content.subject."""
        return self.template.subject.render(self.values)

    @property
    def html(self) -> str | None:
        """See Content.html."""
        return self.template.html.render(self.values) if self.template.html else None

    @property
    def text(self) -> str | None:
        """See Content.text."""
        return self.template.text.render(self.values) if self.template.text else None

    def content_headers(self, boundary: str) -> Headers:
        """See Content.content_headers."""
        parts = self.template
        return _content_headers(boundary, html=parts.html is not None, text=parts.text is not None)

    def body(self, boundary: str) -> bytes:
        """See Content.body."""
        return _body(self.html, self.text, boundary)


class Raw:
    """Content.Raw: a whole MIME message of the caller's."""

    failure: str | None = None

    def __init__(self, source: bytes) -> None:
        """Parses `source`; SesError says what is wrong with it."""
        if len(source) > MAX_MESSAGE_BYTES:
            raise invalid(f"Content.Raw.Data: {len(source)} bytes, a message may have {MAX_MESSAGE_BYTES}")
        head, blank, self._body = re.sub(rb"\r?\n", b"\r\n", source).partition(b"\r\n\r\n")
        if not blank:
            raise invalid("Content.Raw.Data: No blank line between header and body")
        if any(len(line) > _MAX_LINE for line in source.splitlines()):
            raise invalid(f"Content.Raw.Data: A line is longer than {_MAX_LINE} characters")
        self.message = _parsed(source)
        # Folded as the caller folded them: a line of a mail has its limit.
        self.headers: Headers = tuple(_raw_header(line) for line in re.split(rb"\r\n(?![ \t])", head))

    @property
    def subject(self) -> str:
        """See Content.subject."""
        return str(self.message["Subject"] or "")

    @property
    def html(self) -> str | None:
        """See Content.html; of several parts, one below the other."""
        return self._parts("html")

    @property
    def text(self) -> str | None:
        """See Content.text; of several parts, one below the other."""
        return self._parts("plain")

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """See Content.attachments."""
        return tuple(_attachment(part) for part in _files(self.message))

    def content_headers(self, boundary: str) -> Headers:
        """None: the caller's own headers say it."""
        del boundary
        return ()

    def body(self, boundary: str) -> bytes:
        """See Content.body; the caller's, untouched."""
        del boundary
        return self._body

    def _parts(self, kind: str) -> str | None:
        found = [_text_of(part) for part in _bodies(self.message, f"text/{kind}")]
        return "\n".join(found) if found else None


def _parsed(source: bytes) -> EmailMessage:
    try:
        return BytesParser(policy=email.policy.default).parsebytes(source)
    except RecursionError:  # parts within parts within parts, as somebody made them who wanted to do harm
        return BytesParser(policy=email.policy.default).parsebytes(source, headersonly=True)


def _bodies(part: Message, media_type: str) -> Iterator[Message]:
    """The parts that a mail program shows one below the other; of alternatives the first of this type."""
    if part.is_multipart() and part.get_content_maintype() == "multipart":
        of_each = (list(_bodies(child, media_type)) for child in _children(part))
        if part.get_content_subtype() == "alternative":
            yield from next((found for found in of_each if found), [])
        else:
            for found in of_each:
                yield from found
    elif part.get_content_type() == media_type and not _is_file(part):
        yield part


def _files(part: Message) -> Iterator[Message]:
    if part.is_multipart() and part.get_content_maintype() == "multipart":
        for child in _children(part):
            yield from _files(child)
    elif _is_file(part):
        yield part


def _children(part: Message) -> list[Message]:
    return [each for each in part.get_payload() if isinstance(each, Message)]


def _is_file(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or part.get_content_maintype() != "text"


def _text_of(part: Message) -> str:
    raw = part.get_payload(decode=True)
    try:
        text = bytes(raw).decode(part.get_content_charset("utf-8"), "replace") if isinstance(raw, bytes) else ""
    except LookupError:  # a character set that nobody knows
        text = bytes(raw).decode("latin-1")
    return text.replace("\r\n", "\n")


def _attachment(part: Message) -> Attachment:
    raw = part.get_payload(decode=True)
    size = len(raw) if isinstance(raw, bytes) else len(part.as_bytes())
    return Attachment(part.get_filename() or "", part.get_content_type(), size)


def simple(message: Mapping[str, Any]) -> Simple:
    """Content.Simple checked; SesError names the member that is wrong."""
    subject = _decoded(message["Subject"], "Content.Simple.Subject")
    if "\r" in subject or "\n" in subject:
        raise invalid("Content.Simple.Subject: Subject contains a line break")
    html, text = message["Body"].get("Html"), message["Body"].get("Text")
    if html is None and text is None:
        raise invalid("Content.Simple.Body: Html or Text must be given")
    return Simple(
        subject,
        html=None if html is None else _decoded(html, "Content.Simple.Body.Html"),
        text=None if text is None else _decoded(text, "Content.Simple.Body.Text"),
    )


def raw(message: Mapping[str, Any]) -> Raw:
    """Content.Raw checked; SesError names what is wrong."""
    try:
        return Raw(b64decode(message["Data"], validate=True))
    except binascii.Error:
        raise invalid("Content.Raw.Data: Not base64") from None


def encoded_subject(subject: str) -> str:
    """As it travels: RFC 2047 encoded words, folded, when it is not ASCII."""
    if subject.isascii():
        return subject
    return EncodedHeader(subject, "utf-8", header_name="Subject").encode(linesep="\r\n")


def _content_headers(boundary: str, *, html: bool, text: bool) -> Headers:
    if html and text:
        return (("Content-Type", f'multipart/alternative; boundary="{boundary}"'),)
    kind = "html" if html else "plain"
    return ("Content-Type", f'text/{kind}; charset="utf-8"'), ("Content-Transfer-Encoding", "quoted-printable")


def _body(html: str | None, text: str | None, boundary: str) -> bytes:
    message = EmailMessage(email.policy.SMTP)
    if html is not None and text is not None:
        message.set_content(text, cte="quoted-printable")
        message.add_alternative(html, subtype="html", cte="quoted-printable")
        message.set_boundary(boundary)
    elif html is not None:
        message.set_content(html, subtype="html", cte="quoted-printable")
    else:
        message.set_content(text or "", cte="quoted-printable")
    return message.as_bytes().partition(b"\r\n\r\n")[2]


def _decoded(content: Mapping[str, str], field: str) -> str:
    """SES takes 7-bit ASCII unless a character set is named (service model, Content.Charset)."""
    charset = content.get("Charset") or "us-ascii"
    try:
        codecs.lookup(charset)
        content["Data"].encode(charset)
    except LookupError:
        raise invalid(f"{field}.Charset: {charset} is not a known character set") from None
    except UnicodeEncodeError:
        raise invalid(f"{field}: Data has characters outside {charset}, name the right one in Charset") from None
    return content["Data"]


def _raw_header(line: bytes) -> Header:
    if not line.isascii():
        raise invalid("Content.Raw.Data: A header line has non-ASCII characters, write RFC 2047 encoded words")
    name, colon, value = line.decode("ascii").partition(":")
    if not colon or not name or name != name.strip():
        raise invalid("Content.Raw.Data: A header line has no name")
    return name, value.strip()
