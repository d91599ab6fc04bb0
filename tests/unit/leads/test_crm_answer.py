"""What an answer of the CRM means, and what of it is kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.leads.outbox.crm_answer import SHOWN, CrmAnswer, Outcome, outcome_of, shown


def answer(status: int, body: bytes = b"", **headers: str) -> CrmAnswer:
    return CrmAnswer(status, 0.1, {name.replace("_", "-"): value for name, value in headers.items()}, body)


@pytest.mark.parametrize(
    ("given_answer", "outcome"),
    [
        (answer(200), Outcome.TAKEN),
        (answer(299), Outcome.TAKEN),
        (answer(200, b'{"a": "<html>"}'), Outcome.TAKEN),
        (answer(200, b"<p>Log in</p>", content_type="Text/HTML; charset=x"), Outcome.FAILED),
        (answer(200, b"\x1f\x8b\xff", content_type="text/html"), Outcome.FAILED),
        (answer(200, b"", content_type="text/html", content_encoding="br"), Outcome.FAILED),
        (answer(204, b"", content_type="text/html; charset=utf-8"), Outcome.TAKEN),
        (answer(200, b"ok, 1 < 2", content_type="text/html"), Outcome.TAKEN),
        (answer(200, b"\xef\xbb\xbf\r\n<!-- x --> <!DOCTYPE HTML PUBLIC>"), Outcome.FAILED),
        (answer(204, b"<html lang=fi>"), Outcome.FAILED),
        (answer(200, b"<?xml version='1.0'?><ok/>"), Outcome.TAKEN),
        (answer(0), Outcome.FAILED),
        (answer(301), Outcome.FAILED),
        (answer(304), Outcome.FAILED),
        (answer(400), Outcome.DECLINED),
        (answer(401), Outcome.REFUSED),
        (answer(403), Outcome.REFUSED),
        (answer(404), Outcome.REFUSED),
        (answer(408), Outcome.FAILED),
        (answer(410), Outcome.GONE),
        (answer(422), Outcome.DECLINED),
        (answer(429), Outcome.BUSY),
        (answer(500), Outcome.FAILED),
        (answer(503), Outcome.FAILED),
        (answer(503, retry_after="5"), Outcome.BUSY),
        (answer(599), Outcome.FAILED),
        (answer(999), Outcome.FAILED),
    ],
)
def test_what_it_means(given_answer: CrmAnswer, outcome: Outcome) -> None:
    assert outcome_of(given_answer) is outcome


def test_a_status_with_which_this_crm_says_no() -> None:
    assert outcome_of(answer(207), (207,)) is Outcome.DECLINED


@given(st.binary(max_size=5000), st.sampled_from([0, 200, 302, 400, 500]), st.sampled_from(["", "text/html"]))
def test_what_is_kept_is_one_short_line(body: bytes, status: int, kind: str) -> None:
    said = shown(answer(status, body, content_type=kind))
    assert len(said) <= SHOWN
    assert "\n" not in said
    assert all(sign.isprintable() for sign in said)


def test_addresses_and_links_of_readers_are_not_kept() -> None:
    body = b'{"error": "maija@example.com is known", "see": "https://news.example/c/token/1"}'
    said = shown(answer(409, body))
    assert "maija" not in said
    assert "token" not in said
    assert "is known" in said


def test_signs_that_cannot_be_seen_are_not_kept() -> None:
    assert shown(answer(500, "a\u0600b\u202ec\n".encode())) == "a b c"
