"""Queue messages: what goes in comes out, and what is not ours is refused with its reason."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.platform.messages import MalformedMessage, Message, SendBatch, from_json

words = st.text(max_size=20)
evidence = st.fixed_dictionaries(
    {"method": words, "user_agent": words, "network": words, "headers": st.dictionaries(words, words, max_size=3)}
)
values = {
    "str": words,
    "int": st.integers(0, 10_000),
    "float": st.floats(0, 4e9),
    "float | None": st.none() | st.floats(0, 4e9),
    "bool": st.booleans(),
    "tuple[str, ...]": st.lists(words, max_size=50).map(tuple),
    "Mapping[str, Any]": evidence,
    "tuple[Mapping[str, Any], ...]": st.lists(evidence, max_size=3).map(tuple),
}
messages: st.SearchStrategy[Message] = st.one_of(
    [
        st.builds(kind, **{field.name: values[str(field.type)] for field in fields(kind)})
        for kind in Message.__subclasses__()
    ]
)


@given(messages)
def test_a_message_comes_back_as_it_was_sent(message: Message) -> None:
    assert from_json(message.to_json()) == message


@given(messages)
def test_a_message_names_readers_by_their_ids_alone(message: Message) -> None:
    assert not {"email", "address", "name"} & set(json.loads(message.to_json()))


@given(messages, st.dictionaries(st.text(min_size=1, max_size=8).map("x_{}".format), words, min_size=1, max_size=2))
def test_a_field_of_a_newer_version_is_ignored(message: Message, more: dict[str, str]) -> None:
    assert from_json(json.dumps({**json.loads(message.to_json()), **more})) == message


@given(messages, st.sampled_from([0, 2, 3]))
def test_a_version_that_is_not_known_is_refused_and_one_that_is_read_too_is_not(message: Message, version: int) -> None:
    body = json.dumps({**json.loads(message.to_json()), "version": version})
    with pytest.raises(MalformedMessage, match=f"version {version}, this code reads 1"):
        from_json(body)
    with patch.object(type(message), "reads_too", frozenset({version})):
        assert from_json(body) == message


@given(messages, st.data())
def test_a_message_without_one_of_its_fields_is_malformed(message: Message, data: st.DataObject) -> None:
    body = json.loads(message.to_json())
    needed = ["type", "version", *(field.name for field in fields(message) if field.default is MISSING)]
    del body[data.draw(st.sampled_from(needed))]
    with pytest.raises(MalformedMessage):
        from_json(json.dumps(body))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "not one of our messages"),
        ("null", "not one of our messages"),
        ("[]", "not one of our messages"),
        ('"plan_page"', "not one of our messages"),
        ("{", "not one of our messages"),
        ("{}", "not one of our messages"),
        ('{"type": "party", "version": 1}', "not one of our messages"),
        ('{"type": ["plan_page"], "version": 1}', "not one of our messages"),
        ('{"type": "plan_page"}', "not one of our messages"),
        ('{"type": "plan_page", "version": 2}', "plan_page: version 2, this code reads 1"),
        ('{"type": "plan_page", "version": 1, "mailing": "m"}', "plan_page: .*shard"),
    ],
)
def test_what_is_no_message_of_ours_is_refused_with_its_reason(body: str, reason: str) -> None:
    with pytest.raises(MalformedMessage, match=reason):
        from_json(body)


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | words, lambda x: st.lists(x) | st.dictionaries(words, x))
)
def test_no_json_at_all_makes_anything_but_a_message_or_a_refusal(value: object) -> None:
    with pytest.raises(MalformedMessage):
        from_json(json.dumps(value))


def test_a_refusal_never_repeats_a_long_body() -> None:
    with pytest.raises(MalformedMessage) as refusal:
        from_json("x" * 100_000)
    assert len(str(refusal.value)) < 200


@given(st.lists(st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=26, max_size=26), min_size=50, max_size=50))
def test_a_full_batch_fits_in_a_queue_message_many_times(recipients: list[str]) -> None:
    message = SendBatch("campaign-" + "x" * 60, "a99999-999", "fi-" + "a" * 16, tuple(recipients), 1.7e9)
    assert len(message.to_json().encode()) < 256 * 1024 / 10  # ten of them go into one call (AWS: 256 KiB)
