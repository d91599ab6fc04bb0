"""The headers of a mail or of one of its parts, cut to size before the standard library parses any of them.

Its parsers of structured headers take quadratic time and raise IndexError, AttributeError, RecursionError and others
on headers with defects; a header here is short, and what cannot be parsed is taken as it is written.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping
from email.headerregistry import ContentTypeHeader, HeaderRegistry

from newsletter.platform.text import one_line

MOST_HEADERS = 200
LONGEST_BLOCK = 400_000
"""Bytes of headers that are looked at."""
LONGEST_RAW = 4_000
"""Bytes of one header before it is decoded; a longer one is cut."""
LONGEST_VALUE = 2_000
"""Characters of one header after that."""
LONGEST_TYPE = 1_000
"""Characters of a Content-Type; the parser of its parameters takes quadratic time."""
LONGEST_PARAMETER = 200
_END = re.compile(rb"\r\n\r\n|\n\r?\n|\r\r")
_NO_HEAD = re.compile(rb"\r?\n")
_LINE_END = re.compile(rb"\r\n|\n|\r")
_NAME = re.compile(rb"([!-9;-~]{1,100})[ \t]*:")
_DECODE = HeaderRegistry(use_default_map=False)
"""Takes every header as text with encoded words (RFC 2047), whatever its name."""


def split_head(raw: bytes, start: int, end: int) -> tuple[bytes, int]:
    """The block of headers at `start`, cut at LONGEST_BLOCK, and where the body begins."""
    if found := _NO_HEAD.match(raw, start, end):
        return b"", found.end()
    near = min(end, start + LONGEST_BLOCK)
    if found := _END.search(raw, start, near):
        return raw[start : found.start()], found.end()
    ends = [(at, at + len(mark)) for mark in (b"\n\n", b"\n\r\n") if (at := raw.find(mark, near, end)) >= 0]
    return raw[start:near], min(ends)[1] if ends else end


def raw_headers(block: bytes) -> Iterator[tuple[str, str]]:
    """Names in small letters and values as written, on one line; lines that are no header are passed over."""
    name, parts, size, count = "", list[bytes](), 0, 0
    for line in _LINE_END.split(block):
        if line[:1] in (b" ", b"\t"):
            if size < LONGEST_RAW:
                parts.append(line)
                size += len(line)
            continue
        if name:
            yield name, _text(b" ".join(part.strip() for part in parts))
        name = ""
        if found := _NAME.match(line):
            count += 1
            if count > MOST_HEADERS:
                return
            name = found[1].decode("ascii").lower()
            parts = [line[found.end() : found.end() + LONGEST_RAW]]
            size = len(parts[0])
    if name:
        yield name, _text(b" ".join(part.strip() for part in parts))


def _text(value: bytes) -> str:
    """Headers are ASCII, or UTF-8 (RFC 6532); programs of old write Windows-1252."""
    value = value[:LONGEST_RAW]
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("cp1252", "replace")


def decoded(value: str, *, words: bool) -> str:
    """The value for people, on one line and cut, with its encoded `words` decoded."""
    if words:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # codecs warn of what the sender wrote
                value = str(_DECODE("x", value))
        except Exception:  # noqa: BLE001 (the parser raises what it likes on words with defects)
            value = value.replace("\x00", "")
    return one_line(value)[:LONGEST_VALUE]


def content_type(value: str) -> tuple[str, dict[str, str]]:
    """The media type in small letters and its parameters, names in small letters; text/plain for what has none."""
    try:
        header = HeaderRegistry()("content-type", value[:LONGEST_TYPE])
        if isinstance(header, ContentTypeHeader) and value.strip():
            parameters = {name.lower(): _parameter(text) for name, text in _items(header.params)}
            return header.content_type.lower(), parameters
    except Exception:  # noqa: BLE001 (as above)
        return _plain_type(value), {}
    return "text/plain", {}


def _items(parameters: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(str(name), str(text)) for name, text in parameters.items()][:20]


def _parameter(text: str) -> str:
    return one_line(text)[:LONGEST_PARAMETER]


def _plain_type(value: str) -> str:
    found = re.match(r"\s*([\w.+-]{1,60}/[\w.+-]{1,60})", value)
    return found[1].lower() if found else "text/plain"
