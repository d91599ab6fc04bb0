"""Alarms on what AWS measures ring once while it is broken; and every alarm there is has a test that rings it."""

from __future__ import annotations

import re

import pytest

from rehearsal.template.cloudformation import Resource
from tests.template.alarms import Point, looks_at, rings, times_rung
from tests.template.stacks import ROOT, alarms

BROKEN = "tests/aws/nurture/test_alarms_ring.py"
"""Where most of what functions measure is broken."""
RUNG_ELSEWHERE = {
    "LeadWaitAlarm": "tests/aws/mailings/test_waiting_alarms.py",
    "TransactionalWaitAlarm": "tests/aws/mailings/test_waiting_alarms.py",
    "AttackModeAlarm": "tests/aws/public_site/test_public_site_attack.py",
    "RefusedRequestsAlarm": "tests/template/test_logs.py",
    "RunsFailedAlarm": "tests/template/test_logs.py",
}
"""Alarms that are rung in another file."""
ALARMS = alarms()
BREAKS = {
    "Throttles": 1.0,
    "Invocations": 0.0,
    "5xx": 1.0,
    "ApproximateNumberOfMessagesVisible": 1.0,
    "ApproximateAgeOfOldestMessage": 3_700.0,
    "Reputation.BounceRate": 0.04,
    "Reputation.ComplaintRate": 0.001,
}
"""A value of each metric of AWS with which something is broken."""
WELL = {"Invocations": 1.0}
"""A value with which all is well, where it is not 0."""
OF_AWS = [each for each in ALARMS if looks_at(each)[0].startswith("AWS/")]


def points_of(which: Resource, value: float, minutes: range) -> list[Point]:
    namespace, metric, dimensions = looks_at(which)
    return [Point(60.0 * minute, namespace, metric, dimensions, value) for minute in minutes]


@pytest.mark.parametrize("which", OF_AWS, ids=lambda each: each.logical_id)
def test_what_aws_measures_rings_once_while_it_is_broken_and_not_while_all_is_well(which: Resource) -> None:
    broken = BREAKS[looks_at(which)[1]]
    well = WELL.get(looks_at(which)[1], 0.0)
    assert times_rung(which, points_of(which, well, range(180))) == 0
    assert times_rung(which, points_of(which, broken, range(180))) == 1


@pytest.mark.parametrize(
    "which", [each for each in OF_AWS if each.logical_id.endswith("DeadLettersAlarm")], ids=lambda each: each.logical_id
)
def test_looking_at_dead_letters_which_hides_them_for_a_moment_does_not_ring_again(which: Resource) -> None:
    there, hidden = points_of(which, 1.0, range(120)), points_of(which, 0.0, range(30, 33))
    seen = [point for point in there if not 30 * 60 <= point.at < 33 * 60]
    assert times_rung(which, [*seen, *hidden]) == 1


def test_a_tick_that_does_not_come_rings_after_a_quarter_of_an_hour_and_a_late_one_does_not() -> None:
    (tick,) = (each for each in OF_AWS if each.logical_id == "TickAlarm")
    late = points_of(tick, 1.0, range(0, 60, 7))
    assert rings(tick, late) == []
    gone = [*points_of(tick, 1.0, range(0, 30, 5)), *points_of(tick, 1.0, range(60, 90, 5))]
    assert rings(tick, gone)[0] == (30 + 15) * 60
    assert times_rung(tick, gone) == 1


def test_every_alarm_is_rung_in_a_test() -> None:
    for each in ALARMS:
        if each not in OF_AWS:
            file = ROOT / RUNG_ELSEWHERE.get(each.logical_id, BROKEN)
            words = set(re.findall(r"\w+", file.read_text("utf-8")))
            assert words & {each.logical_id, looks_at(each)[1]}, each.logical_id
