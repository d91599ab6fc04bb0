"""`newsletter replies list` has words for whatever a received mail can be taken for, and for every reason."""

from __future__ import annotations

import inspect
import re
from datetime import UTC, datetime

import pytest

from cli.replies.reply_words import HELD, OUTCOMES, REASONS, WHY, fate_in_words, why_in_words
from newsletter.replies.judging import evidence
from newsletter.replies.judging.judge_reply import BY_A_PERSON
from newsletter.replies.judging.rules import the_rules
from newsletter.replies.reply import Held, Reply, ReplyOutcome

AT = datetime(2026, 11, 24, tzinfo=UTC)


def test_every_outcome_and_every_reason_has_words() -> None:
    assert OUTCOMES.keys() == set(ReplyOutcome)
    assert HELD.keys() == set(Held) - {Held.NOT}
    codes = set(re.findall(r'(?:yield|:) "([a-z]+(?:_[a-z]+)*)"', inspect.getsource(evidence)))
    codes |= {rule.reason for rule in the_rules().headers} | {*BY_A_PERSON, "came_back", "our_people"}
    assert {"null_return_path", "delivery_report", "auto_submitted"} <= codes
    assert codes - REASONS.keys() == set()


@pytest.mark.parametrize("outcome", ReplyOutcome)
def test_every_outcome_says_why(outcome: ReplyOutcome) -> None:
    codes = () if outcome in WHY else ("auto_submitted",)
    assert why_in_words(Reply("i", AT, "k", outcome, codes))


def test_what_a_person_should_know_is_said_besides() -> None:
    reply = Reply("i", AT, "k", ReplyOutcome.PERSON, BY_A_PERSON, wish="among_others", held=Held.SENDER)
    assert why_in_words(reply) == (
        "nothing shows that a program wrote it; the sender's address could not be confirmed; no reader of ours;"
        " perhaps wishes to leave"
    )
    assert fate_in_words(reply) == "held: too many of this sender within an hour"
    left = Reply("i", AT, "k", ReplyOutcome.PERSON, forwarded=True, left=True)
    assert fate_in_words(left) == "sent on; subscription ended"


def test_a_reason_of_rules_to_come_is_readable() -> None:
    assert why_in_words(Reply("i", AT, "k", ReplyOutcome.PROGRAM, ("odd_mail",))) == "odd mail"
