"""Addresses that readers answer to: short enough, safe in small letters, signed, and good under every key."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from newsletter.replies.addresses import LONGEST_LOCAL, LeaveBy, ReplyAddresses, ReplyTo, mailing_code

DOMAIN = "vastaa.example.fi"
ours = ReplyAddresses(DOMAIN, ("old-key", "new-key"))
ids = st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=26, max_size=26)
mailings = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=80)
batches = st.sampled_from(["a0-0", "a12-s1-345p64", "7310-rest-9999p9999-again", "abcdefghij234567abcd-again"])


@given(ids, mailings)
def test_an_address_to_leave_by_names_its_reader_and_mailing_in_letters_of_any_size(reader: str, mailing: str) -> None:
    address = ours.to_leave(reader, mailing)
    assert len(address.partition("@")[0]) <= LONGEST_LOCAL
    assert address == address.lower()
    for written in (address, address.upper(), f" {address.title()} "):
        assert ours.read(written) == LeaveBy(reader, mailing_code(mailing))


@given(mailings, batches)
def test_an_address_to_answer_to_names_mailing_and_batch(mailing: str, batch: str) -> None:
    address = ours.to_answer(mailing, batch)
    assert len(address.partition("@")[0]) <= LONGEST_LOCAL
    assert ours.read(address.upper()) == ReplyTo(mailing_code(mailing), batch)


def test_a_batch_of_a_single_reader_has_too_long_an_id_and_is_left_out() -> None:
    address = ours.to_answer("welcome", f"{'a' * 26}-{'0' * 16}")
    assert ours.read(address) == ReplyTo(mailing_code("welcome"), "")


def test_addresses_of_an_earlier_key_are_read_and_those_of_a_strange_one_are_not() -> None:
    before, strange = ReplyAddresses(DOMAIN, ("old-key",)), ReplyAddresses(DOMAIN, ("their-key",))
    assert ours.read(before.to_answer("m", "a0-0")) == ReplyTo(mailing_code("m"), "a0-0")
    assert before.read(ours.to_answer("m", "a0-0")) is None
    assert ours.read(strange.to_answer("m", "a0-0")) is None


@given(ids, ids)
def test_no_address_turns_into_another(reader: str, other: str) -> None:
    address = ours.to_leave(reader, "m")
    if reader != other:
        assert ours.read(address.replace(reader, other)) is None
    assert ours.read(address.replace("leave.", "reply.")) is None
    assert ours.read(address.replace(DOMAIN, f"{DOMAIN}.example.com")) is None
    assert ours.read(address.replace(DOMAIN, "example.com")) is None


@given(st.text(max_size=120) | st.text("relypav.@2fi", max_size=80).map(lambda text: f"{text}@{DOMAIN}"))
def test_whatever_stands_there_nothing_of_it_is_ours(made_up: str) -> None:
    assert ours.read(made_up) is None
