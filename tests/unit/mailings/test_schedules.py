"""Schedules fire when EventBridge Scheduler would fire them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.mailings.schedules import ExpressionError, parse
from rehearsal.clock import Clock
from rehearsal.events import scheduled
from rehearsal.lambda_.scheduler import MOST_RUNS, Scheduler, TooManyRuns, moment
from rehearsal.template.cloudformation import Account
from rehearsal.template.model import Function, Schedule, Stack

HELSINKI = ZoneInfo("Europe/Helsinki")
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 made aware


def fires(expression: str, after: str, zone: str = "Europe/Helsinki", times: int = 1) -> list[str]:
    """The next times as clocks in `zone` show them."""
    schedule, at = parse(expression, zone), datetime.fromisoformat(after).replace(tzinfo=ZoneInfo(zone))
    shown = []
    for _ in range(times):
        following = schedule.next_after(at)
        if following is None:
            break
        at = following
        shown.append(at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M"))
    return shown


@pytest.mark.parametrize(
    ("expression", "after", "expected"),
    [
        ("cron(0 8 ? * TUE *)", "2026-11-23T09:00", ["2026-11-24 08:00", "2026-12-01 08:00"]),
        ("cron(0 8 ? * 3 *)", "2026-11-23T09:00", ["2026-11-24 08:00", "2026-12-01 08:00"]),
        ("cron(0 8 ? * TUE *)", "2026-11-24T08:00", ["2026-12-01 08:00", "2026-12-08 08:00"]),
        ("cron(30 6 ? * MON-FRI *)", "2026-11-27T07:00", ["2026-11-30 06:30", "2026-12-01 06:30"]),
        ("cron(0/20 12 * * ? *)", "2026-11-27T12:10", ["2026-11-27 12:20", "2026-11-27 12:40"]),
        ("cron(0 */12 * * ? *)", "2026-11-27T12:10", ["2026-11-28 00:00", "2026-11-28 12:00"]),
        ("cron(0 9 1,15 * ? *)", "2026-11-27T12:10", ["2026-12-01 09:00", "2026-12-15 09:00"]),
        ("cron(0 9 31 JAN-MAR ? *)", "2026-11-27T12:10", ["2027-01-31 09:00", "2027-03-31 09:00"]),
        ("cron(0 0 29 2 ? *)", "2026-11-27T12:10", ["2028-02-29 00:00", "2032-02-29 00:00"]),
        ("cron(0 0 1 1 ? 2027)", "2026-11-27T12:10", ["2027-01-01 00:00"]),
        ("rate(15 minutes)", "2026-11-27T12:10", ["2026-11-27 12:25", "2026-11-27 12:40"]),
        ("rate(1 hour)", "2026-11-27T12:10", ["2026-11-27 13:10", "2026-11-27 14:10"]),
        ("rate(2 days)", "2026-11-27T12:10", ["2026-11-29 12:10", "2026-12-01 12:10"]),
    ],
)
def test_a_schedule_fires_at_these_times(expression: str, after: str, expected: list[str]) -> None:
    assert fires(expression, after, times=2) == expected


def test_a_time_that_summer_time_skips_does_not_fire_and_one_it_repeats_fires_once() -> None:
    assert fires("cron(30 3 * * ? *)", "2027-03-27T12:00", times=2) == ["2027-03-29 03:30", "2027-03-30 03:30"]
    assert fires("cron(30 3 * * ? *)", "2027-10-30T12:00", times=2) == ["2027-10-31 03:30", "2027-11-01 03:30"]


@given(
    moment=MOMENTS,
    minute=st.integers(0, 59),
    hour=st.integers(0, 23),
    weekday=st.sampled_from(["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]),
)
def test_the_next_time_is_later_right_on_the_clock_and_nothing_lies_between(
    moment: datetime, minute: int, hour: int, weekday: str
) -> None:
    following = parse(f"cron({minute} {hour} ? * {weekday} *)", "Europe/Helsinki").next_after(moment)
    assert following is not None
    shown = following.astimezone(HELSINKI)
    assert following > moment
    assert (shown.hour, shown.minute, shown.strftime("%a").upper()) == (hour, minute, weekday)
    # A week, or two when summer time skips the one between; an hour for the change of the clocks.
    assert following - moment <= timedelta(days=14, hours=1)


@given(first=st.integers(0, 59), step=st.integers(1, 59), moment=MOMENTS)
def test_steps_begin_at_their_start_in_every_hour(first: int, step: int, moment: datetime) -> None:
    following = parse(f"cron({first}/{step} * * * ? *)").next_after(moment)
    assert following is not None
    assert following.minute in range(first, 60, step)
    assert following - moment <= timedelta(hours=1, minutes=1)


@pytest.mark.parametrize(
    ("expression", "zone", "words"),
    [
        ("every day", "UTC", "'every day' must be rate(<number> <unit>) or cron(<six fields>)"),
        ("rate(1 hours)", "UTC", "must be like rate(1 hour), rate(15 minutes)"),
        ("rate(0 minutes)", "UTC", "must be like rate(1 hour)"),
        ("rate(5 weeks)", "UTC", "must be like rate(1 hour)"),
        ("cron(0 8 * * *)", "UTC", "has 5 fields and needs 6"),
        ("cron(0 8 * * * *)", "UTC", "needs ? in exactly one of day-of-month and day-of-week"),
        ("cron(0 8 ? * ? *)", "UTC", "needs ? in exactly one"),
        ("cron(60 8 ? * TUE *)", "UTC", "cron minutes: '60' must be between 0 and 59"),
        ("cron(0 8 ? * TEU *)", "UTC", "cron day-of-week: 'TEU' must be between 1 and 7"),
        ("cron(0 8 L * ? *)", "UTC", "cron day-of-month: 'L' must be between 1 and 31"),
        ("cron(0/0 8 * * ? *)", "UTC", "the step in '0/0' must be a number from 1"),
        ("cron(0 9-7 * * ? *)", "UTC", "'9-7' must go from the smaller to the larger"),
        ("cron(0 8 ? * TUE *)", "Europe/Turku", "'Europe/Turku' is not a time zone"),
    ],
)
def test_a_wrong_expression_says_what_would_be_right(expression: str, zone: str, words: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(expression, zone)
    assert words in str(caught.value)


def test_the_input_carries_the_scheduled_time_in_utc_to_the_second() -> None:
    template = '{"now": "<aws.scheduler.scheduled-time>", "n": 1}'
    at = datetime(2026, 11, 24, 8, 0, 0, 123456, tzinfo=HELSINKI)
    assert scheduled(template, at) == {"now": "2026-11-24T06:00:00Z", "n": 1}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-24T08:00:00+02:00", "2026-11-24T06:00:00+00:00"),
        ("2026-11-24T06:00:00Z", "2026-11-24T06:00:00+00:00"),
        ("2026-11-24T08:00", "2026-11-24T06:00:00+00:00"),
        ("2026-11-24", "2026-11-23T22:00:00+00:00"),
    ],
)
def test_a_time_to_rehearse_is_iso_8601_on_the_clock_of_the_schedule(text: str, expected: str) -> None:
    assert moment(text, "Europe/Helsinki").astimezone(UTC).isoformat() == expected


# --- the clock is moved ----------------------------------------------------------------------------------------------

START = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)


class Frozen(Clock):
    """Stands still, but where it is moved."""

    def __init__(self) -> None:
        super().__init__()
        self.at = START

    def now(self) -> datetime:
        return self.at

    def move_to(self, moment: datetime) -> None:
        self.at = max(self.at, moment)


@dataclass
class Recorded:
    """Functions that note when they were invoked, and what the clock said."""

    clock: Clock
    runs: list[tuple[str, datetime]] = field(default_factory=list)

    def invoke(self, function: Function, event: dict[str, str]) -> None:
        assert datetime.fromisoformat(event["now"]) == self.clock.now().replace(microsecond=0)
        self.runs.append((function.folder, self.clock.now()))


def played(until: datetime, *expressions: str) -> Recorded:
    """What runs up to that moment; the functions are called a, b and so on."""
    clock = Frozen()
    recorded = Recorded(clock)
    functions = tuple(
        Function(name, f"{name}.handler.handle", name, 3, {}, schedules=(schedule_of(expression),))
        for name, expression in zip("abcd", expressions, strict=False)
    )
    stack = Stack(Account("s", "eu-north-1", "1"), functions, {}, {})
    scheduler = Scheduler(stack, recorded, clock)  # type: ignore[arg-type]
    scheduler.restart()
    scheduler.play(until, clock.move_to, lambda: None)
    assert clock.now() == until
    return recorded


def schedule_of(expression: str) -> Schedule:
    return Schedule(expression, "UTC", '{"now": "<aws.scheduler.scheduled-time>"}', "ENABLED")


def test_every_schedule_runs_at_each_of_its_times_in_their_order() -> None:
    runs = played(START + timedelta(hours=3), "cron(0 6 ? * TUE *)", "rate(1 hour)").runs
    hours = [("b", 1), ("a", 1), ("b", 2), ("b", 3)]
    assert runs == [(name, START + timedelta(hours=after)) for name, after in hours]


@given(days=st.integers(1, 400), minutes=st.sampled_from([5, 15, 60]))
def test_on_a_long_way_rates_run_less_often_but_daily_at_the_end_and_before_each_cron(days: int, minutes: int) -> None:
    until = START + timedelta(days=days)
    unit = "1 hour" if minutes == 60 else f"{minutes} minutes"
    runs = played(until, "cron(0 6 ? * TUE *)", f"rate({unit})").runs
    rates = [at for name, at in runs if name == "b"]
    crons = [at for name, at in runs if name == "a"]
    assert len(crons) == (days - 1) // 7 + 1
    assert rates[-1] == until
    assert len(rates) <= max(MOST_RUNS, days) + len(crons) + 1
    assert all(later - earlier <= timedelta(days=1) for earlier, later in pairwise(rates))
    assert all(any(timedelta(0) <= cron - at < timedelta(minutes=minutes) for at in rates) for cron in crons)


def test_a_move_that_would_need_too_many_runs_is_refused_before_anything_runs() -> None:
    with pytest.raises(TooManyRuns, match=r"more than 5,000 runs of a \(cron\(\* \* \* \* \? \*\)\)"):
        played(START + timedelta(days=4), "cron(* * * * ? *)")
