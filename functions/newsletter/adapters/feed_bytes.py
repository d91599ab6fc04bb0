"""What is mended in the bytes of a feed before anything parses it: impossible characters, and endless lists."""

from __future__ import annotations

import re

REFERENCE = re.compile(rb"&#(?:x([0-9a-f]{1,9})|([0-9]{1,9}));", re.IGNORECASE)
PAIR = re.compile(
    rb"&#(?:x(d[89ab][0-9a-f]{2})|([0-9]{5}));&#(?:x(d[c-f][0-9a-f]{2})|([0-9]{5}));",
    re.IGNORECASE,
)
END_OF_ENTRY = re.compile(rb"</(?:\w+:)?(?:item|entry)\s*>", re.IGNORECASE)
REPLACEMENT = b"&#xFFFD;"
HIGH, LOW = range(0xD800, 0xDC00), range(0xDC00, 0xE000)
"""Halves of surrogate pairs. Each alone is no character (XML 1.0, 2.2), and two of them are one only in UTF-16."""
LAST = 0x10FFFF


def with_possible_characters(body: bytes) -> bytes:
    """References to characters that do not exist, replaced; halves of a pair, as some software writes emoji, joined."""
    if b"&#" not in body:
        return body
    return REFERENCE.sub(_possible, PAIR.sub(_joined, body))


def without_surrogates(text: str) -> str:
    """Halves of surrogate pairs replaced, as JSON can bring them: nothing that UTF-8 could not hold is left."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def first_entries(body: bytes, most: int) -> tuple[bytes, int]:
    """The feed with its first entries alone, and how many it has: parsing thousands takes minutes.

    What follows the last entry stays, so that the feed is as well-formed as it was.
    """
    ends = [found.end() for found in END_OF_ENTRY.finditer(body)]
    if len(ends) <= most:
        return body, len(ends)
    return body[: ends[most - 1]] + body[ends[-1] :], len(ends)


def _number(found: re.Match[bytes], first: int = 1) -> int:
    return int(found[first], 16) if found[first] else int(found[first + 1])


def _joined(found: re.Match[bytes]) -> bytes:
    high, low = _number(found), _number(found, 3)
    if high not in HIGH or low not in LOW:
        return found[0]
    return b"&#%d;" % (0x10000 + ((high - HIGH[0]) << 10) + (low - LOW[0]))


def _possible(found: re.Match[bytes]) -> bytes:
    number = _number(found)
    return REPLACEMENT if number == 0 or number > LAST or number in HIGH or number in LOW else found[0]
