"""The encoding of a text file: by its byte order mark, by its bytes, or as the operator states it."""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from newsletter.platform.errors import UnreadableList
from newsletter.platform.words.said import say

CHUNK = 1 << 20
_WITHIN_WORDS = {
    "cp1252": re.compile(rb"[A-Za-z][\xe4\xf6\xe5\xe9\xfc]|[\xc4\xd6\xc5\xc9][A-Za-z\xc4\xd6\xc5]|[\xe4\xf6\xe5][a-z]"),
    "mac_roman": re.compile(
        rb"[A-Za-z][\x8a\x8c]+(?:[a-z\x9a]|$|(?=[,;\t|\"\r\n ]))|[A-Z][\x80\x81]+[A-Z]|[a-z]\x9a+\x8a"
    ),
    "cp850": re.compile(rb"[A-Za-z][\x84\x86]+[a-z]|[a-z]\x94[a-z]|[A-Z]\x99[A-Z]"),
}
"""The letters of Finnish and Swedish where they stand within words, in the encoding of Windows, of the Macintosh (so
called in Excel) and of DOS. In each of the others these bytes are signs, or capitals that no word has there:
`PŠŠttynyt`.
"""
_MAY_BE_MAC = re.compile(rb"[A-Za-z]\x9a|\x9a[a-z]|(?:^|[,;\t|\"\r\n ])[\x80\x81\x85][a-z]")
"""An ö of a Macintosh is an š of Windows, which words have, too."""


def encoding_of(path: Path) -> str:
    """What the byte order mark says; without one UTF-8 when the whole file is; else what the letters within words say:
    `cp1252`, Excel's Latin-1, `mac_roman` or `cp850`.

    Raises UnreadableList where it could be more than one of them, and for a file that cannot be read.
    """
    found = _blocks(path)
    first = next(found, b"")
    if first.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\0" in first[:2]:
        return "utf-16-be" if first[0] == 0 else "utf-16-le"
    if _decodes(chain((first,), found), "utf-8"):
        return "utf-8-sig"
    return _by_letters(path)


def stated_encoding(path: Path, encoding: str) -> str:
    """The encoding that the operator states. Raises UnreadableList for an unknown or a wrong one."""
    try:
        name = codecs.lookup(encoding).name
        "".encode(name)
    except (LookupError, ValueError):  # ValueError: a name with a NUL, a codec that encodes nothing
        raise UnreadableList(
            say(
                "the encoding {encoding} is unknown; usual ones are utf-8, cp1252, mac_roman and cp850",
                encoding=encoding,
            )
        ) from None
    if not _decodes(_blocks(path), name):
        raise UnreadableList(
            say("{path} is not in {encoding}: some of its bytes mean nothing there", path=path, encoding=encoding)
        )
    return "utf-8-sig" if name == "utf-8" else name


def fingerprint(path: Path) -> str:
    """12 hex characters that are the same for the same content. Raises UnreadableList."""
    digest = hashlib.sha256()
    for block in _blocks(path):
        digest.update(block)
    return digest.hexdigest()[:12]


def _by_letters(path: Path) -> str:
    fits: set[str] = set()
    may_be_mac = False
    for block in _blocks(path):
        fits |= {name for name, pattern in _WITHIN_WORDS.items() if name not in fits and pattern.search(block)}
        may_be_mac = may_be_mac or _MAY_BE_MAC.search(block) is not None
    if len(fits) > 1 or (may_be_mac and not fits):
        maybe = ", ".join(sorted(fits or {"cp1252", "mac_roman"}))
        raise UnreadableList(
            say(
                "{path}: its letters could be those of more than one encoding ({maybe}), and a word that says who left"
                " might be misread. Say which it is with {option}, or save it as UTF-8",
                path=path,
                maybe=maybe,
                option="--encoding NAME",
            )
        )
    return next(iter(fits), "cp1252")


def _decodes(blocks: Iterable[bytes], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for block in blocks:
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _blocks(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while block := file.read(CHUNK):
                yield block
    except OSError as error:
        raise UnreadableList(say("{path} cannot be read ({error})", path=path, error=error.strerror)) from error
