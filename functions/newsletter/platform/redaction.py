"""Removes mail addresses and the paths of links from texts of others, before they are kept.

SES, DynamoDB and mail servers name addresses in their errors (AWS: "The following identities failed the check ...").
Whatever they say goes through here before it gets into a table, a log, a metric or a report.
"""

from __future__ import annotations

import re
from typing import Any

CUT = "…@…"
"""Replaces an address."""

_AT = (
    r"(?:[@\uFF20\uFE6B]"  # also the full-width and the small sign
    r"|%(?:25){0,3}40"  # percent-encoded, once or more often
    r"|&#0*64;?|&#[xX]0*40;?|&commat;?"  # HTML
    r"|\\(?:u0040|x40|100)"  # JSON and others
    r"|[+=]40(?=[\w-]+(?:\.[\w-]+)+))"  # xtext (RFC 3461) and quoted-printable, where a domain follows
)
_IS_ADDRESS = re.compile(_AT)
_SPACED = re.compile(r"[ \t]{1,8}@[ \t]{0,8}|@[ \t]{1,8}")
"""Blanks around the sign, which RFC 5322 allows in its obsolete syntax."""
_QUOTED = re.compile(rf'\\?"(?:[^"\\\r\n]|\\.){{0,320}}"(?={_AT})')
"""A local part in quotes, where blanks may stand; the quotes themselves may be escaped."""
_WORD = re.compile(r"\S+")
_LINK = re.compile(r"(?i)\b(https?://)[^\s/?#@\"'<>]*[/?#]\S*")


def redacted(text: str) -> str:
    """The text with `…@…` in the place of each word that holds an address, however it is spelled.

    It cuts too much rather than too little, in time proportional to the length of the text.
    """
    if not _IS_ADDRESS.search(text):
        return text
    tight = _SPACED.sub("@", text)
    return _WORD.sub(lambda word: CUT if _IS_ADDRESS.search(word[0]) else word[0], _QUOTED.sub("…", tight))


def without_links(text: str) -> str:
    """The text with web addresses cut after their scheme: the link of a mail may act for its reader."""
    return _LINK.sub(r"\1…", text)


def redacted_all(value: Any) -> Any:
    """`redacted` for every text in a JSON value, names of members included."""
    match value:
        case str():
            return redacted(value)
        case list() | tuple():
            return [redacted_all(each) for each in value]
        case dict():
            return {redacted(key) if isinstance(key, str) else key: redacted_all(each) for key, each in value.items()}
    return value
