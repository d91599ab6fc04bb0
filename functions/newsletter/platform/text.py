"""Text from outside in one form: composed (NFC), without format characters, and cut between the signs readers see.

Every text that is compared or shown passes through here: what came from feeds, forms, lists, the console and
publication.toml. Format characters (category Cf of Unicode) vanish without a trace: a soft hyphen stands inside a word.
Those that belong to a sign stay: joiners within emoji and within words of scripts that need them, the tags of flags,
and marks of direction in text that is written from right to left.
"""

from __future__ import annotations

import re
import unicodedata

# The ranges are written out, since the tables of Python know no character that is newer than itself.
_EMOJI = (
    "\u00a9\u00ae\u2190-\u23ff\u24c2\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff\u3030\u303d\u3297\u3299"
    "\U0001f000-\U0001fbff"
)
_JOINING = (
    "\u0600-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u18af\u1a00-\u1cff\ua800-\uabff\ufb50-\ufdff\ufe70-\ufefc"
    "\U00010a00-\U00011fff"
)
"""Scripts with joined letters: Arabic and its kin, those of India, Tibetan, Myanmar, Khmer, Mongolian."""
_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u061b\u061d-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_FLAG = "\U0001f3f4[\U000e0030-\U000e007a]{1,8}\U000e007f"
"""A black flag, the tags that say of which region, and the tag that ends them (UTS 51, emoji tag sequences)."""
_FORMATS = re.compile(
    f"({_FLAG})|[\u200c\u200d]+|[\u061c\u200e\u200f]+|(?<=[A-Za-z\u00c0-\u058f])[\ufe00-\ufe0f]+|\u034f+"
    "|[\u00ad\u180e\u200b\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e007f]+"
)
_IS_EMOJI = re.compile(f"[{_EMOJI}]")
_IS_JOINING = re.compile(f"[{_JOINING}]")
_BLANKS = re.compile(
    "[\x00-\x20\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u2800\u3000\u3164\uffa0\ud800-\uf8ff\ufdd0-\ufdef\ufffe\uffff"
    "\U000f0000-\U0010ffff]+"
)
"""White space and signs without a shape: controls, blanks of all widths, surrogates, private use, no characters."""
_WINDOWS = {code: bytes([code]).decode("cp1252", "replace").replace("\ufffd", " ") for code in range(0x80, 0xA0)}
"""C1 controls as HTML reads them (Living Standard, 13.2.5.80): letters of Windows-1252 in a text that says Latin-1."""
_EXTENDS = re.compile(
    "[\u200c\u200d\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f\U000e0100-\U000e01ef\u1160-\u11ff\ud7b0-\ud7fb]"
)
"""What continues the sign before it, beside combining marks: joiners, variants, skin tones, tags, Korean vowels."""
_REGIONAL = re.compile("[\U0001f1e6-\U0001f1ff]")
SOFT_HYPHEN = "\u00ad"
LONGEST_SIGN = 64
"""Characters that are looked at for the beginning of a sign; the longest emoji has about a dozen."""


def composed(text: str, *, hyphens: bool = False) -> str:
    """The text in NFC, without format characters that belong to no sign; lines and blanks stay as they are.

    With `hyphens`, soft hyphens stay: in the text of a mail they say where a long word may be broken.
    """
    if text.isascii():
        return text
    if hyphens:
        return SOFT_HYPHEN.join(map(composed, text.split(SOFT_HYPHEN)))
    text = unicodedata.normalize("NFC", text)
    if _FORMATS.search(text):
        text = unicodedata.normalize("NFC", _without_formats(text))
    return text


def one_line(text: str) -> str:
    """The text as `composed`, on one line: what is a blank or has no shape is one blank, none at the ends."""
    if text.isascii():
        return _BLANKS.sub(" ", text).strip()
    text = _BLANKS.sub(" ", composed(text.translate(_WINDOWS))).strip()
    if not text.isprintable():
        text = " ".join("".join(each if _has_shape(each) else " " for each in text).split())
    # Joiners and marks may have lost what they stood beside.
    return composed(text)


def is_one_line(text: str) -> bool:
    """Whether the text has no control characters, line breaks, private-use characters or halves of characters."""
    return not any(unicodedata.category(each) in ("Cc", "Cs", "Co", "Zl", "Zp") for each in text)


def folded(text: str) -> str:
    """The text for comparing: one line, without differences of case and of encoding (Unicode, D145)."""
    return unicodedata.normalize("NFC", one_line(text).casefold())


def cut(text: str, most: int) -> str:
    """The text's first characters, at most `most`, without a part of a sign at the end (UAX 29, grapheme clusters)."""
    if len(text) <= most:
        return text
    for end in range(most, max(0, most - LONGEST_SIGN), -1):
        if _is_boundary(text, end):
            return text[:end]
    return "" if most <= LONGEST_SIGN else text[:most]


def _is_boundary(text: str, at: int) -> bool:
    """Whether a sign ends before `at`."""
    before, after = text[at - 1], text[at]
    if after.isascii() and before.isascii():
        return True
    if _EXTENDS.match(after) or unicodedata.category(after).startswith("M"):
        return False
    # A joiner, or the sign that joins consonants in scripts of India (class 9 of combining marks), goes on.
    if before == "\u200d" or (unicodedata.combining(before) == 9 and unicodedata.category(after) == "Lo"):
        return False
    if _REGIONAL.match(after) and _REGIONAL.match(before):
        flags = 0
        while flags < at and _REGIONAL.match(text[at - 1 - flags]):
            flags += 1
        return flags % 2 == 0
    return True


def _has_shape(character: str) -> bool:
    """False for code points that mean nothing yet, except where new emoji come from."""
    return unicodedata.category(character) != "Cn" or bool(_IS_EMOJI.match(character))


def _without_formats(text: str) -> str:
    turns = bool(_RIGHT_TO_LEFT.search(text))

    def kept(found: re.Match[str]) -> str:
        if found[1]:
            return found[1]
        first = found[0][0]
        if first in "\u200c\u200d":
            return first if _joins(text, found.start(), found.end(), first) else ""
        return first if first in "\u061c\u200e\u200f" and turns else ""

    return _FORMATS.sub(kept, text)


def _joins(text: str, start: int, end: int, joiner: str) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    if before == "\ufe0f":
        before = text[start - 2 : start - 1]
    if joiner == "\u200d" and _IS_EMOJI.match(before) and _IS_EMOJI.match(after):
        return True
    return bool(_IS_JOINING.match(before) or _IS_JOINING.match(after))
