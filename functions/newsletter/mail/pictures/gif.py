"""GIF (CompuServe, GIF89a): a header, then images and extensions in blocks, then a trailer."""

from __future__ import annotations

from newsletter.mail.pictures.size import Refused, Size, cut_off, damaged
from newsletter.platform.words.said import say

IMAGE, EXTENSION, TRAILER = 0x2C, 0x21, 0x3B
CONTROL, APPLICATION = 0xF9, 0xFF
LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")
"""Extensions that say how often an animation is shown. Comments, XMP and texts go."""
MOST_IMAGES = 500


def clean_gif(data: bytes) -> tuple[Size, bytes]:
    """Its size, and the same picture without notes and without anything after its end. Raises Refused."""
    if data[:6] not in (b"GIF87a", b"GIF89a") or len(data) < 13:
        raise damaged("GIF")
    size = Size(int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little"))
    at = 13 + _table(data[10])
    kept, images = [data[:at]], 0
    while True:
        if at >= len(data):
            raise cut_off("GIF")
        kind = data[at]
        if kind == TRAILER:
            break
        if kind == IMAGE:
            end = _image(data, at, size)
            images += 1
        elif kind == EXTENSION:
            end = _blocks(data, at + 2)
        else:
            raise damaged("GIF")
        if kind == IMAGE or _shows(data, at):
            kept.append(data[at:end])
        at = end
    if not images or not (size.width and size.height):
        raise damaged("GIF")
    if images > MOST_IMAGES:
        raise Refused(say("a GIF of {images} pictures; at most {most}", images=images, most=MOST_IMAGES))
    return size, b"".join([*kept, bytes([TRAILER])])


def _shows(data: bytes, at: int) -> bool:
    """Whether the extension is needed to show the picture."""
    return data[at + 1] == CONTROL or (data[at + 1] == APPLICATION and data[at + 3 : at + 14] in LOOPS)


def _table(flags: int) -> int:
    """Bytes of a colour table."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _image(data: bytes, at: int, screen: Size) -> int:
    """Where an image ends. It lies within the screen."""
    if at + 10 > len(data):
        raise cut_off("GIF")
    left, top, width, height = (int.from_bytes(data[at + n : at + n + 2], "little") for n in (1, 3, 5, 7))
    if left + width > screen.width or top + height > screen.height:
        raise damaged("GIF")
    return _blocks(data, at + 10 + _table(data[at + 9]) + 1)


def _blocks(data: bytes, at: int) -> int:
    """Where a row of blocks ends, each with its length before it; one of length 0 is the last."""
    while at < len(data):
        length = data[at]
        at += 1 + length
        if not length:
            return at
    raise cut_off("GIF")
