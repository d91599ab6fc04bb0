"""Rounds: one at a time, another only after its time, none once the reader has had enough."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from newsletter.nurture.enrollments.enrollment import (
    COUNTS_FOR,
    begin,
    can_be_stopped,
    ended,
    may_begin,
    retracted,
    stopped,
    with_step,
)
from newsletter.publication.nurture.steps import Step
from newsletter.publication.sequences import Exit, Sequence, Trigger

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
DAY = timedelta(days=1)
ONCE = Sequence("polku", (Step("a", DAY, {"fi": "x"}, "x"),))
AGAIN = replace(ONCE, again_after=100 * DAY)
FIRST = begin("reader", ONCE, 1, Trigger.LEAD, NOW)


def test_a_round_begins_once_and_another_only_after_its_time() -> None:
    over = ended(FIRST, Exit.FINISHED, NOW + DAY)
    assert may_begin([], ONCE, NOW) == 1
    assert may_begin([FIRST], AGAIN, NOW + 200 * DAY) == 0, "it is under way"
    assert may_begin([over], ONCE, NOW + 4000 * DAY) == 0
    assert may_begin([over], AGAIN, NOW + 99 * DAY) == 0
    assert may_begin([over], AGAIN, NOW + 100 * DAY) == 2
    second = replace(over, round=2, enrolled_at=NOW + 100 * DAY)
    assert may_begin([second, over], AGAIN, NOW + 150 * DAY) == 0
    assert may_begin([second, over], AGAIN, NOW + 200 * DAY) == 3


def test_a_round_that_was_undone_before_its_first_mail_does_not_count() -> None:
    for over in (ended(FIRST, Exit.REMOVED, NOW + DAY), retracted(FIRST, NOW + DAY)):
        assert may_begin([over], ONCE, NOW + DAY) == 2
        assert may_begin([stopped(over, NOW + DAY)], ONCE, NOW + DAY) == 0
        had = with_step(over, "a", "x", NOW)
        assert may_begin([had], ONCE, NOW + 4000 * DAY) == 0, "its mail would come twice"
        assert may_begin([had], AGAIN, NOW + 100 * DAY) == 2


def test_who_stopped_it_never_comes_in_again() -> None:
    over = stopped(FIRST, NOW)
    assert (over.ended, over.due_at) == (Exit.STOPPED, None)
    assert may_begin([over], AGAIN, NOW + 4000 * DAY) == 0
    finished = stopped(ended(FIRST, Exit.FINISHED, NOW), NOW + DAY)
    assert finished.ended is Exit.FINISHED, "what was is not rewritten"
    assert may_begin([finished], AGAIN, NOW + 4000 * DAY) == 0


def test_stopping_is_offered_while_mails_may_come() -> None:
    over = ended(FIRST, Exit.FINISHED, NOW)
    assert can_be_stopped([FIRST], ONCE)
    assert not can_be_stopped([over], ONCE)
    assert can_be_stopped([over], AGAIN)
    assert not can_be_stopped([stopped(over, NOW)], AGAIN)
    assert not can_be_stopped([], AGAIN)
    assert can_be_stopped([FIRST], None), "of a sequence that the publication gave up too"


def test_what_is_over_stays_as_it_ended() -> None:
    over = ended(FIRST, Exit.LEFT, NOW)
    assert ended(over, Exit.LEAD_WON, NOW + DAY) == over


def test_the_last_step_is_the_one_that_went_out_last() -> None:
    assert FIRST.last == ("", NOW)
    later = with_step(with_step(FIRST, "b", "y", NOW + DAY), "a", "x", NOW + 2 * DAY)
    assert later.last == ("a", NOW + 2 * DAY)


def test_a_lead_counts_while_the_reader_is_in_it_and_for_some_months_more() -> None:
    over = ended(FIRST, Exit.FINISHED, NOW + DAY)
    assert FIRST.lead_at == NOW
    assert not FIRST.counts(NOW - DAY)
    assert FIRST.counts(NOW + 4000 * DAY)
    assert over.counts(NOW + DAY + COUNTS_FOR)
    assert not over.counts(NOW + 2 * DAY + COUNTS_FOR)
