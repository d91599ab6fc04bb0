"""A subscriber's id names an address only to who holds the pepper."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from newsletter.platform.shards import SHARDS, shard_of
from newsletter.readers.subscriber import subscriber_id

addresses = st.emails()
peppers = st.binary(min_size=1, max_size=64)


@given(peppers, addresses)
def test_an_id_is_26_letters_and_its_first_one_is_its_shard(pepper: bytes, address: str) -> None:
    name = subscriber_id(pepper, address)
    assert re.fullmatch("[a-z2-7]{26}", name)
    assert shard_of(name) == name[0]
    assert name[0] in SHARDS


@given(peppers, addresses, addresses)
def test_one_address_has_one_id_and_another_address_another(pepper: bytes, one: str, other: str) -> None:
    assert (subscriber_id(pepper, one) == subscriber_id(pepper, other)) == (one == other)


@given(peppers, peppers, addresses)
def test_without_the_pepper_nobody_can_tell_whose_id_it_is(pepper: bytes, guess: bytes, address: str) -> None:
    # HMAC pads a short key with zero bytes, so those do not make another pepper (RFC 2104).
    assert (subscriber_id(pepper, address) == subscriber_id(guess, address)) == (
        pepper.rstrip(b"\0") == guess.rstrip(b"\0")
    )


def test_there_is_a_shard_for_every_first_letter_and_no_other() -> None:
    assert sorted(SHARDS) == sorted("abcdefghijklmnopqrstuvwxyz234567")
    found = {shard_of(subscriber_id(b"pepper", f"reader{number}@example.com")) for number in range(500)}
    assert found == set(SHARDS)
