"""Mailings: ids that SES tags can carry, audiences, and variants that are known by their content."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.mailings.mailing import Audience, Variant, campaign_id, step_id
from newsletter.platform.errors import InvalidInput
from newsletter.readers.choices import Choices
from newsletter.readers.subscriber import Recipient

texts = st.text(max_size=20)
variants = st.builds(Variant, st.sampled_from(["fi", "sv", "en"]), texts, texts, texts, st.just(()))


@given(st.text("abcABC019-_~#/ ä\n", max_size=64))
def test_a_campaigns_name_becomes_an_id_that_a_tag_can_carry_or_is_refused(name: str) -> None:
    try:
        mailing = campaign_id(name)
    except InvalidInput:
        return
    assert mailing == f"campaign-{name}"
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,256}", mailing)  # AWS: MessageTag


@pytest.mark.parametrize("name", ["kevatkampanja-2027", "a", "0", "x" * 60])
def test_a_plain_name_is_taken(name: str) -> None:
    assert campaign_id(name) == f"campaign-{name}"


@pytest.mark.parametrize("name", ["", "-kevat", "kevät", "a b", "x" * 61, "a\n", "Kevat"])
def test_a_name_that_cannot_be_part_of_an_id_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match=rf"^name: {re.escape(repr(name))}: "):
        campaign_id(name)


def test_steps_of_sequences_have_ids_of_their_own() -> None:
    assert step_id("sparraus", "kysymykset") == "step-sparraus-kysymykset"


@pytest.mark.parametrize(
    ("audience", "topics", "language", "meant"),
    [
        (Audience(), (), "fi", True),
        (Audience(topics=("a",)), ("a", "b"), "fi", True),
        (Audience(topics=("a",)), ("b",), "fi", False),
        (Audience(topics=("a",)), (), "fi", True),
        (Audience(languages=("sv",)), (), "fi", False),
        (Audience(languages=("sv", "fi")), (), "fi", True),
        (Audience(("a",), ("fi",)), ("a",), "sv", False),
        (Audience(("a",), ("fi",)), ("b",), "fi", False),
    ],
)
def test_an_audience_means_readers_of_its_languages_and_of_any_of_its_topics(
    audience: Audience, topics: tuple[str, ...], language: str, *, meant: bool
) -> None:
    assert audience.includes(Recipient(Choices(topics=topics, language=language))) is meant


def test_an_audience_can_ask_for_texts_that_readers_gave_in_any_case_of_letters() -> None:
    audience = Audience(among=(("name", ("Maija", "HELMI")),))
    assert [audience.includes(Recipient(Choices(name=name))) for name in ("maija", "Helmi", "Sari", "")] == [
        True,
        True,
        False,
        False,
    ]
    assert not audience.everyone


def test_an_audience_of_a_choice_that_this_version_does_not_know_includes_nobody_in_silence() -> None:
    with pytest.raises(AttributeError):
        Audience(among=(("shoe_size", ("42",)),)).includes(Recipient(Choices()))


@given(variants, variants)
def test_two_variants_have_one_key_exactly_when_they_read_the_same(one: Variant, other: Variant) -> None:
    assert (one.key == other.key) == (one == other)


@given(variants, texts)
def test_a_change_of_any_part_is_another_variant(variant: Variant, more: str) -> None:
    for part in ("subject", "html", "text"):
        changed = replace(variant, **{part: getattr(variant, part) + "x" + more})
        assert changed.key != variant.key


@given(variants)
def test_a_variants_key_says_its_language(variant: Variant) -> None:
    assert re.fullmatch(rf"{variant.language}-[a-z2-7]{{16}}", variant.key)
