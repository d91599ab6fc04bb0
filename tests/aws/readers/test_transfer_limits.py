"""Lists of readers that no program meant: the import says what is wrong with one, and never stands still."""

from __future__ import annotations

import pytest

from newsletter.container import app
from newsletter.platform.errors import InvalidInput
from newsletter.readers.imports.listed_status import ListedStatus
from newsletter.readers.imports.options import NO_OPTIONS, ImportOptions
from newsletter.readers.transfers.columns_shown import show_columns
from newsletter.readers.transfers.manage_import import check_import, new_import, put_part, read_columns
from newsletter.readers.transfers.transfer import MOST_COLUMNS, MOST_IN_HEADER, ImportJob, ImportState
from tests.support.stack.cloud import Cloud

LIST = "email\na@example.com\n"


def uploaded(text: str, name: str = "list.csv") -> ImportJob:
    content = text.encode()
    return put_part(new_import(name, len(content), "anna", app.now(), app), 0, content, app)


def checked(cloud: Cloud, job: ImportJob, options: ImportOptions = NO_OPTIONS) -> ImportJob:
    check_import(job, "pending", "", options, app)
    assert cloud.drain() == []
    found = app.transfers.get_import(job.id)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "name", ["読者" * 120 + ".csv", "ä" * 250, "." + "読" * 200, "x" * 300 + ".読読読読読読読読読"]
)
def test_a_file_may_be_called_whatever_and_as_long_as_somebody_likes(cloud: Cloud, name: str) -> None:
    job = uploaded(LIST, name)
    assert [column.name for column in show_columns(job, app.now(), app).columns] == ["email"]
    assert checked(cloud, job).state is ImportState.CHECKED


def test_the_end_of_a_long_name_still_says_that_they_left(cloud: Cloud) -> None:
    found = checked(cloud, uploaded(LIST, f"{'export of the list of the autumn fair ' * 4}unsubscribed.csv"))
    assert found.state is ImportState.QUESTION
    assert "people who left" in found.problem


@pytest.mark.parametrize("encoding", ["a\0b", "undefined", "idna", "rot13", "no such"])
def test_an_encoding_that_is_none_is_said(cloud: Cloud, encoding: str) -> None:
    found = checked(cloud, uploaded("email\nä@example.com\n"), ImportOptions(encoding=encoding))
    assert found.state is ImportState.QUESTION
    assert found.problem


def test_a_first_line_that_calls_a_quotation_mark_the_separator_is_said(cloud: Cloud) -> None:
    job = uploaded(f'sep="\n{LIST}')
    assert show_columns(job, app.now(), app).problem
    assert checked(cloud, job).state is ImportState.QUESTION


@pytest.mark.parametrize(
    "header",
    [
        ",".join(["email", *(f"c{number}" for number in range(MOST_COLUMNS))]),
        ",".join(["email", *(f"{number}{'x' * 300}" for number in range(MOST_IN_HEADER // 300 + 1))]),
        ",".join(["email", *("" for _ in range(100_000))]),
    ],
)
def test_a_list_with_more_columns_than_can_be_told_of_is_refused_in_words(cloud: Cloud, header: str) -> None:
    found = checked(cloud, uploaded(f"{header}\na@example.com\n"))
    assert found.state is ImportState.QUESTION
    assert "columns" in found.problem


def test_of_many_columns_that_may_say_who_left_the_first_are_asked_about(cloud: Cloud) -> None:
    names = [f"unsubscribed {number}" for number in range(400)]
    cells = ["?" * 30 for _ in names]
    found = checked(cloud, uploaded(f"email,{','.join(names)}\na@example.com,{','.join(cells)}\n"))
    assert found.state is ImportState.QUESTION
    assert 0 < len(found.questions) <= 50


@pytest.mark.parametrize(
    ("said", "meanings", "encoding", "field"),
    [
        ({f"c{number}": "ignore" for number in range(MOST_COLUMNS + 1)}, {}, "", "columns"),
        ({"x" * (MOST_IN_HEADER + 1): "ignore"}, {}, "", "columns"),
        ({"a": "status"}, {ListedStatus.LEFT: ",".join(map(str, range(101)))}, "", "columns"),
        ({"a": "status"}, {ListedStatus.LEFT: "x" * 101}, "", "columns"),
        ({}, {}, "u" * 41, "encoding"),
    ],
)
def test_no_more_is_said_of_columns_than_a_list_can_have(
    said: dict[str, str], meanings: dict[ListedStatus, str], encoding: str, field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_columns(said, meanings, encoding=encoding)
    assert refused.value.field == field
