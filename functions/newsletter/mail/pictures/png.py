"""PNG (W3C, Portable Network Graphics): a signature, then chunks, each with a checksum."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from newsletter.mail.pictures.size import MOST_PIXELS, Size, cut_off, damaged

SIGNATURE = b"\x89PNG\r\n\x1a\n"
KEPT = frozenset(
    {
        *(b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"bKGD", b"pHYs"),
        *(b"acTL", b"fcTL", b"fdAT"),  # of animations
    }
)
"""What shows the picture. Texts, times, EXIF and whatever programs add of their own go."""
SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Samples of a pixel by colour type."""
DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}


def clean_png(data: bytes) -> tuple[Size, bytes]:
    """Its size, and the same picture without notes and without anything after its end. Raises Refused."""
    kept, packed, size, bits = [SIGNATURE], [], Size(0, 0), 0
    ended = False
    for number, (kind, content, whole) in enumerate(_chunks(data)):
        if (number == 0) != (kind == b"IHDR"):
            raise damaged("PNG")
        if kind == b"IHDR":
            size, bits = _header(content)
        if kind == b"IDAT":
            packed.append(content)
        if kind in KEPT:
            kept.append(whole)
        elif not kind[0] & 0x20:  # a capital: needed to show the picture
            raise damaged("PNG")
        if kind == b"IEND":
            ended = True
            break
    if not ended or not packed:
        raise cut_off("PNG")
    if size.width * size.height <= MOST_PIXELS:
        _require_whole(b"".join(packed), size, bits)
    return size, b"".join(kept)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Kind, content and the whole of each chunk."""
    at = len(SIGNATURE)
    while at < len(data):
        length = int.from_bytes(data[at : at + 4])
        end = at + 12 + length
        if end > len(data):
            raise cut_off("PNG")
        kind, content = data[at + 4 : at + 8], data[at + 8 : end - 4]
        if not kind.isalpha() or zlib.crc32(data[at + 4 : end - 4]) != int.from_bytes(data[end - 4 : end]):
            raise damaged("PNG")
        yield kind, content, data[at:end]
        at = end


def _header(content: bytes) -> tuple[Size, int]:
    """Size, and bits of a pixel."""
    if len(content) != 13:
        raise damaged("PNG")
    depth, colour, packing, filters, interlace = content[8:]
    if depth not in DEPTHS.get(colour, ()) or packing or filters or interlace > 1:
        raise damaged("PNG")
    size = Size(int.from_bytes(content[:4]), int.from_bytes(content[4:8]))
    if not (size.width and size.height):
        raise damaged("PNG")
    return size, depth * SAMPLES[colour]


def _require_whole(packed: bytes, size: Size, bits: int) -> None:
    """Raises Refused if what is packed is less than the picture, or more: interlaced ones have some more lines."""
    least = size.height * ((size.width * bits + 7) // 8)
    most = least * 2 + 16 * (size.width + size.height)
    unpacking, found, rest = zlib.decompressobj(), 0, packed
    try:
        while not unpacking.eof and found <= most:
            piece = unpacking.decompress(rest, 1 << 16)
            found, rest = found + len(piece), unpacking.unconsumed_tail
            if not piece and not rest:
                break
    except zlib.error:
        raise damaged("PNG") from None
    if not unpacking.eof or not least <= found <= most:
        raise cut_off("PNG") if found < least else damaged("PNG")
