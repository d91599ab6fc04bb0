"""Due steps: together in batches, each once, whatever crashes, comes late, twice or at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from unittest.mock import patch

import pytest

from newsletter.container import app
from newsletter.nurture.due_work import do_due_work
from newsletter.nurture.steps import plan_steps as plan
from newsletter.nurture.steps.plan_steps import plan_steps
from newsletter.nurture.steps.step_batches_store import StepBatch
from newsletter.platform.isolation import Isolated
from tests.support.aws.lost_responses import Call, Crash, crashing, lost, the
from tests.support.leads import due_steps
from tests.support.leads.due_steps import DAY, NOW, TWO, each_once, enter, got
from tests.support.leads.sequences import sequence, step
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud

edit = due_steps.edit


def test_steps_that_are_due_together_go_out_in_batches_of_fifty(cloud: Cloud, edit: Callable[[str], None]) -> None:
    edit(TWO)
    enter(120)
    assert cloud.run("nurture", NOW + DAY)["planned"] == 120
    assert got(cloud) == each_once(120, "eka")
    batches = Counter(mail.tags["batch"] for mail in cloud.mails())
    assert sorted(batches.values()) == [20, 50, 50]
    assert cloud.run("nurture", NOW + DAY + timedelta(minutes=5))["planned"] == 0
    assert list(app.step_batches.all()) == []


def test_no_batch_is_larger_than_what_the_account_may_send_in_a_second(
    cloud: Cloud, edit: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(TWO)
    enter(30)
    monkeypatch.setattr(type(app.mailer), "max_send_rate", lambda *_, **__: 14.0)
    noted: list[StepBatch] = []

    def note(batches: list[StepBatch], *_: object) -> int:
        noted.extend(batches)
        return 0

    monkeypatch.setattr(plan, "queue_batches", note)
    cloud.run("nurture", NOW + DAY)
    assert sorted(len(batch.members) for batch in noted) == [4, 13, 13]


def test_a_tick_that_is_weeks_late_sends_one_step_and_the_next_at_its_distance(
    cloud: Cloud, edit: Callable[[str], None]
) -> None:
    edit(TWO)
    enter(3)
    for _ in range(2):
        cloud.run("nurture", NOW + 40 * DAY)
    assert got(cloud) == each_once(3, "eka")
    cloud.run("nurture", NOW + 42 * DAY)
    assert got(cloud) == each_once(3, "eka")
    cloud.run("nurture", NOW + 43 * DAY)
    assert got(cloud) == each_once(3, "eka", "toka")


def test_a_crash_at_any_call_loses_no_step_and_sends_none_twice(cloud: Cloud, edit: Callable[[str], None]) -> None:
    edit(TWO)
    number, readers = 0, 0
    while True:
        ids = [add_reader(f"lukija{each}@example.com") for each in range(readers, readers + 3)]
        for reader in ids:
            app.triggers.confirmed(reader, NOW)
        readers += 3
        with crashing(the(number, lambda call: call.service != "sesv2")) as answers, suppress(Crash):
            do_due_work(NOW + DAY, app, Isolated())
        cloud.run("nurture", NOW + DAY)
        assert got(cloud) == each_once(readers, "eka"), f"after {answers.lost}"
        if not answers.lost:
            break
        number += 1 if number < 6 else 4  # most of what comes first are the shards without anything due
        if number > 200:
            break
    assert list(app.step_batches.all()) == []


def test_a_lost_answer_of_every_write_changes_nothing(cloud: Cloud, edit: Callable[[str], None]) -> None:
    edit(TWO)
    enter(4)

    seen: set[str] = set()

    def first(call: Call) -> bool:
        """Each write once, and not its repetition; threads write side by side."""
        known = repr(call.body)
        if not call.writes or call.service != "dynamodb" or known in seen:
            return False
        seen.add(known)
        return True

    with lost(first) as answers:
        cloud.run("nurture", NOW + DAY)
    assert any("enrollment" in str(call) for call in answers.lost)
    cloud.run("nurture", NOW + DAY)
    assert got(cloud) == each_once(4, "eka")


def test_ticks_at_once_send_each_step_once(cloud: Cloud, edit: Callable[[str], None]) -> None:
    edit(TWO)
    enter(60)

    def tick(minutes: int) -> dict[str, int]:
        isolated = Isolated()
        done = do_due_work(NOW + DAY + timedelta(minutes=minutes), app, isolated)
        isolated.raise_if_any()
        return done

    with ThreadPoolExecutor(3) as executor:
        list(executor.map(tick, (0, 0, 1)))
    cloud.run("nurture", NOW + DAY + timedelta(minutes=5))
    assert got(cloud) == each_once(60, "eka")


def test_what_does_not_fit_into_a_tick_is_worked_off_by_the_next(
    cloud: Cloud, edit: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(TWO)
    enter(70)
    monkeypatch.setattr(plan, "FROM_EACH_SHARD", 1)
    ticks = 0
    while True:
        seconds = iter((0.0, 0.0, plan.TIME_BUDGET + 1))
        done = plan_steps(NOW + DAY, Isolated(), app, clock=lambda: next(seconds, 1e9))  # noqa: B023
        if not done["planned"]:
            break
        ticks += 1
        assert done["planned"] <= 32
    assert ticks > 2
    assert got(cloud) == each_once(70, "eka")


def test_while_the_queue_is_full_steps_stay_due(
    cloud: Cloud, edit: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(TWO)
    enter(5)
    monkeypatch.setattr(plan, "has_room", lambda *_: False)
    assert cloud.run("nurture", NOW + DAY)["planned"] == 0
    monkeypatch.undo()
    edit(TWO)
    cloud.run("nurture", NOW + DAY)
    assert got(cloud) == each_once(5, "eka")


def test_whoever_left_or_pauses_gets_nothing_and_the_others_do(cloud: Cloud, edit: Callable[[str], None]) -> None:
    edit(TWO)
    ids = enter(3)
    app.triggers.end(ids[0], "left", NOW)
    reader = app.subscribers.get(ids[1])
    assert reader is not None
    until = (NOW + 10 * DAY).date()
    app.subscribers.choose(reader, replace(reader.choices, paused_until=until), NOW)
    done = cloud.run("nurture", NOW + DAY)
    assert (done["planned"], done["paused"]) == (1, 1)
    cloud.run("nurture", NOW + 9 * DAY)
    cloud.run("nurture", NOW + 11 * DAY)
    assert got(cloud)["lukija1@example.com", "eka"] == 1
    assert not any(to == "lukija0@example.com" for to, _ in got(cloud))


def test_a_batch_that_waited_for_weeks_is_had_when_it_goes(cloud: Cloud, edit: Callable[[str], None]) -> None:
    """The tick ends with the batch named but not on the queue; then nothing runs for a month."""
    edit(TWO)
    enter(3)
    with patch("newsletter.nurture.steps.step_batches.enqueue_batches", return_value=0):
        do_due_work(NOW + DAY, app, Isolated())
    assert len(list(app.step_batches.all())) == 1
    for days in (31, 31, 33):
        cloud.run("nurture", NOW + days * DAY)
        assert got(cloud) == each_once(3, "eka")
    cloud.run("nurture", NOW + 34 * DAY)
    assert got(cloud) == each_once(3, "eka", "toka")


def test_a_batch_that_nobody_was_named_in_for_weeks_is_decided_anew(cloud: Cloud, edit: Callable[[str], None]) -> None:
    edit(sequence("polku", step("eka", 1, "pointless_after_days = 7"), step("toka", 3)))
    ids = enter(3)

    def noted(call: Call) -> bool:
        return call.operation == "PutItem" and "step-batches" in repr(call.body)

    with crashing(noted), suppress(Crash):
        do_due_work(NOW + DAY, app, Isolated())
    assert len(list(app.step_batches.all())) == 1
    assert not any(each.done for reader in ids for each in app.enrollments.of(reader))
    for _ in range(2):
        cloud.run("nurture", NOW + 31 * DAY)
        assert got(cloud) == each_once(3, "toka"), "the first has become pointless"
    assert list(app.step_batches.all()) == []
