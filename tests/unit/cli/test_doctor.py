"""The doctor says what the account carries, and what to ask for before it is too late."""

from __future__ import annotations

from cli.doctor import executions, ses_quota
from cli.doctor.finding import Level, Plans
from newsletter.sending.ses.account_client import Quota


def test_ten_executions_carry_a_small_list_and_not_a_large_one() -> None:
    small = executions.judge(10, Plans(readers=2_000, rate=14, scanned=0.3, links=35))
    assert small.level is Level.WELL
    large = executions.judge(10, Plans(readers=100_000, rate=100, scanned=0.7, links=35))
    assert large.level is Level.WARNING
    assert "10 concurrent executions carry about 333 visits a second" in large.said
    assert "ask AWS for 100 before the first mailing to 100,000" in large.mend
    assert executions.judge(100, Plans(100_000, 100, 0.7, 35)).level is Level.WELL


def test_a_short_list_is_over_before_its_visits_are_many() -> None:
    assert Plans(readers=100, rate=500, scanned=0.5, links=35).visits_per_second == 175


def test_the_sandbox_is_a_fault_and_a_small_quota_a_warning() -> None:
    plans = Plans(readers=12_000, rate=14, scanned=0.6, links=35)
    assert ses_quota.judge(Quota(200, 0), plans).level is Level.FAULT
    slow = ses_quota.judge(Quota(5_000, 0), plans)
    assert (slow.level, "takes 3 days" in slow.said) == (Level.WARNING, True)
    assert ses_quota.judge(Quota(50_000, 10), plans).level is Level.WELL
    assert ses_quota.judge(Quota(None, 10), plans).level is Level.WELL


def test_a_mailing_of_more_than_half_a_day_is_said() -> None:
    assert ses_quota.judge(Quota(None, 0), Plans(1_000_000, 14, 0.6, 35)).level is Level.WARNING
