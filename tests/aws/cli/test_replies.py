"""`newsletter replies`: what came in and why it was taken for that, and the word of somebody who knows better."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from newsletter.container import app
from tests.support import commands
from tests.support.commands import Captured
from tests.support.replies.answering import MAILING, READER, Answering, answering


@pytest.fixture
def answers(tmp_path: Path) -> Iterator[Answering]:
    with answering(tmp_path) as found:
        yield found


def run(capsys: Captured, *arguments: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of one command."""
    return commands.run(capsys, "replies", *arguments)


def as_json(capsys: Captured, *arguments: str) -> Any:
    return json.loads(run(capsys, *arguments, "--json")[1])


def test_what_came_is_listed_with_why_it_was_taken_for_that_and_no_address(
    answers: Answering, capsys: Captured
) -> None:
    person, program = answers.answer(), answers.program("olli@example.com")
    code, out, err = run(capsys, "list")
    assert (code, err) == (0, "")
    lines = {line.split()[0]: line for line in out.splitlines()}
    assert "m…@example.com" in lines[person.id]
    for words in (MAILING, "a person", "nothing shows that a program wrote it", "sent on", person.lead):
        assert words in lines[person.id], words
    for words in ("o…@example.com", "a program", "not sent on"):
        assert words in lines[program.id], words
    assert READER not in out
    assert out.index(program.id) < out.index(person.id), "the newest first"

    told = as_json(capsys, "list", "--mailing", MAILING, "--limit", "1")["replies"]
    assert [each["id"] for each in told] == [program.id]
    assert (told[0]["outcome"], told[0]["sent_on"], told[0]["reasons"]) == ("program", False, list(program.reasons))
    assert as_json(capsys, "list")["replies"][1]["lead"] == person.lead
    assert run(capsys, "list", "--mailing", "campaign-syksy") == (
        1,
        "",
        "newsletter: there is no mailing campaign-syksy; `newsletter mailing list` names them\n",
    )


def test_somebody_says_that_it_was_a_person(answers: Answering, capsys: Captured) -> None:
    taken = answers.program()
    assert answers.sent_on() == []
    code, out, err = run(capsys, "person", taken.id)
    assert (code, err) == (0, "")
    told = as_json(capsys, "list")["replies"][0]
    assert (told["outcome"], told["sent_on"]) == ("person", True)
    assert f"Taken for a person's: sent on. Its lead: newsletter leads show {told['lead']}\n" == out
    assert told["said_by"].endswith(", at the command line")
    assert app.leads.get(told["lead"]) is not None
    assert "said so; before: " in run(capsys, "list")[1]
    assert len(answers.sent_on()) == 1
    again = run(capsys, "person", taken.id)
    assert again == (0, out, "")
    assert len(answers.sent_on()) == 1
    lines = app.audit.page(f"{app.now():%Y-%m}", 10, "", now=app.now()).lines
    assert [(line.act, line.what) for line in lines] == [("answer said to be a person's", taken.id)] * 2


def test_what_cannot_be_said_is_one_line(answers: Answering, capsys: Captured) -> None:
    wrong = "newsletter: there is no received mail nothing; `newsletter replies list` names those of the last 30 days\n"
    assert run(capsys, "person", "nothing") == (1, "", wrong)
    infected = answers.answer(virus="fail")
    assert run(capsys, "person", infected.id) == (1, "", "newsletter: it has a virus and is never sent on\n")
    gone = answers.program()
    answers.cloud.client("s3").delete_object(Bucket=app.settings.reply_bucket, Key=gone.key)
    code, out, err = run(capsys, "person", gone.id)
    assert (code, out, err) == (1, "", "newsletter: the mail itself is gone: it is kept for 30 days\n")
    assert as_json(capsys, "list")["replies"][0]["outcome"] == "program"


@pytest.mark.usefixtures("cloud")
def test_a_publication_without_replies_says_that_none_are_received(capsys: Captured) -> None:
    code, out, err = run(capsys, "list")
    assert (code, err) == (0, "")
    assert out == (
        "Nothing came in within the last 30 days. publication.toml has no table [replies], so that none are received.\n"
    )
    assert as_json(capsys, "list") == {"replies": []}
