"""Pictures are known by their bytes, cleaned of notes, and refused with a reason where mails could not show them."""

from __future__ import annotations

import struct
import zlib

import pytest

from newsletter.mail.pictures.picture import NAME, read_picture
from newsletter.platform.errors import InvalidInput
from tests.support.articles.pictures import chunk, exif, gif, jpeg, png, segment

XMP = segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>60.1699 N</x:xmpmeta>")
SCRIPT = b"*/=alert(1)//"


@pytest.mark.parametrize(
    ("data", "kind"), [(png(3, 2), "png"), (jpeg(3, 2), "jpg"), (jpeg(3, 2, frame=0xC2), "jpg"), (gif(3, 2), "gif")]
)
def test_a_clean_one_stays_as_it_is_and_has_its_size_in_its_name(data: bytes, kind: str) -> None:
    picture = read_picture(data)
    assert (picture.kind, picture.width, picture.height, picture.data) == (kind, 3, 2, data)
    assert NAME.fullmatch(picture.name)
    assert picture.name.endswith(f"-3x2.{kind}")
    assert read_picture(picture.data) == picture


@pytest.mark.parametrize(
    ("noted", "clean"),
    [
        (
            png(3, 2, chunk(b"tEXt", b"Author\x0060.1699 N"), chunk(b"eXIf", b"60.1699 N"), chunk(b"prVt", b"x")),
            png(3, 2),
        ),
        (png(3, 2) + b"<script>60.1699 N</script>", png(3, 2)),
        (jpeg(3, 2, exif(1), XMP, segment(0xFE, b"60.1699 N"), segment(0xED, b"Photoshop 3.0")), jpeg(3, 2)),
        (jpeg(3, 2) + jpeg(9, 9) + SCRIPT, jpeg(3, 2)),
        (gif(3, 2, b"\x21\xfe\x0960.1699 N\0", b"\x21\xff\x0bXMP DataXMP\x0960.1699 N\0"), gif(3, 2)),
        (gif(3, 2, after=SCRIPT), gif(3, 2)),
    ],
)
def test_notes_of_cameras_and_programs_and_what_is_behind_the_end_are_left_out(noted: bytes, clean: bytes) -> None:
    picture = read_picture(noted)
    assert picture.data == clean
    assert b"60.1699" not in picture.data
    assert b"alert" not in picture.data


def test_what_shows_the_picture_stays() -> None:
    colours = segment(0xE2, b"ICC_PROFILE\0\x01\x01colours")
    assert colours in read_picture(jpeg(3, 2, colours)).data
    moves = gif(3, 2, b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0", b"\x21\xf9\x04\0\0\0\0\0")
    assert read_picture(moves).data == moves
    clear = png(3, 2, chunk(b"tRNS", b"\0\x80"), chunk(b"gAMA", b"\0\0\xb1\x8f"))
    assert read_picture(clear).data == clear


def script_as_gif() -> bytes:
    """A GIF whose width is the beginning of a comment of JavaScript."""
    return b"GIF89a/*" + gif(3, 2)[8:]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"PK\x03\x04", "no picture that mail programs show"),
        (b"<html><script>alert(1)</script>", "no picture"),
        (b"GIF89a=1;alert(1)", "damaged"),
        (script_as_gif(), "10,799 × 2 pixels"),
        (b"GIF8", "damaged"),
        (gif(3, 2)[:-4], "cut off"),
        (gif(0, 0), "damaged"),
        (gif(3, 2).replace(b"\x2c\0\0\0\0\x03", b"\x2c\0\0\0\0\x04"), "damaged"),
        (png(3, 2)[:-6], "cut off"),
        (png(3, 2)[:-12], "cut off"),
        (png(3, 2)[:-1] + b"\0", "damaged"),  # a wrong checksum
        (png(3, 2).replace(b"IDAT", b"IDAX"), "damaged"),
        (png(100_000, 100_000, pixels=zlib.compress(b"\0")), "100,000 × 100,000 pixels; at most 2,000 wide"),
        (png(3, 2, pixels=zlib.compress(b"\0")), "cut off"),
        (png(3, 2, pixels=zlib.compress(bytes(10_000_000))), "damaged"),
        (png(3, 2, pixels=b"not packed"), "damaged"),
        (png(3, 2, pixels=zlib.compress(b"\0\x80\x80\x80" * 2)[:-5]), "damaged"),
        (png(0, 2), "damaged"),
        (b"\x89PNG\r\n\x1a\n" + chunk(b"IEND", b""), "damaged"),
        (jpeg(3, 2)[:-2], "cut off"),
        (jpeg(3, 2)[:60], "cut off"),
        (b"\xff\xd8\xff\xd9", "damaged"),
        (b"\xff\xd8\xff", "cut off"),
        (jpeg(65_000, 65_000), "65,000 × 65,000 pixels"),
        (jpeg(3, 2, frame=0xC9), "rare kind"),
        (jpeg(3, 2, colours=4), "CMYK"),
        (jpeg(3, 2, exif(6)), "lies on its side"),
        (b"RIFF\x24\0\0\0WEBPVP8 ", "WebP"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC"),
        (b'<?xml version="1.0"?><svg/>', "SVG"),
        (b"%PDF-1.7", "PDF"),
        (b"x" * 1_000_001, "1,000,001 bytes; at most 1,000,000"),
    ],
)
def test_what_mails_cannot_show_is_refused_with_what_would_be_right(data: bytes, said: str) -> None:
    with pytest.raises(InvalidInput, match="file") as refused:
        read_picture(data)
    assert refused.value.field == "file"
    assert said in refused.value.message


@pytest.mark.parametrize("whole", [png(9, 7), jpeg(9, 7), gif(9, 7)])
def test_no_beginning_of_a_picture_is_taken_for_one(whole: bytes) -> None:
    for length in range(len(whole)):
        with pytest.raises(InvalidInput):
            read_picture(whole[:length])


@pytest.mark.parametrize("whole", [png(9, 7), jpeg(9, 7), gif(9, 7)])
def test_any_byte_may_be_wrong_and_nothing_but_a_refusal_comes_of_it(whole: bytes) -> None:
    for at in range(len(whole)):
        for wrong in (0, 0xFF, whole[at] ^ 0x80):
            try:
                read_picture(whole[:at] + bytes([wrong]) + whole[at + 1 :])
            except InvalidInput:
                continue


def test_one_that_lies_about_its_length_is_read_no_further_than_it_goes() -> None:
    with pytest.raises(InvalidInput, match="cut off"):
        read_picture(b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 0xFFFFFFFF) + b"IHDR")
