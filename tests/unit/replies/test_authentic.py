"""Whose address stands in From: DMARC says it; SPF and DKIM only of the domain that they are about."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from newsletter.replies.authentic import is_authentic
from newsletter.replies.parsing.incoming_mail import IncomingMail
from newsletter.replies.receiving.received_mail import ReceivedMail


def authentic(source: str = "maija@example.fi", signed: tuple[str, ...] = (), **checks: str) -> bool:
    received = ReceivedMail("1", datetime(2026, 11, 24, tzinfo=UTC), "1", ("x@y.example",), source, checks)
    signatures = tuple(f"v=1; a=rsa-sha256; d={domain}; s=x; bh=abc; b=def" for domain in signed)
    mail = IncomingMail(headers={"dkim-signature": signatures}, from_address="maija@example.fi")
    return is_authentic(received, mail)


@pytest.mark.parametrize("failed", ["spf", "dkim", "dmarc"])
def test_one_check_that_failed_is_enough_for_doubt(failed: str) -> None:
    checks = dict.fromkeys(("spf", "dkim", "dmarc"), "PASS")
    assert authentic(signed=("example.fi",), **checks)
    assert not authentic(signed=("example.fi",), **checks | {failed: "FAIL"})


@pytest.mark.parametrize(
    ("source", "theirs"),
    [
        ("maija@example.fi", True),
        ("bounces@mail.example.fi", True),
        ("MAIJA@EXAMPLE.FI.", True),
        ("maija@attacker.example", False),
        ("maija@notexample.fi", False),
        ("maija@fi", False),
        ("", False),
    ],
)
def test_without_dmarc_spf_counts_for_its_own_domain(source: str, *, theirs: bool) -> None:
    assert authentic(source, spf="PASS", dkim="GRAY", dmarc="GRAY") is theirs


@pytest.mark.parametrize(
    ("signed", "theirs"),
    [(("example.fi",), True), (("attacker.example",), False), (("example.fi", "attacker.example"), False), ((), False)],
)
def test_without_dmarc_dkim_counts_if_every_signature_is_of_that_domain(
    signed: tuple[str, ...], *, theirs: bool
) -> None:
    assert authentic("", signed, spf="GRAY", dkim="PASS", dmarc="GRAY") is theirs


def test_what_was_not_checked_proves_nothing() -> None:
    assert not authentic(spf="GRAY", dkim="GRAY", dmarc="GRAY")
    assert not authentic(spf="PROCESSING_FAILED", dkim="DISABLED")
