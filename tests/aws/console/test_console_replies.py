"""Answers to mails in the console and the API: in the report, on the page of a reader, at a lead."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.container import app
from tests.support.console.console_calls import Browser, Program
from tests.support.console.issuer import Issuer
from tests.support.replies.answering import MAILING, OTHER, READER, WORDS, Answering, answering
from tests.support.stack.cloud import Cloud


@pytest.fixture
def answers(tmp_path: Path) -> Iterator[Answering]:
    with answering(tmp_path, keep_words=True) as found:
        yield found


@pytest.fixture
def cloud(answers: Answering) -> Cloud:
    """The one that is answered."""
    return answers.cloud


@pytest.fixture
def api(cloud: Cloud, issuer: Issuer) -> Program:
    return Program(cloud, issuer.token(scope="campaigns:send"))


def test_the_report_counts_people_and_no_program(answers: Answering, api: Program, marketing: Browser) -> None:
    report = api("GET", f"/mailings/{MAILING}").json
    assert (report["replies"], report["certificate"]["replies"]) == (0, 0)
    answers.answer()
    answers.program(OTHER)
    report = api("GET", f"/mailings/{MAILING}").json
    assert (report["replies"], report["certificate"]["replies"], report["leads"]) == (1, 1, 1)
    lines = api("GET", f"/mailings/{MAILING}/recipients").json["recipients"]
    assert {line["address"]: line["replied"] for line in lines} == {READER: True, OTHER: False}
    page = marketing.get(f"/console/mailings/{MAILING}").text
    assert "People who answered 1 50.0% Left 0" in page
    assert "1 person answered it." in page
    assert f"{READER} answered –" in page
    assert f"{OTHER} delivered –" in page


def test_a_second_answer_of_the_same_reader_is_counted_once(answers: Answering, api: Program) -> None:
    for words in (WORDS, "Vielä yksi asia."):
        answers.answer(words)
    assert api("GET", f"/mailings/{MAILING}").json["replies"] == 1


def test_the_page_of_a_reader_shows_answers_and_their_words_to_whoever_may_send(
    answers: Answering, api: Program, marketing: Browser, looker: Browser, issuer: Issuer
) -> None:
    reader = app.ids.of(READER)
    path = f"/console/readers/{reader}"
    assert "They have not answered a mail." in marketing.get(path).text
    taken = answers.answer()
    assert WORDS in marketing.get(path).text
    seen = looker.get(path).text
    assert "Answers to mails" in seen
    assert WORDS not in seen
    (told,) = api("GET", f"/subscribers/{reader}").json["subscriber"]["replies"]
    assert (told["mailing"], told["words"]) == (MAILING, WORDS)
    assert told["at"][:16] == taken.at.isoformat()[:16]
    reading = Program(answers.cloud, issuer.token())
    assert reading("GET", f"/subscribers/{reader}").json["subscriber"]["replies"] == [told | {"words": ""}]


def test_the_page_of_a_reader_says_that_they_left_by_mail(answers: Answering, api: Program, marketing: Browser) -> None:
    leave = answers.mail().headers["List-Unsubscribe"].partition(":")[2].partition(">")[0]
    answers.answer("unsubscribe", to=leave)
    answers.answer("Poista minut listalta", sender=OTHER)
    for address, how, words in ((READER, "mail", "by a mail that their mail"), (OTHER, "answer", "asked for it in an")):
        reader = app.ids.of(address)
        page = marketing.get(f"/console/readers/{reader}").text
        assert page.count(words) == 2  # beside the status, and in the proof of consent
        assert ("They answered only to be taken off the list." in page) == (how == "answer")
        found = api("GET", f"/subscribers/{reader}").json["subscriber"]
        assert (found["left_how"], found["consents"][-1]["how"]) == (how, how)


def test_a_lead_by_an_answer_is_called_so(answers: Answering, api: Program, marketing: Browser) -> None:
    lead = answers.answer().lead
    found = api("GET", f"/leads/{lead}").json
    assert (found["lead"]["how"], found["answers"]) == ("answer", {"reply": WORDS})
    page = marketing.get(f"/console/leads/{lead}").text
    for words in (f"Answer to the mail {WORDS}", "they answered it", "Answered a mail on"):
        assert words in page, words
