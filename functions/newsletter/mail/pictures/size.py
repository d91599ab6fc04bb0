"""What the readers of the three formats have in common."""

from __future__ import annotations

from typing import NamedTuple

from newsletter.platform.words.said import say

MOST_PIXELS = 2_000 * 4_000
"""More are not unpacked to see whether a picture is whole."""


class Size(NamedTuple):
    """Width and height in pixels."""

    width: int
    height: int


class Refused(ValueError):
    """A file that is not as its format says, or that mail programs would not show; the message says what is wrong."""


def cut_off(name: str) -> Refused:
    """For a file that ends too early."""
    return Refused(say("a {name} file that is cut off; save or copy it once more", name=name))


def damaged(name: str) -> Refused:
    """For a file that contradicts its format."""
    return Refused(say("a {name} file that is damaged; save it once more with a picture program", name=name))
