"""Small pictures of each format, byte by byte."""

from __future__ import annotations

import struct
import zlib


def chunk(kind: bytes, content: bytes) -> bytes:
    """A chunk of a PNG with its checksum."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width: int, height: int, *more: bytes, pixels: bytes | None = None) -> bytes:
    """A grey PNG; `more` are chunks before its pixels."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    packed = zlib.compress((b"\0" + b"\x80" * width) * height) if pixels is None else pixels
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def segment(marker: int, content: bytes) -> bytes:
    """A segment of a JPEG."""
    return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content


def jpeg(
    width: int, height: int, *more: bytes, frame: int = 0xC0, colours: int = 3, scan: bytes = b"\x11\xff\0\x22"
) -> bytes:
    """The frame of a JPEG; `more` are segments before it. Its scan is no real picture."""
    each = b"".join(bytes([number, 0x11, 0]) for number in range(1, colours + 1))
    head = segment(frame, struct.pack(">BHHB", 8, height, width, colours) + each)
    begin = segment(0xDA, bytes([colours]) + bytes(2 * colours) + b"\0\x3f\0")
    jfif = segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")
    return b"\xff\xd8" + jfif + b"".join(more) + segment(0xDB, bytes(65)) + head + begin + scan + b"\xff\xd9"


def exif(orientation: int, text: bytes = b"60.1699 N") -> bytes:
    """The notes of a camera."""
    entry = struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0)
    return segment(0xE1, b"Exif\0\0MM\0*" + struct.pack(">IH", 8, 1) + entry + bytes(4) + text)


def gif(width: int, height: int, *more: bytes, after: bytes = b"") -> bytes:
    """A GIF of one colour; `more` are extensions before its picture."""
    screen = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    image = b"\x2c" + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x02\x02\x44\x01\0"
    return screen + b"".join(more) + image + b"\x3b" + after
