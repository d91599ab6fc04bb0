"""Addresses: normalised as SES carries them, slips of the finger noticed, throw-away mailboxes known."""

from __future__ import annotations

import pytest

from newsletter.platform.errors import InvalidInput
from newsletter.readers.email_address import OFTEN_MISTYPED, is_disposable, normalised, suggestion


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        (" Maija.Lukija@Example.COM ", "maija.lukija@example.com"),
        ("maija@pääkaupunki.fi", "maija@xn--pkaupunki-v2aa.fi"),
        ("maija+uutiset@example.com", "maija+uutiset@example.com"),
    ],
)
def test_one_mailbox_has_one_address(typed: str, address: str) -> None:
    assert normalised(typed) == address
    assert normalised(address) == address


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "email"),
        ("maija", "email"),
        ("maija@", "email"),
        ("a" * 250 + "@b.fi", "email"),
        ("maija@[192.0.2.1]", "email"),
        ("maija@localhost", "email"),
        ("mäijä@example.com", "email_local"),
    ],
)
def test_what_ses_cannot_carry_is_refused_with_its_reason(typed: str, said: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        normalised(typed)
    assert (refused.value.field, refused.value.message) == ("email", f"pages.errors.{said}")


@pytest.mark.parametrize(
    ("domain", "meant"),
    [
        ("gmial.com", "gmail.com"),
        ("gmai.com", "gmail.com"),
        ("gmail.con", "gmail.com"),
        ("gmail.co", "gmail.com"),
        ("hotmial.com", "hotmail.com"),
        ("hotmai.fi", "hotmail.fi"),
        ("outlok.com", "outlook.com"),
        ("yaho.com", "yahoo.com"),
        ("icluod.com", "icloud.com"),
    ],
)
def test_a_slip_is_noticed(domain: str, meant: str) -> None:
    assert suggestion(f"maija@{domain}") == f"maija@{meant}"


@pytest.mark.parametrize(
    "domain",
    [
        *OFTEN_MISTYPED,
        *(
            "example.com",
            "sanaharju.example",
            "mail.com",
            "ymail.com",
            "me.com",
            "live.fi",
            "helsinki.fi",
            "google.com",
        ),
        *("hotmail.no", "hotmail.se", "outlook.de", "yahoo.co.uk", "gmx.de", "nokia.com", "elisa.fi", "pp.inet.fi"),
    ],
)
def test_a_domain_that_is_right_is_left_alone(domain: str) -> None:
    assert suggestion(f"maija@{domain}") == ""


def test_throw_away_mailboxes_are_known_below_their_domain_too() -> None:
    assert is_disposable("x@mailinator.com")
    assert is_disposable("x@mx.mailinator.com")
    assert not is_disposable("x@gmail.com")
    assert not is_disposable("mailinator.com@example.com")
