"""Reads a raw mail (RFC 5322): never raises, in bounded time and memory, whatever the bytes are."""

from __future__ import annotations

import re
from collections.abc import Iterable
from email.headerregistry import Address, HeaderRegistry

from newsletter.platform.errors import InvalidInput
from newsletter.platform.text import cut, one_line
from newsletter.readers.email_address import normalised
from newsletter.replies.parsing.charsets import in_charset
from newsletter.replies.parsing.header_block import decoded, raw_headers, split_head
from newsletter.replies.parsing.html_text import lines_of
from newsletter.replies.parsing.incoming_mail import IncomingMail
from newsletter.replies.parsing.mail_parts import MailPart, parts_of
from newsletter.replies.parsing.plain_text import flowed, tidied

LONGEST_MAIL = 45_000_000
"""Bytes; SES receives 40 MB at most."""
MOST_DECODED = 30
"""Headers with encoded words that are decoded: the parser takes 10 ms for one of them."""
LONGEST_HTML = 500_000
MOST_TEXT = 1_000_000
"""Bytes of plain text that are looked at."""
LONGEST_FROM = 1_000
LONGEST_NAME = 200
_SIGNATURES = frozenset({"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"})
_MACHINERY = frozenset(
    {"message/delivery-status", "message/disposition-notification", "message/feedback-report", "text/rfc822-headers"}
    | {"application/pkcs7-mime", "application/x-pkcs7-mime", "application/ms-tnef"}
)
"""Parts that are no files, though they are no text to read."""
_METHOD = re.compile(r"^METHOD(?:;[^:\n]{0,200})?:[ \t]*([A-Za-z]{1,20})", re.MULTILINE | re.IGNORECASE)
_SAID = re.compile(r'"(?:[^"\\]|\\.)*"|\([^()]*\)|=\?[^?\s]*\?[^?\s]*\?[^?\s]*\?=')
"""Names in quotes, comments and encoded words of From: an address in them is no address."""
_BARE = re.compile(r"[^\s<>,;:()]+@[^\s<>,;:()]+")
"""The parser takes the first of `a@example.com b@example.com` and is silent about the other."""
_MESSAGE_ID = re.compile(r"<([^<>\s]{1,998})>")


def read_mail(raw: bytes) -> IncomingMail:
    """The mail as far as it is looked at; nothing inside it is unpacked or opened."""
    raw = raw[:LONGEST_MAIL]
    block, _ = split_head(raw, 0, len(raw))
    headers = _headers(block)
    whole, *parts = parts_of(raw)
    leaves = [part for part in (whole, *parts) if not part.boundary] or [whole]
    address, shown = _sender([value for name, value in raw_headers(block) if name == "from"])
    message_id = next(iter(headers.get("message-id", ())), "")
    found = _MESSAGE_ID.search(message_id)
    markup = _html(leaves)
    return IncomingMail(
        headers=headers,
        from_address=address,
        from_name=shown,
        subject=next(iter(headers.get("subject", ())), ""),
        message_id=found[1] if found else message_id.strip("<> "),
        text=_text(leaves) or tidied(lines_of(markup)),
        html=markup,
        media_type=whole.media_type,
        media_parameters=whole.parameters,
        part_types=tuple(part.media_type for part in parts),
        attachments=sum(_is_file(part) for part in leaves),
        calendar_method=_calendar_method(leaves),
    )


def _headers(block: bytes) -> dict[str, tuple[str, ...]]:
    """All headers by name; encoded words are decoded in the first MOST_DECODED that have some."""
    headers: dict[str, tuple[str, ...]] = {}
    left = MOST_DECODED
    for name, value in raw_headers(block):
        encoded = "=?" in value
        left -= encoded
        headers[name] = (*headers.get(name, ()), decoded(value, words=encoded and left >= 0))
    return headers


def _sender(values: list[str]) -> tuple[str, str]:
    """The address and the name of the one who wrote; an empty address where not exactly one is named."""
    if len(values) != 1 or len(values[0]) > LONGEST_FROM:
        return "", ""
    try:
        header = HeaderRegistry()("from", values[0])
        addresses: tuple[Address, ...] = getattr(header, "addresses", ())
        named = [each for each in addresses if each.domain]
        if len(named) != 1 or len({each.lower() for each in _BARE.findall(_SAID.sub(" ", values[0]))}) != 1:
            return "", ""
        name = cut(one_line(str(named[0].display_name)), LONGEST_NAME)
        return normalised(named[0].addr_spec, allow_test_domains=True), name
    except InvalidInput:
        return "", ""
    except Exception:  # noqa: BLE001 (the parser raises what it likes on addresses with defects)
        return "", ""


def _is_text(part: MailPart, media_type: str) -> bool:
    return part.media_type == media_type and part.disposition != "attachment"


def _is_file(part: MailPart) -> bool:
    if part.disposition == "attachment":
        return part.media_type not in _SIGNATURES
    if part.media_type in _SIGNATURES | _MACHINERY or part.media_type.startswith("multipart/"):
        return False
    return not part.media_type.startswith("text/") or part.has_name


def _text(leaves: Iterable[MailPart]) -> str:
    """The plain text of all parts that are to be read one after the other (Apple Mail puts pictures between them)."""
    found: list[str] = []
    left = MOST_TEXT
    for part in leaves:
        if left > 0 and (
            _is_text(part, "text/plain") or (part.depth == 0 and part.media_type.startswith("multipart/"))
        ):
            content = part.content()
            left -= len(content)
            text = in_charset(content, part.parameters.get("charset", ""))
            if part.parameters.get("format", "").lower() == "flowed":
                text = flowed(text, delete_space=part.parameters.get("delsp", "").lower() == "yes")
            found.append(tidied(text))
    return tidied("\n\n".join(text for text in found if text))


def _html(leaves: Iterable[MailPart]) -> str:
    part = next((part for part in leaves if _is_text(part, "text/html")), None)
    text = in_charset(part.content(), part.parameters.get("charset", "")) if part else ""
    return text.replace("\r\n", "\n")[:LONGEST_HTML]


def _calendar_method(leaves: Iterable[MailPart]) -> str:
    part = next((part for part in leaves if part.media_type == "text/calendar"), None)
    if part is None:
        return ""
    if method := part.parameters.get("method", ""):
        return method.lower()
    said = _METHOD.search(in_charset(part.content(), part.parameters.get("charset", ""))[:20_000])
    return said[1].lower() if said else ""
