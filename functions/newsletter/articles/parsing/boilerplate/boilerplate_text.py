"""Texts without what blog software writes around them: the title again, share bars, "read more", shortcodes, trailers.

Whole blocks (paragraphs, items) are judged first, then the beginning and the end of the text, since feeds of excerpts
have no blocks. All patterns look at a bounded number of characters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from newsletter.articles.parsing.boilerplate.boilerplate_words import (
    BRACKETS,
    CAPTION,
    CREDIT,
    EMBED,
    JOINING,
    MEDIUM,
    META,
    MORE,
    NETWORK,
    NEW_WINDOW,
    READING_TIME,
    RELATED,
    RELATED_END,
    SHARE_END,
    SHARE_START,
    SHARE_VERB,
    SHARE_WORD,
    SHORTCODE,
    TEMPLATE,
    TRAILER,
)
from newsletter.platform.text import folded

TAIL = 600
"""Characters at the end of a text in which trailers and "read more" are looked for."""
SHORT = 200
"""Characters of a block that may be a link to another text or a credit."""
LEAST_TITLE = 12
"""Characters of a title that is recognised at the beginning of a text with nothing but a blank behind it."""
LEAST_OF_TITLE = 6
"""Characters of a title that was cut off behind "read more"."""

SENTENCE_BEFORE = re.compile(r"^.*[.!?…][\"”’»)\]]*(?=\s)", re.DOTALL)
ELLIPSIS = re.compile(
    r"\s*(?:\[\s*(?:\.{3}|…|&hellip;)\s*\]|\(\s*(?:more|lisää|mer)?\s*(?:\.{3}|…)\s*\)|\.{3}|…|&hellip;)\s*$"
)
ENDS = re.compile(r"[.!?…][\"”’»)\]]*\s+[^\sa-zåäö]")
NEXT_SENTENCE = re.compile(r"\w{3}[.!?…][\"”’»)\]]*\s+(?!Kuva|Teksti|Foto|Bild|Photo|Image|Text)[^\sa-zåäö]")
"""A sentence behind another, which is no credit either; behind one or two letters it is a name: `Maija M. Virta`."""
PARTED = re.compile(r"\s[|–—-]\s")
WORD = re.compile(r"\w+")
MOST_SHARE_WORDS = 40


def without_shortcodes(text: str) -> str:
    """The text without the shortcodes that a plugin should have replaced; what stands between two of them stays."""
    if "{" in text or "[[" in text:
        text = TEMPLATE.sub(" ", text)
    if "[" not in text:
        return text
    return BRACKETS.sub(_unless_shortcode, EMBED.sub(" ", CAPTION.sub(" ", text)))


def without_boilerplate(blocks: Sequence[str], title: str) -> str:
    """The text of the blocks on one line, without what is none of the article."""
    lines = [line.strip() for line in NEW_WINDOW.sub("", without_shortcodes("\n".join(blocks))).split("\n")]
    lines = [line for line in lines if line and not _is_share_bar(line) and not _is_link_elsewhere(line, title)]
    while lines and _is_front(lines[0], title):
        del lines[0]
    buttons = list(takewhile(_names_networks, lines))
    if 1 < len(buttons) < len(lines):  # one alone may be a heading
        del lines[: len(buttons)]
    while lines and _is_end(lines[-1], title, alone=len(lines) == 1):
        del lines[-1]
    text = " ".join(lines)
    return _without_end(_without_start(text, title), title)


def _is_front(line: str, title: str) -> bool:
    """Whether the first block is the title, a credit of the picture above it, or where the text was first published."""
    article = PARTED.split(title)[0]  # without the name of the blog
    names = (title, article) if len(article) >= LEAST_TITLE else (title,)
    is_first_elsewhere = len(line) <= SHORT and bool(TRAILER.fullmatch(line))
    return any(_is_title(line, name) for name in names) or is_first_elsewhere or _is_about_text(line)


def _is_about_text(line: str) -> bool:
    """Whether a block tells of the text, and is none of it: who made it and when, how long it is, its tags."""
    if len(line) > SHORT:
        return False
    is_credit = CREDIT.match(line) and not NEXT_SENTENCE.search(line)
    return bool(is_credit or META.fullmatch(line) or READING_TIME.fullmatch(line))


def _without_start(text: str, title: str) -> str:
    if found := READING_TIME.match(text[:SHORT]):
        text = text[found.end() :].lstrip(" .|·–-")
    head = text[:TAIL]
    if found := SHARE_START.match(head):
        text = text[found.end() :]
    if not _is_title(text[: len(title)], title):
        return text
    rest = text[len(title) :]
    words = rest.lstrip(" .:!?…–—|•-")
    parted = rest[:1] in ".:!?…|•–—" or rest[:3].strip()[:1] in ("–", "—", "-", "|", "•")
    if not words:
        return ""
    if words[0].islower() or rest[:1].strip(".:!?…–—|•- "):
        return text
    long = len(title) >= LEAST_TITLE and " " in title
    return words if (parted and " " in title) or (long and rest[0] == " ") else text


def _without_end(text: str, title: str) -> str:
    """The text without trailer, "read more" and share bar; with an ellipsis where that leaves half a sentence."""
    before = text
    tail = max(0, len(text) - TAIL)
    text = text[:tail] + _without_medium(TRAILER.sub("", text[tail:]), title)
    if found := SHARE_END.search(text, max(0, len(text) - TAIL)):
        text = text[: found.start()].rstrip()
    if found := RELATED_END.search(text, max(0, len(text) - TAIL)):
        text = text[: found.start()].rstrip()
    cut = _without_more(text, title)
    whole = ELLIPSIS.sub("", cut)
    if whole and whole != text and (whole != cut or cut != before) and whole[-1] not in '.!?…:)”"»':
        return whole.rstrip(" ,;:–-") + "…"
    return whole


def _without_medium(tail: str, title: str) -> str:
    found = MEDIUM.search(tail)
    if not found:
        return tail
    before = tail[: found.start()].rstrip()
    if _is_title(before[-len(title) :], title):
        return before[: -len(title)].rstrip()
    sentence = SENTENCE_BEFORE.match(before + " ")
    return sentence[0] if sentence else ""


def _without_more(text: str, title: str) -> str:
    start = max(0, len(text) - TAIL)
    for found in MORE.finditer(text, start):
        # In the middle of a sentence it is a part of that.
        if found[0][0].islower() and text[: found.start()].rstrip()[-1:] not in ("", "…", "]", ".", "»", "→"):
            continue
        if _is_rest_of_more(text[found.end() :], title, anything=bool(found["any"])):
            return text[: found.start()].rstrip(" [(<>–—|»→·•-")
    return text


def _is_rest_of_more(rest: str, title: str, *, anything: bool) -> bool:
    """Whether what follows "read more" is nothing, the title or its beginning, or, with `anything`, one line."""
    said, wanted = _letters(rest), _letters(title)
    if not said or (wanted and (said == wanted or (len(said) >= LEAST_OF_TITLE and wanted.startswith(said)))):
        return True
    if wanted and said.startswith(wanted) and len(said) <= len(wanted) + 30:
        return True
    if (joined := JOINING.match(rest)) and joined.end():
        return _is_rest_of_more(rest[joined.end() :], title, anything=anything) or (anything and not ENDS.search(rest))
    return anything and not ENDS.search(rest)


def _is_link_elsewhere(line: str, title: str) -> bool:
    if len(line) > SHORT + len(title):
        return False
    found = MORE.match(line)
    if found and _is_rest_of_more(line[found.end() :], title, anything=False):
        return True
    related = RELATED.match(line)
    return bool(related and len(line) <= SHORT and (related["colon"] or not line[related.end() :].strip()))


def _is_end(line: str, title: str, *, alone: bool) -> bool:
    """Whether the last block is a trailer or a link to the whole text."""
    if len(line) <= TAIL and (TRAILER.fullmatch(line) or MEDIUM.search(line)):
        return not MEDIUM.search(line) or _without_medium(line, title) == ""
    if not alone and (_is_about_text(line) or _names_networks(line)):
        return True
    found = None if alone or len(line) > SHORT else MORE.match(line)
    return bool(found and not ENDS.search(line))


def _is_share_bar(line: str) -> bool:
    words = WORD.findall(line.casefold()) if len(line) <= 2 * SHORT else []
    return (
        0 < len(words) <= MOST_SHARE_WORDS
        and all(SHARE_WORD.fullmatch(word) for word in words)
        and any(SHARE_VERB.fullmatch(word) for word in words)
        and (len(words) > 1 or line[:1].isupper())
    )


def _names_networks(line: str) -> bool:
    """Whether a line is nothing but names of social networks, as buttons have them."""
    words = WORD.findall(line.casefold()) if len(line) <= SHORT else []
    return bool(words) and all(NETWORK.fullmatch(word) for word in words)


def _is_title(line: str, title: str) -> bool:
    return bool(title) and len(line) <= len(title) + 5 and _letters(line) == _letters(title) != ""


def _letters(text: str) -> str:
    """What is compared of titles: letters and digits, in small letters."""
    return "".join(WORD.findall(folded(text)))


def _unless_shortcode(found: re.Match[str]) -> str:
    is_one = found["end"] or "=" in found["rest"] or found["rest"].strip() == "/" or SHORTCODE.fullmatch(found["name"])
    return " " if is_one else found[0]
