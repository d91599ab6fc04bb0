"""A lead by an answer as the CRM, the command line and the page of the offer tell of it."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from newsletter.container import app
from newsletter.platform.links.links import LinkPurpose
from newsletter.publication.crm import CrmAuth, CrmFormat, CrmSettings
from tests.support import commands
from tests.support.commands import Captured
from tests.support.readers.site import link
from tests.support.replies.answering import MAILING, READER, WORDS, Answering, answering


@pytest.fixture
def answers(tmp_path: Path) -> Iterator[Answering]:
    with answering(tmp_path, keep_words=True) as found:
        yield found


def test_the_crm_is_told_the_way_the_reason_and_the_words(answers: Answering) -> None:
    taken = answers.answer()
    (came,) = answers.cloud.webhooks
    data = came.json["data"]
    assert (came.json["type"], data["lead"]["id"], data["lead"]["how"]) == ("lead.created", taken.lead, "answer")
    assert data["verdict"]["kind"] == "person"
    assert data["verdict"]["reasons"][1] == "Vastasi viestiin itse."
    assert data["answers"] == {"reply": WORDS}
    assert data["source"]["mailing"]["id"] == MAILING
    assert data["score"]["value"] == app.publication.leads.points.reply


def test_what_a_salesperson_reads_in_a_crm_has_the_words(answers: Answering, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = CrmSettings(CrmFormat.HUBSPOT, CrmAuth.BEARER)
    monkeypatch.setitem(vars(app.templates), "publication", replace(app.publication, crm=settings))
    vars(app).pop("crm", None)
    answers.answer()
    (contact,) = answers.cloud.webhooks[-1].json["inputs"]
    assert WORDS in contact["properties"]["message"].splitlines()


def test_the_command_line_says_that_it_came_by_an_answer(answers: Answering, capsys: Captured) -> None:
    lead = answers.answer().lead
    out = commands.run(capsys, "leads", "show", lead)[1]
    assert f"from an answer to {MAILING}" in out
    assert "Answered the mail themselves." in out
    assert WORDS not in out
    assert f"    reply: {WORDS}" in commands.run(capsys, "leads", "show", lead, "--addresses")[1].splitlines()
    assert READER not in out


def test_the_page_of_the_offer_tells_of_a_press_alone(answers: Answering) -> None:
    offer = link(LinkPurpose.OFFER, mailing=MAILING, batch="b", extra="sparraus")
    answers.answer()
    shown = html.unescape(answers.cloud.http("GET", offer)["body"])
    assert "Lähetit yhteydenottopyynnön" not in shown
    assert "Painiketta on painettu" not in shown
    answers.cloud.press(offer)
    assert answers.cloud.drain() == []
    shown = html.unescape(answers.cloud.http("GET", offer)["body"])
    assert "Lähetit yhteydenottopyynnön" in shown
