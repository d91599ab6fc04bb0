"""The bytes of a feed before they are parsed: invalid characters, too many entries, entities that are attacks."""

from __future__ import annotations

import re

from newsletter.platform.words.said import say

REFERENCE = re.compile(rb"&#(?:x([0-9a-f]{1,9})|([0-9]{1,9}));", re.IGNORECASE)
PAIR = re.compile(
    rb"&#(?:x(d[89ab][0-9a-f]{2})|([0-9]{5}));&#(?:x(d[c-f][0-9a-f]{2})|([0-9]{5}));",
    re.IGNORECASE,
)
END_OF_ENTRY = re.compile(rb"</(?:\w+:)?(?:item|entry)\s*>", re.IGNORECASE)
ENTITY = re.compile(rb"<!ENTITY\s+(?!%)(\S+)\s+(?:SYSTEM|PUBLIC|\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
CHARACTER = re.compile(rb"&#x?[0-9a-f]+;", re.IGNORECASE)
ROOT = re.compile(rb"<[a-z_]", re.IGNORECASE)
MAX_ENTITY = 16
"""Bytes that an entity may expand to: a letter or a sign."""
MOST_REFERENCES = 50_000
"""References to entities that the feed declares itself: parsers take a step for each, wherever it stands."""
REPLACEMENT = b"&#xFFFD;"
HIGH, LOW = range(0xD800, 0xDC00), range(0xDC00, 0xE000)
"""Surrogates: none is a character by itself (XML 1.0, 2.2), and a pair is one in UTF-16 only."""
LAST = 0x10FFFF


def with_valid_characters(body: bytes) -> bytes:
    """The body with references to invalid characters replaced, and surrogate pairs (emoji of some software) joined."""
    if b"&#" not in body:
        return body
    return REFERENCE.sub(_valid, PAIR.sub(_joined, body))


def without_surrogates(text: str) -> str:
    """The text with lone surrogates replaced: JSON can contain them, UTF-8 cannot."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def first_entries(body: bytes, most: int) -> tuple[bytes, int]:
    """The feed cut to its first `most` entries, and how many it had: parsing thousands takes minutes.

    What follows the last entry stays, so that the feed remains well-formed.
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


def _valid(found: re.Match[bytes]) -> bytes:
    number = _number(found)
    return REPLACEMENT if number == 0 or number > LAST or number in HIGH or number in LOW else found[0]


def entity_fault(body: bytes) -> str:
    """Why the entities that the body declares are refused; empty when they are not.

    Long, nested and external ones are attacks, and so are small ones without number. They are declared before the root
    element (XML 1.0, 2.8); what looks like a declaration in an article is text.
    """
    # UTF-16 has a zero byte in each of these letters.
    head = body[: 1 << 20].replace(b"\0", b"")
    root = ROOT.search(head)
    if not root or b"<!" not in head[: root.start()]:
        return ""
    head = head[: root.start()]
    names = []
    for entity in ENTITY.finditer(head):
        value = entity[2] if entity[2] is not None else entity[3]
        if value is None:
            return say("declares an entity that lies outside the feed, which is refused")
        letters = CHARACTER.sub(b"x", value)
        if b"&" in letters or b"%" in letters or len(letters) > MAX_ENTITY:
            return say("declares an entity that expands to more than a few letters, which is refused")
        names.append(entity[1])
    if names and sum(1 for _ in re.finditer(rb"&(?!#)", body.replace(b"\0", b""))) > MOST_REFERENCES:
        return say(
            "has more than {most} references to entities that it declares itself, which is refused",
            most=MOST_REFERENCES,
        )
    return ""
