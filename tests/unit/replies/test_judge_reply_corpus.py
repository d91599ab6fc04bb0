"""The matrix of the corpus: no program is taken for a person, and no person is lost."""

from __future__ import annotations

from collections import Counter

import pytest

from newsletter.replies.judging.judge_reply import OwnSenders, judge_reply
from newsletter.replies.parsing.read_mail import read_mail
from tests.support.replies.corpus import OWN, Sample, expected, samples

SAMPLES = samples()
EXPECTED = expected()
every_mail = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)


def matrix(*, held_out: bool) -> Counter[tuple[str, str]]:
    """How many mails of which kind were taken for which."""
    return Counter((each.kind, str(each.judged().kind)) for each in SAMPLES if each.held_out is held_out)


def test_of_the_mails_the_rules_were_made_with_each_is_taken_for_what_it_is() -> None:
    assert matrix(held_out=False) == {("person", "person"): 24, ("program", "program"): 14, ("own", "own"): 2}


def test_of_the_mails_kept_out_no_program_is_a_person_and_no_person_is_lost() -> None:
    assert matrix(held_out=True) == {("person", "person"): 10, ("program", "program"): 10}


@every_mail
def test_a_mail_says_the_same_with_the_line_breaks_of_smtp(sample: Sample) -> None:
    crlf = read_mail(sample.raw.replace(b"\n", b"\r\n"))
    assert crlf == sample.mail
    assert judge_reply(crlf, crlf.header("return-path"), OWN) == sample.judged()


@pytest.mark.parametrize("sample", [each for each in SAMPLES if each.kind == "person"], ids=lambda sample: sample.name)
def test_a_persons_own_words_and_wish_are_found(sample: Sample) -> None:
    found = sample.judged()
    assert found.own_words == EXPECTED[sample.name]["words"]
    assert found.wish == EXPECTED[sample.name].get("wish", "none")


@every_mail
def test_a_judgement_says_why_and_by_which_rules(sample: Sample) -> None:
    found = sample.judged()
    assert found.reasons
    assert found.rules[:2] == "20"
    assert sample.mail.from_address
    assert sample.mail.message_id


def test_a_program_and_one_of_ours_have_no_wish() -> None:
    """A quoted or automatic "unsubscribe" ends nobody's subscription."""
    raw = b"From: a@example.com\nSubject: Automatic reply: x\nIn-Reply-To: <a@b>\n\nunsubscribe"
    assert judge_reply(read_mail(raw), "a@example.com", OWN).wish == "none"
    ours = OwnSenders("a@example.com", "", "", "", frozenset())
    assert judge_reply(read_mail(raw), "a@example.com", ours).wish == "none"


def test_sixty_mails_of_which_a_third_is_kept_out() -> None:
    assert (len(SAMPLES), sum(each.held_out for each in SAMPLES)) == (60, 20)
    assert {each.name for each in SAMPLES if each.kind == "person"} == set(EXPECTED)
