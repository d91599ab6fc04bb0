"""Reading any bytes ends, raises nothing, and makes no more work than its limits say."""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.replies.judging.judge_reply import judge_reply
from newsletter.replies.parsing.mail_parts import DEEPEST
from newsletter.replies.parsing.read_mail import LONGEST_HTML, read_mail
from tests.support.replies.corpus import OWN, samples
from tests.support.strategies import anything

RAW = [each.raw for each in samples()]
MB = 1_000_000
MULTIPART = b"Content-Type: multipart/mixed; boundary=b\n"
ARCHIVE = b"\n--b\nContent-Type: application/zip\nContent-Transfer-Encoding: base64\n\n"
NAMES = ["From", "Subject", "Content-Type", "Message-ID", "Content-Transfer-Encoding", "Return-Path", "List-Id"]
SIGNS = ["=?", "?=", "utf-8", "?q?", "?b?", "=C3", "a", " ", "\n ", ";", '"', "<", ">", "(", ")", "@", ",", ":", "\\"]
MORE_SIGNS = ["*0=", "%", "'", "/", "\x00"]


def nested(levels: int) -> bytes:
    each = "Content-Type: multipart/mixed; boundary=b{0}\n\n--b{0}\n"
    return "".join(each.format(level) for level in range(levels)).encode() + b"\nHei"


ATTACKS: dict[str, Callable[[], bytes]] = {
    "a hundred thousand headers": lambda: b"X-A: =?utf-8?q?a?= b\n" * 100_000 + b"\nx",
    "a header line of 5 MB": lambda: b"Subject: " + b"=?utf-8?q?a?= " * (5 * MB // 14) + b"\n\nx",
    "a folded header of 5 MB": lambda: b"Subject: x\n" + b" y\n" * (5 * MB // 3) + b"\nx",
    "a content type of 5 MB": lambda: b"Content-Type: text/plain" + b"; a=b" * MB + b"\n\nx",
    "continued parameters": lambda: b"Content-Type: text/plain" + b"; a*0*=b" * 500 + b"\n\nx",
    "headers of encoded words": lambda: (b"X-A: " + b"=?utf-8?q?a?= " * 280 + b"\n") * 200 + b"\nx",
    "a thousand nested parts": lambda: nested(1_000),
    "one boundary for all": lambda: b"Content-Type: multipart/mixed; boundary=b\n\n--b\n" * 100_000,
    "a million parts": lambda: MULTIPART + b"\n--b" * MB,
    "nearly a boundary": lambda: MULTIPART + b"\n--b-" * MB,
    "mails in mails": lambda: b"Content-Type: message/rfc822\n\n" * 100_000,
    "parts of null bytes": lambda: MULTIPART + (b"\n--b\n\n" + b"\x00" * 200_000) * 200,
    "40 MB of one attachment": lambda: MULTIPART + ARCHIVE + (b"A" * 76 + b"\n") * 520_000 + b"--b--",
    "40 MB of line breaks": lambda: b"\n" * 40 * MB,
    "40 MB without an end of the headers": lambda: b"Subject: x\n" + b" \n" * 20 * MB,
    "40 MB of quotes in HTML": lambda: b"Content-Type: text/html\n\n" + b"<blockquote>" * (40 * MB // 12),
    "40 MB of quoted-printable": lambda: b"Content-Transfer-Encoding: quoted-printable\n\n" + b"=3D" * (40 * MB // 3),
    "brackets in From": lambda: b"From: " + b"((" * 490 + b"\n\nx",
    "names of From": lambda: b"From: " + b'"a" <' * 190 + b"\n\nx",
    "groups of From": lambda: b"From: " + b"a:" * 490 + b"\n\nx",
    "lines that nearly quote": lambda: b"From: a@example.com\n\n" + b"Den skrev " * 10_000,
    "headings in the text": lambda: b"From: a@example.com\n\n" + b"Am 1.1.2026 schrieb x:\n" * 5_000,
    "blanks in the text": lambda: b"From: a@example.com\n\nunsubscribe" + b" please" * 60,
    "polite words without end": lambda: b"From: a@example.com\n\n" + b"please kindly " * 28,
}


def work(run: Callable[[], object]) -> int:
    """Python calls that were made: the same on every machine."""
    count = 0

    def counted(_frame: Any, event: str, _value: object) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(counted)
    try:
        run()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_an_attack_is_read_and_judged_with_bounded_work(attack: Callable[[], bytes]) -> None:
    raw = attack()
    found = read_mail(raw)  # what is imported and compiled once
    judge_reply(found, "", OWN)
    assert work(lambda: judge_reply(read_mail(raw), "", OWN)) < 4 * MB
    assert len(found.text) <= 100_000
    assert len(found.html) <= LONGEST_HTML
    assert sum(map(len, found.headers.values())) <= 200
    assert all(len(value) <= 2_000 for values in found.headers.values() for value in values)
    assert len(found.part_types) < 200


def test_a_mail_of_40_mb_is_not_copied() -> None:
    raw = ATTACKS["40 MB of one attachment"]()
    tracemalloc.start()
    try:
        read_mail(raw)
        assert tracemalloc.get_traced_memory()[1] < 20 * MB
    finally:
        tracemalloc.stop()


def test_parts_deeper_than_the_limit_are_not_looked_for() -> None:
    assert read_mail(nested(DEEPEST + 5)).part_types == ("multipart/mixed",) * DEEPEST
    assert read_mail(nested(DEEPEST)).text == "Hei"


def holds(raw: bytes) -> None:
    found = read_mail(raw)
    judged = judge_reply(found, "x@example.com", OWN)
    for text in (found.subject, found.from_name, found.text, found.html, found.message_id, judged.own_words):
        text.encode("utf-8")
    assert len(judged.own_words) <= 500
    assert "\n" not in found.subject + found.from_name + found.from_address


@given(st.binary(max_size=2_000))
@example(b"")
@example(b"\n")
@example(b"\r")
@example(b":")
@example(b"From:\n\n")
def test_any_bytes_are_a_mail(raw: bytes) -> None:
    holds(raw)


@given(
    st.sampled_from(RAW),
    st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 40), st.binary(max_size=12)), max_size=6),
)
def test_a_mail_may_be_damaged_anywhere(raw: bytes, damages: list[tuple[int, int, bytes]]) -> None:
    for at, length, put in damages:
        place = at % (len(raw) + 1)
        raw = raw[:place] + put + raw[place + length :]
    holds(raw)


@given(st.sampled_from(NAMES), anything(300), anything(300))
def test_a_header_may_say_anything(name: str, value: str, body: str) -> None:
    holds(f"{name}: {value}\n\n{body}".encode("utf-8", "surrogatepass"))


@given(st.lists(st.sampled_from(SIGNS + MORE_SIGNS), max_size=60), st.sampled_from(NAMES))
def test_a_header_may_be_put_together_of_its_own_signs(pieces: list[str], name: str) -> None:
    holds(f"{name}: {''.join(pieces)}\n\nHei".encode())
