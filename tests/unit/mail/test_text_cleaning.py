"""Outside text cut to one line of a length."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from newsletter.mail.placeholders import CLOSE, OPEN
from newsletter.mail.text_cleaning import one_line, tidy_lines
from tests.support.strategies import WHOLE


@given(st.text(st.sampled_from("{}\\<>&\"' %\n\u202eשå😀abc" + OPEN + CLOSE) | WHOLE))
def test_a_subject_is_one_line_of_at_most_200_characters(text: str) -> None:
    line = one_line(text * 9, 200)
    assert len(line) <= 200
    assert line.splitlines() in ([line], [])
    assert not any(character < " " or character == "\x7f" for character in line)


def test_a_subject_is_cut_at_a_word() -> None:
    assert one_line("yksi kaksi kolme", 16) == "yksi kaksi kolme"
    assert one_line("yksi kaksi kolme", 15) == "yksi kaksi…"
    assert one_line("yksi kaksi, kolme", 12) == "yksi kaksi…"
    assert one_line("yksikaksi", 5) == "yksi…"


@given(st.lists(st.sampled_from(["rivi", " ", "\n", "\r\n", "\r", "\t"]), max_size=20).map("".join))
def test_a_text_part_has_no_blanks_at_ends_and_one_empty_line_at_most(text: str) -> None:
    tidy = tidy_lines(text)
    assert tidy.endswith("\n")
    assert "\r" not in tidy
    assert "\n\n\n" not in tidy
    assert [line for line in tidy.split("\n") if line != line.rstrip()] == []
    assert tidy_lines(tidy) == tidy
