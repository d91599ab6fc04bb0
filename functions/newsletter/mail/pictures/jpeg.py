"""JPEG (ITU-T T.81): segments that begin with a marker, then the packed picture in one scan or several."""

from __future__ import annotations

from collections.abc import Iterator

from newsletter.mail.pictures.size import Refused, Size, cut_off, damaged
from newsletter.platform.words.said import say

SOI, EOI, SOS, COMMENT = 0xD8, 0xD9, 0xDA, 0xFE
RESTARTS = range(0xD0, 0xD8)
FRAMES = {0xC0, 0xC1, 0xC2}
"""Baseline, extended and progressive with Huffman coding: what every program shows."""
OTHER_FRAMES = {0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}
TABLES = {0xC4, 0xDB, 0xDD, *FRAMES}
EXIF = 0xE1
NOTES = ((0xE0, b"JFIF\0"), (0xE2, b"ICC_PROFILE\0"), (0xEE, b"Adobe"))
"""What of the notes of programs is needed to show the colours. EXIF, XMP, IPTC and comments go: where and when."""
UPRIGHT = 1


def clean_jpeg(data: bytes) -> tuple[Size, bytes]:
    """Its size, and the same picture without notes and without anything after its end. Raises Refused."""
    kept, sizes, scans = [data[:2]], [], 0
    for marker, content, whole in _segments(data):
        if marker in OTHER_FRAMES:
            raise Refused(say("a JPEG of a rare kind, which most mail programs do not show; save it once more as JPEG"))
        if marker in FRAMES:
            sizes.append(_size(content))
        elif marker == SOS:
            scans += 1
        elif marker == EXIF:
            _require_upright(content)
        elif not (marker in TABLES or 0xE0 <= marker <= 0xEF or marker == COMMENT):
            raise damaged("JPEG")
        if (
            marker == SOS
            or marker in TABLES
            or any(marker == each and content.startswith(name) for each, name in NOTES)
        ):
            kept.append(whole)
    if len(sizes) != 1 or not scans:
        raise damaged("JPEG")
    return sizes[0], b"".join([*kept, b"\xff\xd9"])


def _segments(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Marker, content and the whole of each segment until the end of the picture, a scan with what is packed in it."""
    at = 2
    while True:
        marker, begin = _marker(data, at)
        if marker == EOI:
            return
        end = begin + int.from_bytes(data[begin : begin + 2])
        if end > len(data) or end < begin + 2:
            raise cut_off("JPEG")
        content = data[begin + 2 : end]
        if marker == SOS:
            end = _end_of_scan(data, end)
        yield marker, content, b"\xff" + data[begin - 1 : end]
        at = end


def _marker(data: bytes, at: int) -> tuple[int, int]:
    """The marker that begins there, and where its content does; fill bytes before it are passed over."""
    if data[at : at + 1] not in (b"\xff", b""):
        raise damaged("JPEG")
    while data[at : at + 1] == b"\xff":
        at += 1
    if at >= len(data):
        raise cut_off("JPEG")
    return data[at], at + 1


def _size(content: bytes) -> Size:
    if len(content) < 6 or content[0] != 8:
        raise damaged("JPEG")
    size = Size(int.from_bytes(content[3:5]), int.from_bytes(content[1:3]))
    if not (size.width and size.height):
        raise damaged("JPEG")
    if content[5] not in (1, 3):
        raise Refused(say("a JPEG for print (CMYK), which mail programs show in wrong colours; save it as RGB"))
    return size


def _end_of_scan(data: bytes, at: int) -> int:
    """Where the next marker begins after a scan: 0xFF, followed by neither 0 nor a restart."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            raise cut_off("JPEG")
        if data[at + 1] not in (0x00, 0xFF) and data[at + 1] not in RESTARTS:
            return at
        at += 1 if data[at + 1] == 0xFF else 2


def _require_upright(content: bytes) -> None:
    """Raises Refused for a picture that only a note in its EXIF turns: half of the mail programs would not."""
    if content.startswith(b"Exif\0\0") and _orientation(content[6:]) > UPRIGHT:
        raise Refused(
            say("a photo that lies on its side, and a note of the camera turns it; turn it and save it once more")
        )


def _orientation(tiff: bytes) -> int:
    order = {b"II": "little", b"MM": "big"}.get(tiff[:2])
    if order is None:
        return UPRIGHT

    def number(at: int, length: int) -> int:
        return int.from_bytes(tiff[at : at + length], "little" if order == "little" else "big")

    directory = number(4, 4)
    for entry in range(min(number(directory, 2), 200)):
        at = directory + 2 + 12 * entry
        if number(at, 2) == 0x0112:
            return number(at + 8, 2)
    return UPRIGHT
