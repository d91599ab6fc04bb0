"""Somebody says of a mail that a person wrote it: everything follows that did not, and nothing twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from newsletter.container import app
from newsletter.platform.errors import NotNow
from newsletter.publication.sequences import Exit
from newsletter.replies.forwarding import send_on
from newsletter.replies.reply import Held, Reply, ReplyOutcome
from newsletter.replies.say_person import say_person
from newsletter.reports.report_mailing import report_mailing
from tests.support.replies.answering import MAILING, OTHER, READER, WORDS, Answering, answer_of, answering

WHO = "Anna"


@pytest.fixture
def answers(tmp_path: Path) -> Iterator[Answering]:
    with answering(tmp_path, keep_words=True) as found:
        yield found


def followed(reply: Reply) -> tuple[int, int, int, list[str]]:
    """What is kept of it: answers in the report, presses of the lead, records of the reader, ends of sequences."""
    lead = app.leads.get(reply.lead) if reply.lead else None
    reader = reply.subscriber or app.ids.of(READER)
    shown = app.reader_data.of(reader).shown()
    return (
        report_mailing(MAILING, app, now=app.now()).certificate.replies,
        len(lead.presses) if lead else 0,
        sum(item["record"] == f"reply#{reply.id}" for item in shown),
        [each.ended.value for each in app.enrollments.of(reader) if each.ended],
    )


def test_a_mail_taken_for_a_programs_is_answered_after_all(answers: Answering) -> None:
    reader = app.ids.of(READER)
    assert app.triggers.joined(reader, "sparraus", app.now() - timedelta(hours=1))
    taken = answers.program()
    assert (taken.outcome, followed(taken)) == (ReplyOutcome.PROGRAM, (0, 0, 0, []))
    said = say_person(taken.id, WHO, app)
    assert (said.outcome, said.forwarded, said.said_by) == (ReplyOutcome.PERSON, True, WHO)
    assert followed(said) == (1, 1, 1, [Exit.ANSWERED.value])
    (sent,) = answers.sent_on()
    assert sent.headers["Reply-To"].endswith(f"<{READER}>")
    assert say_person(taken.id, "Bertta", app) == app.replies.find(taken.id, app.now()) == said
    assert (len(answers.sent_on()), followed(said)[:3]) == (1, (1, 1, 1))


def test_an_answer_that_a_limit_held_goes_on_and_is_counted_once(
    answers: Answering, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(send_on, "MOST_OF_ALL", 1)
    assert answers.answer(sender=OTHER).forwarded
    taken = answers.answer()
    assert (taken.held, taken.forwarded, len(answers.sent_on())) == (Held.ALL, False, 1)
    assert followed(taken)[:3] == (2, 1, 1)
    said = say_person(taken.id, WHO, app)
    assert (said.held, said.forwarded, said.lead) == (Held.NOT, True, taken.lead)
    assert (len(answers.sent_on()), followed(said)[:3]) == (2, (2, 1, 1))


def test_an_answer_from_an_address_that_was_not_confirmed_is_not_sent_on_again(answers: Answering) -> None:
    taken = answers.answer(dmarc="fail")
    assert (taken.authentic, taken.forwarded, followed(taken)[:3]) == (False, True, (0, 0, 0))
    said = say_person(taken.id, WHO, app)
    assert (said.authentic, followed(said)[:3]) == (True, (1, 1, 1))
    assert len(answers.sent_on()) == 1
    lead = app.leads.get(said.lead)
    assert lead is not None
    assert (lead.how, lead.answers) == ("answer", {"reply": WORDS})


def test_whoever_only_wanted_to_leave_has_left(answers: Answering) -> None:
    taken = answers.answer("Poista minut listalta", dmarc="fail")
    assert (taken.wish, taken.left) == ("only", False)
    said = say_person(taken.id, WHO, app)
    assert (said.left, said.lead, followed(said)[:3]) == (True, "", (0, 0, 0))
    profile = app.subscribers.profile(said.subscriber)
    assert profile is not None
    assert (profile.status, profile.left_how) == ("unsubscribed", "answer")


def test_an_answer_of_which_everything_was_done_stays_as_it_is(answers: Answering) -> None:
    taken = answers.answer()
    assert say_person(taken.id, WHO, app) == taken
    assert len(answers.sent_on()) == 1


def test_the_same_mail_of_a_program_is_not_sent_on_under_two_ids(answers: Answering) -> None:
    message = answer_of(OTHER, "Olen lomalla.")
    message["Auto-Submitted"] = "auto-replied"
    first, second = answers.answer(raw=message), answers.answer(raw=message)
    assert say_person(first.id, WHO, app).forwarded
    with pytest.raises(NotNow, match="came before"):
        say_person(second.id, WHO, app)
    assert len(answers.sent_on()) == 1


def test_what_may_never_go_on_does_not(answers: Answering) -> None:
    looped = answer_of(READER, WORDS)
    looped["X-Loop"] = "vastaa.sanaharju.example"
    forged = answers.answer(to="reply.nobody@vastaa.sanaharju.example")
    assert forged.outcome is ReplyOutcome.FORGED
    for taken in (forged, answers.answer(raw=looped), answers.answer(virus="fail")):
        with pytest.raises(NotNow):
            say_person(taken.id, WHO, app)
        assert app.replies.find(taken.id, app.now()) == taken
    assert answers.sent_on() == []


def test_what_ses_did_not_scan_goes_on_without_its_files(answers: Answering) -> None:
    message = answer_of(READER, WORDS)
    message["Auto-Submitted"] = "auto-replied"
    message["X-SES-Virus-Verdict"] = "PASS"
    message.add_attachment(b"MZ", maintype="application", subtype="octet-stream", filename="kuitti.exe")
    taken = answers.answer(raw=message, virus="processing failed")
    assert say_person(taken.id, WHO, app).forwarded
    (sent,) = answers.sent_on()
    assert sent.content.attachments == ()
    assert WORDS in (sent.text or "")
