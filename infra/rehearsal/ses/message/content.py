"""The three kinds of content a mail can have, each rendered only when somebody looks."""

from __future__ import annotations

import binascii
import codecs
import email.policy
import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.header import Header as EncodedHeader
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any, Protocol

from rehearsal.ses.errors import invalid
from rehearsal.ses.message.headers import Header, Headers
from rehearsal.ses.message.template import InlineTemplate

MAX_MESSAGE_BYTES = 40 * 1024 * 1024
_MAX_LINE = 1000


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
        self.message = BytesParser(policy=email.policy.default).parsebytes(source)
        # Folded as the caller folded them: a line of a mail has its limit.
        self.headers: Headers = tuple(_raw_header(line) for line in re.split(rb"\r\n(?![ \t])", head))

    @property
    def subject(self) -> str:
        """See Content.subject."""
        return str(self.message["Subject"] or "")

    @property
    def html(self) -> str | None:
        """See Content.html."""
        return self._part("html")

    @property
    def text(self) -> str | None:
        """See Content.text."""
        return self._part("plain")

    def content_headers(self, boundary: str) -> Headers:
        """None: the caller's own headers say it."""
        del boundary
        return ()

    def body(self, boundary: str) -> bytes:
        """See Content.body; the caller's, untouched."""
        del boundary
        return self._body

    def _part(self, kind: str) -> str | None:
        part = self.message.get_body((kind,))
        return str(part.get_content()).replace("\r\n", "\n") if part is not None else None


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
