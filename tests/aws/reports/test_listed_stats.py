"""Lists of mailings show an old one as it was counted last; its report counts it anew, and the list says the same."""

from __future__ import annotations

import pytest

from newsletter.container import app
from newsletter.mailings.mailing import Mailing
from newsletter.reports.count_mailing import count_mailing, listed_stats
from newsletter.sending.feedback.visit_marks import VisitMark
from tests.support.mailings.sent_campaign import FIRST, campaign_that_went_out, note, now
from tests.support.stack.cloud import Cloud


def first() -> Mailing:
    found = app.mailings.get(FIRST)
    assert found is not None
    return found


def clicked(hours: float, *, may_count: bool = True) -> int | None:
    stats = listed_stats(first(), app, now=now(hours), may_count=may_count)
    return stats.sums.clicked if stats else None


@pytest.fixture
def readers(cloud: Cloud) -> dict[str, str]:
    """Two days after a campaign; one of them has clicked."""
    return campaign_that_went_out(cloud)


def test_an_old_mailing_is_listed_as_counted_last_until_a_twentieth_of_its_age_has_passed(
    readers: dict[str, str],
) -> None:
    assert clicked(0) == 1
    note(readers["hiljaa"], mark=VisitMark(2, person=True))
    assert [clicked(2), clicked(3)] == [1, 2]


def test_whoever_opens_its_report_finds_the_same_in_the_list(readers: dict[str, str]) -> None:
    assert clicked(0) == 1
    note(readers["hiljaa"], mark=VisitMark(2, person=True))
    report = count_mailing(first(), app, now=now(1))
    assert (report.sums.clicked, clicked(1)) == (2, 2)


def test_without_time_to_count_it_is_as_it_was_counted_whenever_that_was(readers: dict[str, str]) -> None:
    assert clicked(0, may_count=False) is None
    assert clicked(0) == 1
    note(readers["hiljaa"], mark=VisitMark(2, person=True))
    assert clicked(900, may_count=False) == 1


def test_a_mailing_that_ended_a_few_hours_ago_is_counted_each_time(readers: dict[str, str]) -> None:
    assert clicked(-40) == 1
    note(readers["hiljaa"], mark=VisitMark(2, person=True))
    assert clicked(-40) == 2
