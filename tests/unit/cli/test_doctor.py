"""The doctor says what the account carries, and what to ask for before it is too late."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from cli.doctor.capacity import executions, front_door, senders, shares
from cli.doctor.capacity.classes import Limits
from cli.doctor.checks import CHECKS
from cli.doctor.deployed import alarms
from cli.doctor.examine import exit_code
from cli.doctor.finding import Finding, State, fault, fine, of_difference, together, unknown, warning
from cli.doctor.place import Plans
from cli.doctor.ses import quota
from cli.doctor.stored import tables
from newsletter.publication.sending_limits import WarmUp
from newsletter.sending.ses.account_client import Quota


def test_ten_executions_carry_a_small_list_and_not_a_large_one() -> None:
    small = executions.judge(10, Plans(readers=2_000, rate=14, scanned=0.3, links=35))
    assert small.state is State.FINE
    large = executions.judge(10, Plans(readers=100_000, rate=100, scanned=0.7, links=35))
    assert large.state is State.WARNING
    assert "10 concurrent executions carry about 333 visits a second" in large.message
    assert "ask AWS for 100 before the first mailing to 100,000" in large.mend
    assert executions.judge(100, Plans(100_000, 100, 0.7, 35)).state is State.FINE


def test_executions_that_other_functions_have_to_themselves_carry_no_visit() -> None:
    plans = Plans(100_000, 100, 0.7, 35)
    assert executions.judge(1_000, plans).state is State.FINE
    crowded = executions.judge(1_000, plans, reserved=960)
    assert crowded.state is State.WARNING
    assert (
        "1,000 concurrent executions, of which 960 are reserved, carry about 2,000 visits a second" in crowded.message
    )
    assert "ask AWS for 1,100 before" in crowded.mend


def test_a_short_list_is_over_before_its_visits_are_many() -> None:
    assert Plans(readers=100, rate=500, scanned=0.5, links=35).visits_per_second == 175


def test_the_sandbox_is_a_fault_and_a_small_quota_a_warning() -> None:
    plans = Plans(readers=12_000, rate=14, scanned=0.6, links=35)
    assert quota.judge(Quota(200, 0), plans).state is State.FAULT
    slow = quota.judge(Quota(5_000, 0), plans)
    assert (slow.state, "takes 3 days" in slow.message) == (State.WARNING, True)
    assert quota.judge(Quota(50_000, 10), plans).state is State.FINE
    assert quota.judge(Quota(None, 10), plans).state is State.FINE


def test_a_long_list_on_an_account_that_nobody_knows_needs_a_plan() -> None:
    plans = Plans(readers=50_000, rate=140, scanned=0.6, links=35)
    found, today = quota.judge(Quota(200_000, 12), plans), date(2027, 1, 12)

    def judged(used: int = 12, readers: int = 50_000, plan: WarmUp | None = None, *, mailed: bool = False) -> Finding:
        several = Plans(readers, 140, 0.6, 35)
        return quota.warmed_up(found, Quota(200_000, used), several, plan, today, mailed=mailed)

    assert judged().state is State.WARNING
    assert "[warm_up]" in judged().mend
    assert judged(used=5_000).state is State.FINE
    assert judged(readers=9_999).state is State.FINE
    assert judged(mailed=True).state is State.FINE
    planned = judged(plan=WarmUp(date(2027, 1, 11), 500, 30, 50_000))
    assert planned.state is State.FINE
    assert "at most 650 mails today, and ends on 2027-01-29" in planned.message
    assert judged(plan=WarmUp(date(2026, 1, 11), 500, 30, 50_000)).state is State.WARNING, "it is long over"


def test_a_mailing_of_more_than_half_a_day_is_said() -> None:
    assert quota.judge(Quota(None, 0), Plans(1_000_000, 14, 0.6, 35)).state is State.WARNING


def test_a_rate_that_api_gateway_turns_away_is_warned_of_however_many_executions_there_are() -> None:
    fast = Plans(readers=1_000_000, rate=500, scanned=0.7, links=35)
    assert executions.judge(1_000, fast).state is State.FINE
    found = front_door.judge(Limits(5_000, 450, 5_000), 10_000, fast)
    assert found.state is State.WARNING
    assert "5,000 clicks a second are let in" in found.message
    assert "brings up to 12,250 visits" in found.message
    assert "deploy with MailsPerSecond=500;" in found.mend
    assert "ask AWS for 18,000 requests a second first" in found.mend


def test_pages_in_mails_have_limits_too() -> None:
    found = front_door.judge(Limits(60_000, 450, 5_000), 70_000, Plans(1_000_000, 2_000, 0.7, 35))
    assert found.mend == "deploy with MailsPerSecond=2000"


def test_more_than_the_template_has_is_said_with_the_most_that_it_has() -> None:
    found = front_door.judge(Limits(50_000, 1_800, 13_850), 200_000, Plans(1_000_000, 9_000, 0.7, 35))
    assert found.mend == "deploy with MailsPerSecond=5000, the most that template.yaml has"


def test_what_the_front_door_takes_by_itself_is_well() -> None:
    found = front_door.judge(Limits(5_000, 450, 5_000), 10_000, Plans(100_000, 200, 0.7, 35))
    assert (found.state, found.mend) == (State.FINE, "")


def test_an_account_that_was_not_raised_is_warned_of_before_its_visits_come() -> None:
    """With more clicks than the account has beside all other routes, scanners keep out people who leave."""
    found = front_door.judge(Limits(12_500, 450, 5_000), 10_000, Plans(100, 14, 0.7, 35))
    assert (found.state, "18,000" in found.mend) == (State.WARNING, True)


def test_a_rate_that_two_senders_cannot_use_is_warned_of() -> None:
    def at(rate: float, mails: int) -> tuple[State, str]:
        found = senders.judge(mails, Plans(1_000_000, rate, 0.7, 35))
        return found.state, found.mend.partition(",")[0]

    assert at(14, 200) == at(1_000, 200) == at(2_000, 2_000) == at(9_000, 5_000) == (State.FINE, "")
    assert at(2_000, 500) == (State.WARNING, "deploy with MailsPerSecond=2000")
    assert at(9_000, 200) == at(float("inf"), 200) == (State.WARNING, "deploy with MailsPerSecond=5000")


def test_stacks_whose_shares_come_to_the_whole_rate_are_well() -> None:
    assert shares.judge({"a": 0.7, "b": 0.1, "c": 0.2}).state is State.FINE
    assert shares.judge({"a": 1.0, "b": 0.1}).state is State.WARNING


def test_how_long_a_mailing_takes_is_said_in_minutes_where_it_is_short() -> None:
    def said(readers: int, rate: float) -> str:
        return quota.judge(Quota(None, 0), Plans(readers, rate, 0.6, 35)).message.partition("; ")[2]

    assert said(1, 14) == "a mailing to 1 reader takes 1 min at 14 a second"
    assert said(12_000, 14) == "a mailing to 12,000 readers takes 15 min at 14 a second"
    assert said(100_000, 14) == "a mailing to 100,000 readers takes 2.0 hours at 14 a second"


def test_what_is_left_of_the_day_is_held_against_the_list() -> None:
    """A quota that is large enough does not help today when most of it is used."""
    found = quota.judge(Quota(50_000, 45_000), Plans(12_000, 14, 0.6, 35))
    assert (found.state, "5,000 of 50,000 mails are free" in found.message) == (State.WARNING, True)
    assert "--quota-code L-804C8AE8 --desired-value 24000" in found.mend


def test_several_findings_are_one_line_as_bad_as_the_worst() -> None:
    assert together([], "all is well") == fine("all is well")
    both = together([warning("slow", "hurry"), fault("broken", "mend it"), warning("also slow", "hurry")], "well")
    assert (both.state, both.message, both.mend) == (State.FAULT, "broken; slow; also slow", "mend it\nhurry")


def test_of_many_findings_the_words_of_the_first_are_shown_and_every_command() -> None:
    many = together([fault(f"wrong {number}", f"mend {number}") for number in range(9)], "well")
    assert many.message.endswith("wrong 5; and 3 more")
    assert many.mend.splitlines() == [f"mend {number}" for number in range(9)]


def test_the_command_in_a_text_of_the_check_is_told_apart() -> None:
    found = of_difference("table t", "items expire by nothing, and should by expires: `aws x --y`", is_fault=True)
    assert (found.message, found.mend) == ("table t: items expire by nothing, and should by expires", "aws x --y")
    found = of_difference(
        "TimeZone", 'it means B: set TimeZone = "B" in deploy.<stage>.toml and run `make deploy`', is_fault=True
    )
    assert found.mend == 'set TimeZone = "B" in deploy.<stage>.toml and run `make deploy`'
    assert of_difference("schedules", "not looked at: AWS refused GetSchedule", is_fault=False).state is State.UNKNOWN


def test_the_page_of_operating_has_every_check_and_every_right() -> None:
    page = (Path(__file__).parents[3] / "docs/operate.md").read_text(encoding="utf-8")
    section = page.partition("## The doctor\n")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) == [check.key for check in CHECKS]
    policy = json.loads(section.partition("```json\n")[2].partition("```")[0])
    named = [action for statement in policy["Statement"] for action in statement["Action"]]
    assert sorted(named) == sorted({right for check in CHECKS for right in check.rights})


def test_alarms_that_nobody_has_confirmed_to_hear_are_told_of() -> None:
    pending, there = {"SubscriptionArn": "PendingConfirmation"}, {"SubscriptionArn": "arn:aws:sns:x"}
    assert alarms.unheard([pending, there], "topic") == []
    (waiting,), (nobody,) = alarms.unheard([pending], "topic"), alarms.unheard([], "topic")
    assert (waiting.state, "was not confirmed" in waiting.message) == (State.WARNING, True)
    assert nobody.message == "nobody hears them"
    assert "aws sns subscribe --topic-arn topic --protocol email" in nobody.mend


@pytest.mark.parametrize(
    ("status", "state", "mend"),
    [
        ("ACTIVE", None, ""),
        ("UPDATING", None, ""),
        ("CREATING", State.WARNING, "aws dynamodb wait table-exists --table-name t"),
        ("ARCHIVED", State.FAULT, "aws dynamodb list-backups --table-name t"),
        ("INACCESSIBLE_ENCRYPTION_CREDENTIALS", State.FAULT, "aws kms enable-key --key-id k"),
    ],
)
def test_a_table_that_cannot_be_used_says_what_state_it_is_in(status: str, state: State | None, mend: str) -> None:
    described = {"Table": {"TableStatus": status, "SSEDescription": {"KMSMasterKeyArn": "k"}}}
    dynamodb = SimpleNamespace(describe_table=lambda TableName: described)  # noqa: ARG005, N803 (as boto3 calls it)
    found = tables.state_of("t", dynamodb)
    assert [(each.state, each.mend) for each in found] == ([(state, mend)] if state else [])


def test_a_doctor_that_could_look_at_nothing_is_no_clean_bill() -> None:
    blind = unknown("no AWS credentials that hold")
    assert exit_code([blind, blind]) == 1
    assert [exit_code([blind, found]) for found in (fine(""), warning(""), fault(""))] == [0, 3, 1]
