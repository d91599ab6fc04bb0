"""Log lines of an id: those of the whole id, each once, and no more than somebody can read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.trace.log_lines_client import MOST_CALLS, MOST_LINES, in_words, search

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
DAY = timedelta(days=1)


class Fake:
    """CloudWatch with so many equal lines in each group, a few on each page."""

    def __init__(self, lines: list[str], *, groups: int = 1, a_page: int = 10, empty_pages: int = 0) -> None:
        self.lines, self.a_page, self.empty_pages = lines, a_page, empty_pages
        self.groups = [f"/newsletter/stack/function{number}" for number in range(groups)]
        self.asked: list[Mapping[str, Any]] = []

    def describe_log_groups(self, **asked: Any) -> Mapping[str, Any]:
        assert asked["logGroupNamePrefix"] == "/newsletter/stack/"
        start = int(asked.get("nextToken", 0))
        more = {"nextToken": str(start + 1)} if start + 1 < len(self.groups) else {}
        return {"logGroups": [{"logGroupName": name} for name in self.groups[start : start + 1]], **more}

    def filter_log_events(self, **asked: Any) -> Mapping[str, Any]:
        self.asked.append(asked)
        page = int(asked.get("nextToken", 0))
        start = max(0, page - self.empty_pages) * self.a_page
        found = [] if page < self.empty_pages else self.lines[start : start + self.a_page]
        at = int(NOW.timestamp() * 1000)
        events = [{"timestamp": at, "message": line} for line in found]
        more = page < self.empty_pages or start + self.a_page < len(self.lines)
        return {"events": events, **({"nextToken": str(page + 1)} if more else {})}


def line(number: int = 0, **members: str) -> str:
    return json.dumps({"level": "INFO", "message": "batch sent", "number": number, "timestamp": "x", **members})


def found(fake: Fake, *ids: str, also: str = "") -> tuple[list[str], list[str]]:
    answer = search(fake, "/newsletter/stack", ids, NOW - DAY, NOW, also)
    return [each.text for each in answer.lines], answer.left_out


def test_every_page_of_every_group_is_read_also_behind_pages_in_which_nothing_fits() -> None:
    fake = Fake([line(number, mailing="m-1") for number in range(25)], groups=3, empty_pages=2)
    lines, left_out = found(fake, "m-1")
    assert (len(lines), left_out) == (75, [])
    assert {(asked["filterPattern"], asked["startTime"]) for asked in fake.asked} == {
        ('"m-1"', int((NOW - DAY).timestamp() * 1000))
    }


def test_an_id_is_not_the_beginning_of_another_and_no_word_of_a_message() -> None:
    lines = [line(mailing="m-1"), line(mailing="m-10"), line(batch="xm-1"), json.dumps({"message": "m-1 is a word"})]
    assert found(Fake(lines), "m-1")[0] == [in_words(lines[0])]


def test_a_line_that_two_ids_find_is_told_once() -> None:
    assert len(found(Fake([line(mailing="m-1", lead="l")]), "m-1", "l")[0]) == 1


def test_a_batch_is_found_by_its_mailing_and_told_alone() -> None:
    lines = [line(mailing="m-1", batch="a0-0"), line(mailing="m-1", batch="a0-1")]
    assert found(Fake(lines), "m-1", also="a0-0")[0] == [in_words(lines[0])]


def test_what_is_too_much_is_left_out_and_said() -> None:
    many = [line(number, mailing="m-1") for number in range(MOST_LINES + 10)]
    lines, left_out = found(Fake(many, a_page=100), "m-1")
    assert len(lines) == MOST_LINES
    assert "more than 500 log lines" in left_out[0]
    fake = Fake(many, empty_pages=10**6)
    lines, left_out = found(fake, "m-1")
    assert (len(lines), len(fake.asked)) == (0, MOST_CALLS)
    assert left_out == ["the log of function0 after 30 calls for m-1; narrow it with --since"]


def test_a_line_is_said_without_what_only_programs_read() -> None:
    said = line(mailing="m-1", location="x:1", exception="Traceback", exception_name="Throttled", batch="")
    assert in_words(said) == "INFO batch sent (number=0, mailing=m-1, exception_name=Throttled)"
    assert in_words("START RequestId: 1\n") == "START RequestId: 1"
    assert in_words("[1, 2]") == "[1, 2]"


@pytest.mark.parametrize(
    ("code", "mend"),
    [("ThrottlingException", "run it again"), ("AccessDeniedException", "allow logs:DescribeLogGroups")],
)
def test_what_was_found_before_aws_refuses_is_told_and_why_the_rest_is_not(code: str, mend: str) -> None:
    class Refusing(Fake):
        def filter_log_events(self, **asked: Any) -> Mapping[str, Any]:
            if asked["logGroupName"].endswith("1"):
                raise ClientError({"Error": {"Code": code, "Message": "of maija@example.com"}}, "FilterLogEvents")
            return super().filter_log_events(**asked)

    lines, (left_out,) = found(Refusing([line(mailing="m-1")], groups=2), "m-1")
    assert len(lines) == 1
    assert left_out.startswith("the other logs: ")
    assert code in left_out
    assert left_out.endswith(mend) is (code == "ThrottlingException")
    assert mend in left_out
    assert "maija" not in left_out
