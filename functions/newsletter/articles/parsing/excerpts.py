"""Excerpts of articles that end with a sentence where possible, and the time that reading takes."""

from __future__ import annotations

import re

CHARACTERS_A_MINUTE = 1_000
"""Adults read 917 (Swedish) to 1,078 (Finnish) characters a minute (IReST, Trauzettel-Klosinski 2012)."""
SENTENCE_END = re.compile(r"[.!?…][\"”’»)\]]*(?=\s+[^\sa-zåäö])")
ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:[a-zåäö]|\d+|esim|eli|ks|vrt|mm|ns|nk|jne|ts|prof|tri|toim|puh|klo|nro|bl\.a|t\.ex|d\.v\.s|s\.k|kl"
    r"|dr|mr|mrs|ms|st|no|vs|etc|e\.g|i\.e|cf)\.$",
    re.IGNORECASE,
)
"""Words whose full stop ends no sentence, in Finnish, Swedish and English."""
TRAILER = re.compile(
    r"\s*(?:The post .{1,300}? (?:appeared first on|first appeared on) .{1,200}"
    r"|Der Beitrag .{1,300}? erschien zuerst auf .{1,200}"
    r"|Artikkeli .{1,300}? julkaistiin ensimmäisen kerran .{1,200}"
    r"|Inlägget .{1,300}? dök först upp på .{1,200})$"
)
"""The line that WordPress adds under every text, in the language of the blog."""
MORE = re.compile(
    r"\s*(?:\[?\s*(?:\.{3}|…|&hellip;)\s*\]?)?\s*(?:Continue reading.{0,300}|Read more[ .…»→>]*|Lue lisää[ .…»→>]*"
    r"|Jatka lukemista.{0,300}|Läs mer[ .…»→>]*|Fortsätt läsa.{0,300}|Weiterlesen.{0,300})?$",
    re.IGNORECASE,
)
"""The end of an automatic excerpt: an ellipsis and a "read more" link."""


def feed_excerpt(text: str, most: int) -> str:
    """An excerpt of a feed's text, without the trailer and the "read more" link that blog software adds."""
    text = TRAILER.sub("", text)
    whole = MORE.sub("", text)
    if whole and whole != text and whole[-1] not in ".!?…":
        whole = whole.rstrip(" ,;:–-") + "…"
    return excerpt(whole, most)


def excerpt(text: str, most: int) -> str:
    """At most `most` characters: whole sentences if one ends in the second half, else whole words and an ellipsis."""
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    ends = [end for match in SENTENCE_END.finditer(text) if (end := match.end()) <= most and _ends(text[:end])]
    if ends and ends[-1] >= most // 2:
        return text[: ends[-1]]
    return text[:most].rsplit(" ", 1)[0][: most - 1].rstrip(" ,;:–-") + "…"


def reading_minutes(text: str) -> int:
    """The reading time in whole minutes, at least one; 0 for no text."""
    return max(1, round(len(text) / CHARACTERS_A_MINUTE)) if text else 0


def _ends(text: str) -> bool:
    return not ABBREVIATION.search(text)
