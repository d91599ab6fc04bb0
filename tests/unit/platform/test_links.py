"""Links: what we signed for one purpose reads as what it was, and nothing else reads at all."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from itsdangerous import TimestampSigner

from newsletter.platform.errors import BadLink, ExpiredLink
from newsletter.platform.links.links import MAX_TOKEN, SEPARATOR, LinkClaims, LinkPurpose, Links
from newsletter.publication.publication import SIGN_UP_LIFE
from newsletter.readers.subscriber import subscriber_id
from tests.support.console.altered_tokens import altered_tokens
from tests.support.strategies import ANY, anything, whole_without

KEYS = ("the-old-key-of-the-tests", "the-new-key-of-the-tests")
LINKS = Links(KEYS)
REF = LinkClaims("abcdefghijklmnopqrstuvwxyz", "digest-2026-W48", "a0-1", 7, "sparraus")

fields = st.text(whole_without(SEPARATOR), max_size=12)
refs = st.builds(LinkClaims, fields, fields, fields, st.integers(0, 49), fields)
purposes = st.sampled_from(LinkPurpose)


@given(purposes, refs)
@example(LinkPurpose.CLICK, LinkClaims("", "", "", 0, ""))
@example(LinkPurpose.CONFIRM, LinkClaims("", "", "", 0, "0"))
def test_a_token_reads_as_the_reference_it_was_made_from(purpose: LinkPurpose, ref: LinkClaims) -> None:
    assert LINKS.read(purpose, LINKS.token(purpose, ref)) == ref


@given(
    purposes,
    st.builds(LinkClaims, *[st.text(SEPARATOR + "a", min_size=1, max_size=3).filter(lambda x: SEPARATOR in x)] * 3),
)
def test_a_reference_that_would_read_as_another_one_is_never_signed(purpose: LinkPurpose, ref: LinkClaims) -> None:
    with pytest.raises(ValueError, match="no field may hold ~"):
        LINKS.token(purpose, ref)


@given(purposes, refs)
def test_a_token_goes_into_an_address_as_it_is(purpose: LinkPurpose, ref: LinkClaims) -> None:
    token = LINKS.token(purpose, ref)
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")


@given(purposes, purposes, refs)
def test_a_token_is_worthless_for_every_other_purpose(
    purpose: LinkPurpose, other: LinkPurpose, ref: LinkClaims
) -> None:
    if purpose is not other:
        with pytest.raises(BadLink):
            LINKS.read(other, LINKS.token(purpose, ref))


@pytest.mark.parametrize("purpose", LinkPurpose)
def test_a_token_is_accepted_in_the_one_spelling_that_we_gave_it(purpose: LinkPurpose) -> None:
    """The last character of a signature has two spare bits (43 characters for 32 bytes), and `/` may stand for `_`."""
    token = LINKS.token(purpose, REF)
    for spelled in altered_tokens(token):
        with pytest.raises(BadLink):
            LINKS.read(purpose, spelled)


@given(purposes, refs, st.data())
def test_a_token_with_one_character_changed_is_refused(
    purpose: LinkPurpose, ref: LinkClaims, data: st.DataObject
) -> None:
    token = LINKS.token(purpose, ref)
    place = data.draw(st.integers(0, len(token) - 1))
    character = data.draw(ANY.filter(lambda other: other != token[place]))
    with pytest.raises(BadLink):
        LINKS.read(purpose, token[:place] + character + token[place + 1 :])


@given(purposes, refs, st.data())
def test_a_token_that_lost_its_end_is_refused(purpose: LinkPurpose, ref: LinkClaims, data: st.DataObject) -> None:
    token = LINKS.token(purpose, ref)
    with pytest.raises(BadLink):
        LINKS.read(purpose, token[: data.draw(st.integers(0, len(token) - 1))])


@given(purposes, st.one_of(anything(80), st.from_regex(r"[A-Za-z0-9_-]{1,40}(\.[A-Za-z0-9_-]{1,43}){1,2}")))
@example(LinkPurpose.CLICK, "")
@example(LinkPurpose.CONFIRM, "..")
@example(LinkPurpose.UNSUBSCRIBE, "\ud800.x")
def test_what_we_did_not_sign_is_refused(purpose: LinkPurpose, token: str) -> None:
    with pytest.raises(BadLink):
        LINKS.read(purpose, token)


@given(purposes, refs)
def test_a_token_signed_with_a_key_of_somebody_else_is_refused(purpose: LinkPurpose, ref: LinkClaims) -> None:
    with pytest.raises(BadLink):
        LINKS.read(purpose, Links(("another-key",)).token(purpose, ref))


@given(purposes, refs)
def test_links_in_old_mails_outlive_a_change_of_keys(purpose: LinkPurpose, ref: LinkClaims) -> None:
    old = Links(KEYS[:1]).token(purpose, ref)
    assert LINKS.read(purpose, old) == ref
    with pytest.raises(BadLink):
        Links(KEYS[1:]).read(purpose, old)


@given(purposes, refs)
def test_the_newest_key_signs(purpose: LinkPurpose, ref: LinkClaims) -> None:
    assert Links(KEYS[1:]).read(purpose, LINKS.token(purpose, ref)) == ref


def test_a_token_longer_than_any_of_ours_is_not_even_looked_at() -> None:
    longest = LinkClaims("a" * 26, "campaign-" + "x" * 60, "a" * 26 + "-20261123T060000", 49, "o" * 40)
    assert all(len(LINKS.token(purpose, longest)) <= MAX_TOKEN for purpose in LinkPurpose)
    ours = LINKS.token(LinkPurpose.CLICK, LinkClaims("a" * 600))
    with pytest.raises(BadLink):
        LINKS.read(LinkPurpose.CLICK, ours)


def test_a_confirmation_expires_and_no_other_link_does(monkeypatch: pytest.MonkeyPatch) -> None:
    long_ago = TimestampSigner("x").get_timestamp() - int(SIGN_UP_LIFE.total_seconds()) - 1
    with monkeypatch.context() as past:
        past.setattr(TimestampSigner, "get_timestamp", lambda _: long_ago)
        tokens = {purpose: LINKS.token(purpose, REF) for purpose in LinkPurpose}
    with pytest.raises(ExpiredLink):
        LINKS.read(LinkPurpose.CONFIRM, tokens[LinkPurpose.CONFIRM], SIGN_UP_LIFE)
    assert LINKS.read(LinkPurpose.CONFIRM, tokens[LinkPurpose.CONFIRM], SIGN_UP_LIFE + timedelta(minutes=1)) == REF
    for purpose in set(LinkPurpose) - {LinkPurpose.CONFIRM}:
        assert LINKS.read(purpose, tokens[purpose], timedelta(seconds=1)) == REF


@given(purposes)
def test_nothing_of_the_address_can_be_read_from_a_link(purpose: LinkPurpose) -> None:
    address = "maija.lukija@example.com"
    token = LINKS.token(purpose, LinkClaims(subscriber_id(b"pepper", address), "digest-2026-W48", "a0-1", 3))
    readable = [token.encode()]
    readable += [base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in token.split(".")]
    assert not any(word in text.lower() for text in readable for word in (b"maija", b"lukija", b"example"))
