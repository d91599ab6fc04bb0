"""The plain text of a part as a person reads it."""

from __future__ import annotations

import re

from newsletter.platform.text import composed

LONGEST = 100_000
"""Characters."""
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_BREAKS = re.compile("\r\n?|[\x0b\x0c\u0085\u2028\u2029]")
_QUOTE = re.compile(r">+")


def tidied(text: str) -> str:
    """The text, cut, with \\n between lines, composed, without what has no shape; no blanks at the ends of lines."""
    text = _UNSEEN.sub("", _BREAKS.sub("\n", text[: LONGEST * 2])).replace("\xa0", " ")
    lines = (line.rstrip() for line in composed(text).split("\n"))
    return "\n".join(lines).strip("\n")[:LONGEST].rstrip()


def flowed(text: str, *, delete_space: bool) -> str:
    """Text of format=flowed with its lines joined (RFC 3676): those that end in a blank go on in the next."""
    paragraphs: list[list[str]] = []
    flows, before = False, ""
    for line in _BREAKS.sub("\n", text[: LONGEST * 2]).split("\n"):
        found = _QUOTE.match(line)
        depth = found[0] if found else ""
        rest = line[len(depth) :].removeprefix(" ")
        if flows and depth == before and rest != "-- ":
            paragraphs[-1].append(rest)
        else:
            paragraphs.append([f"{depth} " if depth else "", rest])
        flows, before = rest.endswith(" ") and rest != "-- ", depth
        if flows and delete_space:
            paragraphs[-1][-1] = rest[:-1]
    return "\n".join("".join(pieces) for pieces in paragraphs)
