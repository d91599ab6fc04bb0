"""Answers in the report of a mailing, wherever it is read, and in the funnel of a sequence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from newsletter.container import app
from newsletter.nurture.enrollments.funnel import funnel_of
from newsletter.publication.sequences import Exit
from newsletter.reports.compare import share_of
from newsletter.reports.report_mailing import report_mailing
from newsletter.sending.ledger import RecipientStatus
from tests.support import commands
from tests.support.commands import Captured
from tests.support.replies.answering import MAILING, OTHER, READER, Answering, answering


@pytest.fixture
def answers(tmp_path: Path) -> Iterator[Answering]:
    with answering(tmp_path) as found:
        yield found


def test_the_command_line_counts_who_answered_and_marks_them(answers: Answering, capsys: Captured) -> None:
    answers.answer()
    code, out, _ = commands.run(capsys, "mailing", "show", MAILING, "--recipients", "--addresses")
    assert code == 0
    lines = [line.split() for line in out.splitlines()]
    assert ["replies", "1"] in lines
    assert next(line for line in lines if READER in line)[-1] == "answered"
    assert next(line for line in lines if OTHER in line)[-1] == "delivered"
    told = json.loads(commands.run(capsys, "mailing", "show", MAILING, "--json")[1])
    assert (told["replies"], told["leads"], told["people"]) == (1, 1, 0)


def test_an_answer_is_no_click_and_means_that_the_mail_arrived(answers: Answering) -> None:
    taken = answers.answer()
    record = app.deliveries.record(MAILING, taken.batch)
    assert record is not None
    assert taken.position is not None
    assert record.status_of(taken.position) is RecipientStatus.ANSWERED
    report = report_mailing(MAILING, app, now=app.now())
    assert (report.certificate.delivered, report.certificate.unanswered) == (2, 0)
    assert share_of(report.mailing, report.certificate).replied == 0.5
    assert record.has_reacted(taken.position), "the same mail is not sent to them again"


def test_stored_figures_of_before_have_no_answers(answers: Answering) -> None:
    answers.answer()
    app.stats.put_certificate(MAILING, report_mailing(MAILING, app, now=app.now()).stats)
    stored = app.stats.certificate(MAILING)
    assert stored is not None
    assert stored.sums.replies == 1
    (item,) = [each for each in answers.cloud.items("Deliveries") if each["part"]["S"] == "certificate"]
    del item["sums"]["M"]["replies"]
    answers.cloud.client("dynamodb").put_item(TableName=app.settings.deliveries_table, Item=item)
    before = app.stats.certificate(MAILING)
    assert before is not None
    assert (before.sums.replies, before.sums.leads) == (0, 1)


def test_the_funnel_counts_whom_an_answer_took_out(answers: Answering, capsys: Captured) -> None:
    assert app.triggers.joined(app.ids.of(READER), "sparraus", app.now() - timedelta(hours=1))
    answers.answer()
    funnel = funnel_of(app.publication.sequences["sparraus"], app, now=app.now())
    assert funnel.exits == {Exit.ANSWERED.value: 1}
    assert "Answered a mail" in commands.run(capsys, "sequences", "show", "sparraus")[1]
