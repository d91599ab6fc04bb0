"""Other spellings of a token: each differs from it in one character that was changed, left out or put in."""

from __future__ import annotations

import string
from collections.abc import Iterator

WRITTEN = string.ascii_letters + string.digits + "-_+/=.~:"
STRANGE = " \t\n\r\0ä\N{FULLWIDTH DIGIT ONE}\ud800"


def altered_tokens(token: str) -> Iterator[str]:
    """Every one with a changed or missing character, and with one more of those that Base64 decoders pass over."""
    for place in range(len(token) + 1):
        for character in "-_+/=." + STRANGE:
            yield token[:place] + character + token[place:]
        if place < len(token):
            yield token[:place] + token[place + 1 :]
            for character in WRITTEN + STRANGE:
                if character != token[place]:
                    yield token[:place] + character + token[place + 1 :]
