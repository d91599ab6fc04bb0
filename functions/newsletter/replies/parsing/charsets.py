"""Bytes of a mail as text, whatever its charset is called."""

from __future__ import annotations

import codecs
import re

_NAME = re.compile(r"[a-z0-9_.:+-]{1,40}", re.IGNORECASE)
_KNOWN = re.compile(
    r"utf-(?:7|8|16|16-le|16-be|32|32-le|32-be)|utf-8-sig|ascii|iso8859-\d+|cp\d+|koi8-[rut]|mac-[a-z]+"
    r"|iso2022_[a-z0-9_]+|shift_jis\w*|euc_\w+|gb\w+|big5\w*|johab|hz|tis-620|hp-roman8|ptcp154|kz1048"
)
"""Codecs of text by Python's names. Not those that Python has for itself: `unicode_escape` makes halves of surrogate
pairs, `idna` and `punycode` take quadratic time."""


def in_charset(content: bytes, charset: str) -> str:
    """The text. Latin-1 is read as Windows-1252, as programs write it (WHATWG, Encoding); an unknown charset as UTF-8.

    What stands for nothing becomes U+FFFD.
    """
    codec = _codec(charset)
    if codec in ("ascii", "utf-8", ""):
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError:
            return content.decode("utf-8" if codec == "utf-8" else "cp1252", "replace")
    try:
        text = content.decode("cp1252" if codec == "iso8859-1" else codec, "replace")
    except (UnicodeError, ValueError):
        text = content.decode("cp1252", "replace")
    return text.encode("utf-8", "replace").decode("utf-8")  # UTF-7 can hold halves of surrogate pairs


def _codec(charset: str) -> str:
    if not _NAME.fullmatch(charset):
        return ""
    try:
        name = codecs.lookup(charset).name
    except (LookupError, ValueError):
        return ""
    return name if _KNOWN.fullmatch(name) else ""
