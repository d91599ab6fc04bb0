"""A picture as mails can show it: read from its bytes, whatever its file is called, without the notes of cameras.

Nothing is decoded or made smaller here: browsers do that before an upload (templates/console/campaign_pictures.js).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from newsletter.mail.pictures.gif import clean_gif
from newsletter.mail.pictures.jpeg import clean_jpeg
from newsletter.mail.pictures.png import clean_png
from newsletter.mail.pictures.size import Refused, Size
from newsletter.platform.errors import InvalidInput, text_of
from newsletter.platform.words.said import say

MAX_BYTES = 1_000_000
MAX_WIDTH, MAX_HEIGHT = 2_000, 4_000
"""Pixels. A mail shows a picture at most 520 wide, sharp screens twice that."""
RIGHT = say("PNG, JPEG or GIF")
TYPES = {"png": "image/png", "jpg": "image/jpeg", "gif": "image/gif"}
NAME = re.compile(r"[0-9a-f]{32}-(?P<width>[1-9]\d{0,4})x(?P<height>[1-9]\d{0,4})\.(?P<kind>png|jpg|gif)", re.ASCII)

_CLEAN: dict[str, tuple[bytes, Callable[[bytes], tuple[Size, bytes]]]] = {
    "png": (b"\x89PNG\r\n\x1a\n", clean_png),
    "jpg": (b"\xff\xd8\xff", clean_jpeg),
    "gif": (b"GIF8", clean_gif),
}
_OTHERS = (
    ("WebP", re.compile(rb"RIFF....WEBP", re.DOTALL)),
    (say("HEIC or AVIF"), re.compile(rb"....ftyp(?:heic|heix|hevc|mif1|msf1|avif|avis)", re.DOTALL)),
    ("SVG", re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:\?xml|svg|!DOCTYPE svg)", re.IGNORECASE)),
    ("BMP", re.compile(rb"BM....\0\0", re.DOTALL)),
    ("TIFF", re.compile(rb"II\*\0|MM\0\*")),
    ("PDF", re.compile(rb"%PDF")),
)


@dataclass(frozen=True)
class Picture:
    """A picture whose format is known to be right; width and height are in pixels."""

    kind: str
    width: int
    height: int
    data: bytes

    @property
    def name(self) -> str:
        """The hash of its content, and its size: the same picture always has the same name."""
        return f"{hashlib.sha256(self.data).hexdigest()[:32]}-{self.width}x{self.height}.{self.kind}"


def read_picture(data: bytes) -> Picture:
    """The picture without notes of cameras and programs. Raises InvalidInput on `file`, saying what would be right."""
    if not data:
        raise InvalidInput("file", say("empty; choose a {right} file", right=RIGHT))
    if len(data) > MAX_BYTES:
        message = say(
            "{size} bytes; at most {most}: make it smaller, or save it as JPEG", size=len(data), most=MAX_BYTES
        )
        raise InvalidInput("file", message)
    for kind, (begin, clean) in _CLEAN.items():
        if data.startswith(begin):
            try:
                size, cleaned = clean(data)
            except Refused as refused:
                raise InvalidInput("file", text_of(refused)) from None
            _require_size(size)
            return Picture(kind, *size, cleaned)
    other = next((name for name, pattern in _OTHERS if pattern.match(data)), "")
    if other:
        raise InvalidInput(
            "file", say("{kind}, which not all mail programs show; save it as {right}", kind=other, right=RIGHT)
        )
    raise InvalidInput("file", say("no picture that mail programs show; choose a {right} file", right=RIGHT))


def _require_size(size: Size) -> None:
    if size.width > MAX_WIDTH or size.height > MAX_HEIGHT:
        message = say(
            "{width} × {height} pixels; at most {widest} wide and {highest} high: "
            "make it smaller, 1,040 wide is sharp in every mail",
            width=size.width,
            height=size.height,
            widest=MAX_WIDTH,
            highest=MAX_HEIGHT,
        )
        raise InvalidInput("file", message)
