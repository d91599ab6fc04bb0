"""Keeps words of a right-to-left script from reordering the left-to-right sentence around them, and vice versa."""

from __future__ import annotations

import unicodedata

# Unicode 15, section 23.2: first strong isolate and pop directional isolate, what HTML calls <bdi>.
ISOLATE, END = "\u2068", "\u2069"

_TURNING = {"R", "AL", "AN", "RLE", "LRE", "RLO", "LRO", "RLI", "LRI", "FSI"}


def turns(text: str) -> bool:
    """Whether the text has characters that are written, or make others be written, from right to left."""
    return any(unicodedata.bidirectional(character) in _TURNING for character in text)


def isolated(text: str) -> str:
    """The text with isolates around it, for the middle of a plain sentence; unchanged if it is all left to right."""
    return f"{ISOLATE}{text}{END}" if turns(text) else text
