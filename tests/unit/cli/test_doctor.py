"""The doctor says what the account carries, and what to ask for before it is too late."""

from __future__ import annotations

from cli.doctor import executions, front_door, senders, ses_quota
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


def test_executions_that_other_functions_have_to_themselves_carry_no_visit() -> None:
    plans = Plans(100_000, 100, 0.7, 35)
    assert executions.judge(1_000, plans).level is Level.WELL
    crowded = executions.judge(1_000, plans, reserved=960)
    assert crowded.level is Level.WARNING
    assert "1,000 concurrent executions, of which 960 are reserved, carry about 2,000 visits a second" in crowded.said
    assert "ask AWS for 1,100 before" in crowded.mend


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


def test_a_rate_that_api_gateway_turns_away_is_warned_of_however_many_executions_there_are() -> None:
    fast = Plans(readers=1_000_000, rate=500, scanned=0.7, links=35)
    assert executions.judge(1_000, fast).level is Level.WELL
    found = front_door.judge(front_door.Limits(5_000, 450, 4_950, 10_000), fast)
    assert found.level is Level.WARNING
    assert "5,000 clicks a second are let in" in found.said
    assert "brings up to 12,250 visits" in found.said
    assert "ClicksPerSecond=12300" in found.mend
    assert "ask AWS for 18,000 requests a second first" in found.mend
    assert "template.yaml" not in found.mend


def test_pages_in_mails_have_limits_too() -> None:
    found = front_door.judge(front_door.Limits(60_000, 450, 4_950, 70_000), Plans(1_000_000, 2_000, 0.7, 35))
    assert found.mend == "give the pages of ours that mails link to 1,400 a second in template.yaml"


def test_what_the_front_door_takes_by_itself_is_well() -> None:
    found = front_door.judge(front_door.Limits(5_000, 450, 4_950, 10_000), Plans(100_000, 200, 0.7, 35))
    assert (found.level, found.mend) == (Level.WELL, "")


def test_clicks_that_an_account_cannot_tell_from_other_requests_are_warned_of() -> None:
    """With more clicks than the account has beside all other routes, scanners keep out people who leave."""
    found = front_door.judge(front_door.Limits(9_000, 450, 4_950, 10_000), Plans(100_000, 200, 0.7, 35))
    assert (found.level, "14,000" in found.mend) == (Level.WARNING, True)


def test_a_rate_that_two_senders_cannot_use_is_warned_of() -> None:
    def at(rate: float, number: int) -> tuple[Level, str]:
        found = senders.judge(number, Plans(1_000_000, rate, 0.7, 35))
        return found.level, found.mend[:21]

    assert at(14, 2) == at(1_000, 2) == at(2_000, 4) == at(9_000, 10) == (Level.WELL, "")
    assert at(2_000, 2) == (Level.WARNING, "deploy with Senders=4")
    assert at(9_000, 2) == at(float("inf"), 2) == (Level.WARNING, "deploy with Senders=1")


def test_how_long_a_mailing_takes_is_said_in_minutes_where_it_is_short() -> None:
    def said(readers: int, rate: float) -> str:
        return ses_quota.judge(Quota(None, 0), Plans(readers, rate, 0.6, 35)).said.partition("; ")[2]

    assert said(1, 14) == "a mailing to 1 reader takes 1 min at 14 a second"
    assert said(12_000, 14) == "a mailing to 12,000 readers takes 15 min at 14 a second"
    assert said(100_000, 14) == "a mailing to 100,000 readers takes 2.0 hours at 14 a second"
