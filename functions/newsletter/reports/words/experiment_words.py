"""An A/B test in a report: what became of each subject, and of those who waited for the winner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from newsletter.mail.writing.personal_fields import without_fields
from newsletter.mailings.experiments.decision import decision_in_words
from newsletter.mailings.experiments.experiment import REST
from newsletter.mailings.experiments.take_further import decides_at
from newsletter.mailings.status import MailingState
from newsletter.platform.times import iso
from newsletter.platform.words.said import say
from newsletter.reports.arm_counts import ArmCount

if TYPE_CHECKING:
    from newsletter.mailings.mailing import Mailing
    from newsletter.reports.report_mailing import Report


class ArmLine(NamedTuple):
    """An arm in a report: its name ("1" to "4" or "rest"), the subject that it got (empty while nobody knows), and its
    counts.
    """

    arm: str
    subject: str
    counted: ArmCount
    won: bool = False


def arm_lines(report: Report) -> list[ArmLine]:
    """A line for each subject of the A/B test, then one for the rest; none without a test."""
    mailing, arms = report.mailing, report.stats.arms
    if mailing.ab is None:
        return []
    winner = mailing.decision.winner if mailing.decision else 0
    lines = [
        ArmLine(str(number), without_fields(subject), arms.get(str(number), ArmCount()), number == winner)
        for number, subject in enumerate(mailing.ab.subjects, start=1)
    ]
    return [*lines, ArmLine(REST, without_fields(mailing.headline) if winner else "", arms.get(REST, ArmCount()))]


def experiment_state(mailing: Mailing) -> str:
    """Where the test is: `sending`, `testing`, `decided`, or `cancelled` if the mailing was before."""
    if mailing.decision:
        return "decided"
    if mailing.status.state is MailingState.CANCELLED:
        return "cancelled"
    return "testing" if mailing.tested_since else "sending"


def experiment_in_words(mailing: Mailing) -> str:
    """Where the test is, as a sentence without its full stop; empty without a test. Times are told beside it."""
    if mailing.ab is None:
        return ""
    if mailing.decision:
        return decision_in_words(mailing.decision)
    return {
        "cancelled": say("The mailing was cancelled before a subject was chosen; the rest gets nothing"),
        "testing": say("The test is out; the subject on which most people click goes to the rest"),
        "sending": say(
            "The test is being sent; {hours} h after its last mail the best one goes to the rest",
            hours=mailing.ab.hours,
        ),
    }[experiment_state(mailing)]


def experiment_as_json(report: Report) -> dict[str, Any]:
    """`ab` of a report: the test, where it is, the winner and why, and the counts of each arm; null without a test.

    `again_of` is the mailing that this one sends again, and `sent_again` the one that sends this one again.
    """
    mailing = report.mailing
    again = {"again_of": mailing.again_of or None, "sent_again": mailing.sent_again or None}
    if mailing.ab is None:
        return {"ab": None, **again}
    decision, end = mailing.decision, decides_at(mailing)
    lines = arm_lines(report)
    return {
        "ab": {
            **mailing.ab.values,
            "state": experiment_state(mailing),
            "test_out_at": iso(mailing.tested_since) if mailing.tested_since else None,
            "decides_at": iso(end) if end else None,
            "decided_at": iso(decision.decided_at) if decision else None,
            "winner": decision.winner if decision else None,
            "winning_subject": mailing.headline if decision else None,
            "reason": decision.reason if decision else None,
            "why": experiment_in_words(mailing),
            "held_out": decision.held_out if decision else lines[-1].counted.planned,
            "decided_on": [each._asdict() for each in decision.tried] if decision else None,
            "arms": [{"arm": each.arm, "subject": each.subject or None, **each.counted._asdict()} for each in lines],
        },
        **again,
    }


def again_in_words(who: str, mailing: Mailing) -> str:
    """`who` gets a mailing, and of them whom it is sent again, if it sends another one again."""
    if not mailing.again_of:
        return who
    return say("{who} – of them those who got {mailing} and did not click", who=who, mailing=mailing.again_of)
