"""The next step: by order and what is done, whatever was edited meanwhile; for pause, cap, window and clicks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from newsletter.nurture.enrollments.enrollment import Enrollment, begin, with_step
from newsletter.nurture.enrollments.next_step import WEEK, Facts, Rules, next_step, room_at, scheduled
from newsletter.publication.nurture.sending_window import ALWAYS, Window
from newsletter.publication.nurture.steps import Condition, Step
from newsletter.publication.sequences import Exit, Sequence, Trigger

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
DAY = timedelta(days=1)
ZONE = ZoneInfo("Europe/Helsinki")
FREE = Rules(ALWAYS, ZONE, 0)
READER = Facts(language="fi")


def step(key: str, days: int = 2, *formerly: str, pointless: int | None = None, **condition: object) -> Step:
    late = timedelta(days=pointless) if pointless is not None else None
    return Step(key, days * DAY, {"fi": key}, key, formerly, Condition(**condition), late)  # type: ignore[arg-type]


def sequence(*steps: Step) -> Sequence:
    return Sequence("polku", steps)


def entered(*done: str, at: datetime = NOW) -> Enrollment:
    """One who came in at NOW and had these steps, a day apart."""
    enrollment = begin("reader", sequence(step("x")), 1, Trigger.CONFIRMED, at)
    for number, key in enumerate(done, start=1):
        enrollment = with_step(enrollment, key, f"batch{number}", at + number * DAY)
    return enrollment


def following(enrollment: Enrollment, today: Sequence, now: datetime, facts: Facts = READER) -> tuple[str, datetime]:
    found = next_step(enrollment, today, facts, now, FREE)
    return (found.step.key, found.at) if found else ("", now)


# --- edits ------------------------------------------------------------------------------------------------------------


def test_a_step_before_one_that_is_done_is_not_sent_back_in_time() -> None:
    edited = sequence(step("uusi"), step("a"), step("toinen"), step("b"), step("c"))
    assert following(entered("a", "b"), edited, NOW + 2 * DAY) == ("c", NOW + 4 * DAY)
    assert following(entered("a"), edited, NOW + DAY) == ("toinen", NOW + 3 * DAY)


def test_a_step_that_was_removed_is_passed_over() -> None:
    assert following(entered("a", "b"), sequence(step("a"), step("c")), NOW + 2 * DAY) == ("c", NOW + 4 * DAY)
    assert next_step(entered("a", "b"), sequence(step("a")), READER, NOW + 2 * DAY, FREE) is None


def test_another_delay_counts_from_the_last_mail() -> None:
    edited = sequence(step("a"), step("b", 30))
    assert following(entered("a"), edited, NOW + 2 * DAY) == ("b", NOW + 31 * DAY)
    assert following(entered("a"), sequence(step("a"), step("b", 0)), NOW + 9 * DAY) == ("b", NOW + 9 * DAY)


def test_a_renamed_step_is_known_by_what_it_was_called() -> None:
    edited = sequence(step("alku", 2, "a"), step("b"))
    assert following(entered("a"), edited, NOW + DAY) == ("b", NOW + 3 * DAY)


def test_steps_in_another_order_go_on_after_the_last_that_is_done() -> None:
    assert following(entered("a", "b"), sequence(step("b"), step("c"), step("a"), step("d")), NOW + 2 * DAY)[0] == "d"


# --- conditions -----------------------------------------------------------------


def test_a_step_for_others_is_passed_over_at_once() -> None:
    swedish = sequence(step("sv", 30, languages=("sv",)), step("kaikki", 3))
    assert following(entered(), swedish, NOW) == ("kaikki", NOW + 3 * DAY)
    assert following(entered(), swedish, NOW, Facts(language="sv"))[0] == "sv"
    topical = sequence(step("linkedin", topics=("linkedin",)), step("muille"))
    assert following(entered(), topical, NOW, Facts(("kriisit",)))[0] == "muille"
    assert following(entered(), topical, NOW, Facts(()))[0] == "linkedin", "who chose no topic gets every topic"
    tempting = sequence(step("tarjous", not_lead=True), step("jatko"))
    assert following(entered(), tempting, NOW, Facts(lead=True))[0] == "jatko"


def test_a_click_may_come_until_the_time_of_the_step_that_wants_it() -> None:
    today = sequence(step("a"), step("lisää", 7, clicked="a"), step("toisin", 7, not_clicked="a"))
    sent, due = entered("a"), NOW + 8 * DAY
    assert following(sent, today, NOW + DAY) == ("lisää", due)
    assert following(sent, today, due) == ("toisin", due)
    assert following(sent, today, due, Facts(clicked=frozenset({"a"}))) == ("lisää", due)
    renamed = sequence(step("alku", 2, "a"), step("lisää", 7, clicked="alku"))
    assert following(sent, renamed, due, Facts(clicked=frozenset({"a"}))) == ("lisää", due)


def test_a_step_that_would_come_too_late_is_left_out() -> None:
    today = sequence(step("tapahtuma", 2, pointless=3), step("jatko", 7))
    assert following(entered(), today, NOW + 5 * DAY) == ("tapahtuma", NOW + 5 * DAY)
    assert following(entered(), today, NOW + 5 * DAY + timedelta(seconds=1)) == ("jatko", NOW + 7 * DAY)
    paused = Facts(paused_until=date(2026, 12, 24))
    assert following(entered(), today, NOW, paused)[0] == "jatko", "it would be pointless after the pause"


# --- when -----------------------------------------------------------------


def test_a_paused_reader_gets_the_step_when_the_pause_ends_and_is_looked_at_daily_until_then() -> None:
    today, paused = sequence(step("a")), Facts(paused_until=date(2026, 12, 24))
    end = datetime(2026, 12, 24, tzinfo=ZONE)
    assert following(entered(), today, NOW, paused) == ("a", end)
    assert scheduled(entered(), today, paused, NOW, FREE).due_at == datetime(2026, 11, 24, tzinfo=ZONE)


def test_a_step_waits_for_its_window_and_for_the_cap() -> None:
    office = Rules(Window(frozenset(range(5)), time(8), time(16)), ZONE, 2)
    today = sequence(step("a", 5))  # a Saturday
    found = next_step(entered(), today, READER, NOW, office)
    assert found is not None
    assert found.at == datetime(2026, 11, 30, 8, tzinfo=ZONE)
    full = replace(READER, mailed=(NOW + 4 * DAY, NOW + 5 * DAY))
    later = next_step(entered(), today, full, NOW + 5 * DAY, office)
    assert later is not None
    assert later.at == datetime(2026, 12, 4, 8, tzinfo=ZONE)


def test_the_end_is_the_end() -> None:
    over = scheduled(entered("a"), sequence(step("a")), READER, NOW + DAY, FREE)
    assert (over.ended, over.ended_at, over.due_at) == (Exit.FINISHED, NOW + DAY, None)


@given(st.lists(st.integers(-400, 400), max_size=30), st.integers(0, 200), st.integers(1, 5))
def test_under_the_cap_no_seven_days_have_more_mails_than_it_says(hours: list[int], at: int, most: int) -> None:
    mailed = [NOW + timedelta(hours=hour) for hour in hours if hour <= at]
    start = NOW + timedelta(hours=at)
    found = room_at(mailed, start, most)
    assert found >= start
    assert len([moment for moment in mailed if found - WEEK < moment <= found]) < most
    earlier = [start + (found - start) * part / 20 for part in range(20)]
    assert all(len([m for m in mailed if e - WEEK < m <= e]) >= most for e in earlier if e < found)


# --- laws -----------------------------------------------------------------

keys = st.sampled_from("abcdefgh")
orders = st.lists(keys, min_size=1, max_size=8, unique=True)


@given(st.lists(st.tuples(orders, st.integers(0, 40)), min_size=1, max_size=12), st.integers(0, 5))
def test_whatever_is_edited_no_step_comes_twice_nor_before_one_that_is_done(
    edits: list[tuple[list[str], int]], delay: int
) -> None:
    """A year of a reader in whose sequence steps come, go and change places at any moment."""
    enrollment, now, got = entered(), NOW, []
    for order, days in edits:
        today = sequence(*(step(key, delay) for key in order))
        until = now + days * DAY
        while enrollment.active:
            found = next_step(enrollment, today, READER, now, FREE)
            if found is None or found.at > until:
                break
            now = found.at
            assert now >= enrollment.last[1] + delay * DAY
            assert not set(order[order.index(found.step.key) + 1 :]) & enrollment.done.keys()
            enrollment = with_step(enrollment, found.step.key, "batch", now)
            got.append(found.step.key)
        now = max(now, until)
    assert len(got) == len(set(got))
