"""A rule as JSON and as it is stored: it comes back, and faults are named all at once."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.mailings.audience.rule import Audience
from newsletter.mailings.audience.written import (
    LISTS,
    MAX_LISTED,
    read_rule,
    rule_as_json,
    rule_from,
    stored_rule,
    with_numbers,
)
from newsletter.platform.errors import InvalidForm

words = st.lists(st.text("abc-", min_size=1, max_size=5), max_size=3, unique=True).map(tuple)
simple = st.builds(
    Audience,
    topics=words,
    languages=words,
    frequency=st.sampled_from(("", "weekly", "monthly")),
    topics_all=words,
    topics_none=words,
    signed_up_from=st.sampled_from((None, date(2026, 1, 1))),
    signed_up_by=words,
    signed_up_before=st.sampled_from((None, date(2026, 2, 1))),
    got=words,
    not_got=words,
    clicked=words,
    not_clicked=words,
    clicked_days=st.integers(0, 365),
    not_clicked_days=st.integers(0, 365),
    lead_states=words,
    score=st.integers(0, 100),
    listed=st.lists(st.text("abc234", min_size=26, max_size=26), max_size=2, unique=True).map(tuple),
)
rules = st.builds(
    lambda rule, out: Audience(**{**vars(rule), "exclude": tuple(each for each in out if each != Audience())}),
    simple,
    st.lists(simple, max_size=3),
)


@given(rules)
def test_a_rule_comes_back_from_json_and_from_the_table(rule: Audience) -> None:
    assert read_rule(rule_as_json(rule)).rule == rule
    assert rule_from(rule_as_json(rule)) == rule
    assert rule_from(stored_rule(rule)) == rule


def test_texts_of_choices_are_kept_and_a_field_of_a_later_version_is_refused() -> None:
    rule = Audience(among=(("company", ("Oy", "Ab")),))
    assert rule_from(stored_rule(rule)) == rule
    with pytest.raises(ValueError, match="mood"):
        rule_from({"mood": ["good"]})


def test_every_fault_is_named_at_once() -> None:
    with pytest.raises(InvalidForm) as told:
        read_rule(
            {
                "topic": ["a"],
                "topics": "a",
                "clicked_in_days": 366,
                "score_at_least": True,
                "signed_up_from": "1.2.2026",
                "frequency": "daily",
                "listed": ["maija@example.com"],
                "addresses": ["x"] * (MAX_LISTED + 1),
                "exclude": [{}, {"exclude": []}],
            }
        )
    assert told.value.errors.keys() == {
        *("topic", "topics", "clicked_in_days", "score_at_least", "signed_up_from", "frequency", "listed", "addresses"),
        *("exclude[1]", "exclude[2].exclude", "exclude[2]"),
    }
    with pytest.raises(InvalidForm, match="signed_up_before"):
        read_rule({"signed_up_from": "2026-02-01", "signed_up_before": "2026-02-01"})


def test_yaml_that_was_read_as_texts_gets_its_numbers() -> None:
    rule = with_numbers({"score_at_least": "40", "exclude": {"clicked_in_days": "7", "topics": ["1"]}})
    assert rule == {"score_at_least": 40, "exclude": {"clicked_in_days": 7, "topics": ["1"]}}


def test_a_list_that_is_null_is_as_if_it_were_not_there() -> None:
    every = dict.fromkeys((*LISTS, "addresses", "listed", "exclude"))
    assert read_rule(every).rule == Audience()
    assert read_rule(every).addresses == ((),)
