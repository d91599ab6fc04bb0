"""Who wrote a mail, by hand-made examples; the corpus has whole mails."""

from __future__ import annotations

import pytest

from newsletter.replies.judging.judge_reply import OwnSenders, ReplyJudgement, ReplyKind, judge_reply
from newsletter.replies.parsing.read_mail import read_mail

OWN = OwnSenders(
    sender="uutiset@kirje.example.fi",
    forward_to="myynti@example.fi",
    list_id="<uutiset.kirje.example.fi>",
    reply_domain="vastaa.example.fi",
    domains=frozenset({"example.fi", "kirje.example.fi"}),
)


def judged(text: str = "Kiitos, voisimmeko sparrata?", *headers: str, subject: str = "VS: Kirje") -> ReplyJudgement:
    lines = ["From: Matti <matti@example.com>", f"Subject: {subject}", "In-Reply-To: <a@example.fi>", *headers]
    return judge_reply(read_mail("\n".join([*lines, "", text]).encode()), "matti@example.com", OWN)


def test_an_answer_is_written_by_a_person() -> None:
    found = judged()
    assert (found.kind, found.reasons) == (ReplyKind.PERSON, ("written_by_a_person",))
    assert found.own_words == "Kiitos, voisimmeko sparrata?"


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("Auto-Submitted: auto-replied", "auto_submitted"),
        ("Auto-Submitted: auto-generated (failure)", "auto_submitted"),
        ("X-Autoreply: yes", "autoreply_header"),
        ("X-Autorespond: Out of office", "autoreply_header"),
        ("Precedence: bulk", "bulk_precedence"),
        ("Precedence: auto_reply", "bulk_precedence"),
        ("Return-Path: <>", "null_return_path"),
    ],
)
def test_a_header_of_programs_decides(header: str, reason: str) -> None:
    found = judged("Kiitos, voisimmeko sparrata?", header)
    assert (found.kind, found.reasons) == (ReplyKind.PROGRAM, (reason,))
