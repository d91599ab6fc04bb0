"""The decision records have one form, and their index says of each what the record says of itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "docs/decisions"
RECORDS = sorted(FOLDER.glob("[0-9]*.md"))
INDEX = (FOLDER / "README.md").read_text("utf-8")
ROW = re.compile(r"^\| \[(\d{4})\]\((.+?)\) \| (.+?) \| (.+?) \| (.+) \|$", re.MULTILINE)
DECIDED = re.compile(r"# \d+\. (?P<title>.+)\n\nDecided (?P<date>\d{4}-\d\d-\d\d)\. Status: (?P<status>.+)\.\n\n")
REPLACED_BY = re.compile(r"\[(\d{4})\]\((.+?)\)")
by_record = pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.stem)


@by_record
def test_a_decision_says_context_decision_and_consequences_on_one_screen(record: Path) -> None:
    text = record.read_text("utf-8")
    assert re.findall(r"^#+ (.+)$", text, re.MULTILINE)[1:] == ["Context", "Decision", "Consequences"]
    assert text.startswith(f"# {int(record.stem[:4])}. ")
    assert len(text.splitlines()) < 42


@by_record
def test_the_index_has_title_date_and_status_of_each_decision(record: Path) -> None:
    decided = DECIDED.match(record.read_text("utf-8"))
    assert decided, "The record begins with its title and the line `Decided <date>. Status: accepted.`"
    row = f"| [{record.stem[:4]}]({record.name}) | {decided['title']} | {decided['date']} | {decided['status']} |"
    assert row in INDEX.splitlines()


@by_record
def test_a_status_is_accepted_or_names_the_later_decisions_that_replace_it(record: Path) -> None:
    decided = DECIDED.match(record.read_text("utf-8"))
    assert decided
    assert re.match(r"accepted$|superseded (?:in part )?by \[", decided["status"])
    for number, name in REPLACED_BY.findall(decided["status"]):
        assert name.startswith(number)
        assert (FOLDER / name) in RECORDS
        assert number > record.stem[:4]


def test_the_index_lists_every_decision_once_and_nothing_else() -> None:
    listed = [name for _, name, *_ in ROW.findall(INDEX)]
    assert sorted(listed) == [record.name for record in RECORDS]


def test_each_section_of_the_index_is_in_the_order_of_its_numbers() -> None:
    for section in INDEX.split("\n## "):
        numbers = [number for number, *_ in ROW.findall(section)]
        assert numbers == sorted(numbers), section.splitlines()[0]


def test_no_two_decisions_have_the_same_number() -> None:
    numbers = [int(record.stem[:4]) for record in RECORDS]
    assert len(numbers) == len(set(numbers))


def test_the_index_names_the_numbers_that_were_never_used() -> None:
    used = {int(record.stem[:4]) for record in RECORDS}
    line = re.search(r"^Numbers never used: ([^;]+);", INDEX, re.MULTILINE)
    assert line
    named: set[int] = set()
    for part in line[1].split(", "):
        first, _, last = part.partition(" to ")
        named |= set(range(int(first), int(last or first) + 1))
    assert named == set(range(1, max(used) + 1)) - used
