"""The form after the button: what is taken, and what is said of what is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.leads.answers.read_answers import LONGEST, read_answers
from newsletter.platform.errors import InvalidForm
from newsletter.publication.offers import ASKED
from tests.support.strategies import WHOLE


@pytest.mark.parametrize(
    "phone", ["+358 40 123 4567", "040-1234567", "(09) 123 4567", "+1 (555) 010-9999 ext. 12", "12345"]
)
def test_phone_numbers_are_taken_as_people_write_them(phone: str) -> None:
    assert read_answers({"phone": f" {phone} "}, ASKED) == {"phone": phone}


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("phone", "soita"),
        ("phone", "1234"),
        ("phone", "+" + "1" * 41),
        ("phone", "+358 40 <script>"),
        ("company", "x" * 81),
        ("message", "x" * 501),
        ("times", "x" * 201),
    ],
)
def test_what_is_no_answer_is_named_by_its_field(field: str, text: str) -> None:
    with pytest.raises(InvalidForm) as fault:
        read_answers({field: text, "company": "Oy" if field != "company" else text}, ASKED)
    assert fault.value.errors == {field: f"pages.offer_taken.wrong_{field}"}


def test_only_what_is_asked_for_is_read_and_empty_fields_are_left_out() -> None:
    typed = {"phone": "  ", "company": "Oy", "message": "Hei", "times": "", "other": "x"}
    assert read_answers(typed, ("company", "phone")) == {"company": "Oy"}


@given(st.text(WHOLE, max_size=600))
def test_any_text_is_taken_tidied_or_refused(text: str) -> None:
    for field in ASKED:
        try:
            found = read_answers({field: text}, ASKED)
        except InvalidForm:
            continue
        assert all(0 < len(answer) <= LONGEST[field] for answer in found.values())
        assert read_answers(found, ASKED) == found
        assert "\n\n\n" not in found.get(field, "")
