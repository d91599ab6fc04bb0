"""Addresses that lead to one mailbox share its limits; networks are seen as wide as one customer has them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.readers.signup.bot_attack import FREE_FORMS, FREE_FORMS_WIDE, must_prove
from newsletter.readers.signup.mailbox import mailbox_of
from newsletter.readers.signup.networks import network_of, wider

SAME = (
    ("uhri@gmail.com", "uhri+1@gmail.com", "u.h.r.i@gmail.com", "uhri@googlemail.com", "u.hri+x+y@googlemail.com"),
    ("uhri@outlook.com", "uhri+1@outlook.com"),
    ("uhri@hotmail.fi", "uhri+a@hotmail.fi"),
    ("uhri@icloud.com", "uhri+1@icloud.com", "uhri@me.com", "uhri+2@mac.com"),
    ("uhri@proton.me", "u-h_r.i@protonmail.com", "uhri+1@pm.me"),
    ("uhri@fastmail.com", "uhri+1@fastmail.com", "mika.tahansa@uhri.fastmail.com"),
    ("uhri@yahoo.com", "uhri-kauppa@yahoo.com", "uhri+1@yahoo.com"),
    ("uhri@yandex.ru", "uhri@ya.ru", "uhri+1@yandex.com", *(f"uhri@yandex.{land}" for land in ("by", "kz", "ua"))),
    ("uhri@yritys.example", "uhri+1@yritys.example", "uhri+@yritys.example"),
)
OTHERS = (
    "u.hri@outlook.com",
    "u.hri@yritys.example",
    "uhri-b@outlook.com",
    "uhri@yahoo.co.uk",
    "uhri@mail.fastmail.fm",
    "uhri@live.com",
    "uhri@gmx.de",
    "uhri@gmx.net",
    "uhri@mail.ru",
    "uhri@list.ru",
)


def test_other_spellings_of_an_address_lead_to_its_mailbox_and_no_others_do() -> None:
    found = [{mailbox_of(address) for address in group} for group in SAME]
    assert [len(mailboxes) for mailboxes in found] == [1] * len(SAME)
    assert len({*set.union(*found), *map(mailbox_of, OTHERS)}) == len(SAME) + len(OTHERS)


LOCAL = st.from_regex(r"[a-z0-9.+_-]{1,20}", fullmatch=True)
DOMAIN = st.sampled_from(
    ["gmail.com", "googlemail.com", "yahoo.fi", "proton.me", "a.fastmail.com", "fastmail.com", "b.example"]
)


@given(LOCAL, DOMAIN)
def test_every_address_has_a_mailbox_which_is_its_own(local: str, domain: str) -> None:
    mailbox = mailbox_of(f"{local}@{domain}")
    assert mailbox.partition("@")[0] != ""
    assert mailbox_of(mailbox) == mailbox


@pytest.mark.parametrize(
    ("address", "network", "around"),
    [
        ("203.0.113.77", "203.0.113.0/24", "203.0.0.0/16"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("::ffff:203.0.113.77", "203.0.113.0/24", "203.0.0.0/16"),
    ],
)
def test_a_network_and_the_wider_one_around_it(address: str, network: str, around: str) -> None:
    assert network_of(address) == network
    assert wider(network) == around


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "", "x", "203.0.113.0/24"])
def test_this_machine_and_what_is_no_address_have_no_network(address: str) -> None:
    assert network_of(address) == ""


def test_who_sends_many_forms_must_prove_and_in_an_attack_who_sends_a_second() -> None:
    assert not must_prove(FREE_FORMS - 1, FREE_FORMS_WIDE - 1, attack=False)
    assert must_prove(FREE_FORMS, FREE_FORMS, attack=False)
    assert must_prove(0, FREE_FORMS_WIDE, attack=False)
    assert not must_prove(0, 0, attack=True)
    assert must_prove(0, 1, attack=True)
