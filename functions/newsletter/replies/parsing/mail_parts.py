"""The parts of a mail (RFC 2046), found without recursion and without copies of them.

The standard library's parser takes a generator of its own for each part in a part: a thousand end in RecursionError,
and so does a chain of message/rfc822. Here a mail inside a mail is one part, and is not opened.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.parser import BytesParser
from email.policy import default
from itertools import islice

from newsletter.replies.parsing.header_block import content_type, raw_headers, split_head

MOST_PARTS = 200
DEEPEST = 10
MOST_LOOKED_AT = 10_000
"""Places in a part where its delimiter may be."""
LONGEST_CONTENT = 2_000_000
"""Bytes of one part that are decoded."""
_REST = re.compile(rb"(--)?[ \t]{0,200}(?:\r\n|\n|\r|\Z)")
"""What follows the delimiter on its line."""
_ENCODINGS = ("quoted-printable", "base64", "7bit", "8bit", "binary", "x-uuencode", "uuencode", "x-uue")


@dataclass(frozen=True)
class MailPart:
    """A part, of which `raw[start:end]` is the body. `depth` is 0 for the mail itself."""

    raw: bytes
    start: int
    end: int
    depth: int
    headers: Mapping[str, str]
    media_type: str
    parameters: Mapping[str, str]

    @property
    def boundary(self) -> str:
        return self.parameters.get("boundary", "") if self.media_type.startswith("multipart/") else ""

    @property
    def disposition(self) -> str:
        return self.headers.get("content-disposition", "").partition(";")[0].strip().lower()

    @property
    def has_name(self) -> bool:
        return "name" in self.parameters or "filename" in self.headers.get("content-disposition", "").lower()

    def content(self) -> bytes:
        """The body without its transfer encoding; as it is written where that is broken or unknown."""
        body = self.raw[self.start : min(self.end, self.start + LONGEST_CONTENT)]
        encoding = self.headers.get("content-transfer-encoding", "").strip().lower()
        if encoding not in _ENCODINGS:
            return body
        head = f"Content-Type: application/octet-stream\nContent-Transfer-Encoding: {encoding}\n\n".encode("ascii")
        try:
            found = BytesParser(policy=default).parsebytes(head + body, headersonly=True).get_payload(decode=True)
        except Exception:  # noqa: BLE001 (the decoders raise binascii.Error, ValueError and others)
            return body
        return found if isinstance(found, bytes) else body


def parts_of(raw: bytes) -> Iterator[MailPart]:
    """The mail itself and its parts in their order, at most MOST_PARTS, and not deeper than DEEPEST."""
    waiting = [(0, len(raw), 0, "")]
    left = MOST_PARTS
    while waiting and left:
        left -= 1
        start, end, depth, of = waiting.pop()
        part = _part(raw, start, end, depth, of)
        yield part
        if part.boundary and depth < DEEPEST:
            waiting += [(*place, depth + 1, part.media_type) for place in reversed(_places(part, left))]


def _part(raw: bytes, start: int, end: int, depth: int, of: str) -> MailPart:
    block, body = split_head(raw, start, end)
    headers: dict[str, str] = {}
    for name, value in raw_headers(block):
        if name.startswith("content-"):
            headers.setdefault(name, value)
    fallback = "message/rfc822" if of == "multipart/digest" else ""
    media_type, parameters = content_type(headers.get("content-type", fallback))
    return MailPart(raw, body, end, depth, headers, media_type, parameters)


def _places(part: MailPart, most: int) -> list[tuple[int, int]]:
    """Where the parts of a multipart begin and end; none where its delimiter is nowhere."""
    found: list[tuple[int, int]] = []
    begin = -1
    for at, after, closes in islice(_delimiters(part), MOST_LOOKED_AT):
        if begin >= 0:
            found.append((begin, max(begin, at)))
        if closes or len(found) == most:
            return found
        begin = after
    if begin >= 0:
        found.append((begin, part.end))
    return found


def _delimiters(part: MailPart) -> Iterator[tuple[int, int, bool]]:
    """Of each line with the delimiter: where it begins, the line break before it included, where the next line begins,
    and whether it is the last one."""
    delimiter = b"--" + part.boundary.encode("utf-8")
    raw, place, looked_at = part.raw, max(part.start - 1, 0), 0
    while (at := raw.find(delimiter, place, part.end)) >= 0 and looked_at < MOST_LOOKED_AT:
        looked_at += 1
        rest = _REST.match(raw, at + len(delimiter), part.end)
        place = at + len(delimiter)
        if rest and (at == 0 or raw[at - 1 : at] in (b"\n", b"\r")):
            place = max(rest.end(), place)
            yield at - len(_line_break(raw, at)), rest.end(), bool(rest[1])


def _line_break(raw: bytes, before: int) -> bytes:
    return next((each for each in (b"\r\n", b"\n", b"\r") if raw.endswith(each, 0, before)), b"")
