"""Due steps of sequences that were edited meanwhile, and of readers who clicked what a step asks for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from unittest.mock import patch

import pytest

from newsletter.container import app
from newsletter.nurture.steps.plan_steps import plan_steps
from newsletter.platform.isolation import Isolated
from newsletter.readers.change_address import move
from newsletter.readers.subscriber import SignUp
from newsletter.sending.feedback.visit_marks import VisitMark
from tests.support.leads import due_steps
from tests.support.leads.due_steps import DAY, NOW, each_once, enter, got
from tests.support.leads.sequences import sequence, step
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud

edit = due_steps.edit


@pytest.mark.parametrize("days", [3, 1])
def test_an_edit_takes_no_step_from_who_clicked_what_it_asks_for(
    cloud: Cloud, edit: Callable[[str], None], days: int
) -> None:
    """In the tick that sees the edit, the step is due: by its old distance, or by one that is shorter now."""
    edit(sequence("polku", step("eka", 1), step("toka", 3, 'only_for = { clicked = "eka" }')))
    enter(1)
    cloud.run("nurture", NOW + DAY)
    cloud.drain()
    tags = cloud.mails()[-1].tags
    expires = NOW + 90 * DAY
    app.visit_marks.put(tags["mailing"], tags["batch"], {0: VisitMark(1, person=True)}, expires)
    edit(sequence("polku", step("eka", 1), step("toka", days, 'only_for = { clicked = "eka" }'), step("kolmas", 9)))
    cloud.run("nurture", NOW + 4 * DAY)
    assert got(cloud) == each_once(1, "eka", "toka")


def test_the_clicks_of_a_batch_are_read_once(cloud: Cloud, edit: Callable[[str], None]) -> None:
    """A thousand readers are looked at together: a read for each of them and each condition takes too long."""
    edit(sequence("polku", step("eka", 1), step("toka", 3, 'only_for = { not_clicked = "eka" }')))
    enter(30)
    cloud.run("nurture", NOW + DAY)
    cloud.drain()
    with patch.object(app.deliveries, "record", wraps=app.deliveries.record) as record:
        assert plan_steps(NOW + 4 * DAY, Isolated(), app)["planned"] == 30
    assert record.call_count == 1


def test_a_click_at_an_earlier_address_counts(cloud: Cloud, edit: Callable[[str], None]) -> None:
    edit(sequence("polku", step("eka", 1), step("toka", 3, 'only_for = { clicked = "eka" }')))
    (old,) = enter(1)
    cloud.run("nurture", NOW + DAY)
    cloud.drain()
    tags = cloud.mails()[-1].tags
    app.visit_marks.put(tags["mailing"], tags["batch"], {0: VisitMark(1, person=True)}, NOW + 90 * DAY)
    reader = app.subscribers.get(old)
    assert reader is not None
    email = "uusi@example.com"
    form = SignUp(app.ids.of(email), email, reader.choices, "2026-11", "", "", NOW, "n2", moved_from=old)
    app.subscribers.activate(form, NOW + DAY)
    move(form, NOW + DAY, app)
    cloud.run("nurture", NOW + 4 * DAY)
    assert got(cloud)[email, "toka"] == 1


def test_who_came_by_a_click_is_told_no_subject_once_the_trigger_is_another(
    cloud: Cloud, edit: Callable[[str], None]
) -> None:
    edit(sequence("polku", step("eka", 1), more='trigger = "click"\ntopics = ["linkedin"]'))
    reader = add_reader("maija@example.com")
    app.triggers.clicked(reader, ["linkedin"], NOW)
    edit(sequence("polku", step("eka", 1)))
    cloud.run("nurture", NOW + DAY)
    assert cloud.drain() == []
    assert "koska olet tilannut uutiskirjeemme.\n" in (cloud.mails()[-1].text or "")


def test_a_year_with_two_edits_mails_each_step_once_by_the_order_of_the_day(
    cloud: Cloud, edit: Callable[[str], None]
) -> None:
    """Readers come in every month. First steps are put in, renamed and taken out; later a delay changes."""
    first = sequence("polku", step("eka", 1), step("toka", 30), step("kolmas", 30))
    second = sequence(
        "polku", step("alku", 0), step("yksi", 1, 'formerly = ["eka"]'), step("uusi", 10), step("kolmas", 30)
    )
    third = sequence(
        "polku", step("alku", 0), step("yksi", 1, 'formerly = ["eka"]'), step("uusi", 10), step("kolmas", 3)
    )
    edit(first)
    ids: dict[int, str] = {}
    for day in range(365):
        if day == 100:
            edit(second)
        if day == 250:
            edit(third)
        now = NOW + day * DAY
        if day % 30 == 0:
            reader = add_reader(f"kk{day}@example.com")
            ids[day] = reader
            app.triggers.confirmed(reader, now)
        if day % 2 or day % 30 in (0, 1) or 248 <= day <= 256:
            cloud.run("nurture", now + timedelta(hours=1))
        if day % 50 == 0 or day == 364:
            cloud.drain()
    assert cloud.drain() == []
    mails: dict[str, list[str]] = {}
    for day, reader in ids.items():
        steps = sorted(app.enrollments.of(reader, "polku")[0].done.items(), key=lambda each: each[1].at)
        mails[f"kk{day}@example.com"] = [key for key, _ in steps]
    got_by = sorted((mail.to[0], mail.subject) for mail in cloud.mails())
    assert got_by == sorted((email, key) for email, keys in mails.items() for key in keys)
    assert mails["kk0@example.com"] == ["eka", "toka", "kolmas"]
    assert mails["kk60@example.com"] == ["eka", "toka", "uusi", "kolmas"], "on after the last of today that it had"
    assert mails["kk90@example.com"] == ["eka", "uusi", "kolmas"], "put in after what it had, and renamed"
    assert mails["kk120@example.com"] == ["alku", "yksi", "uusi", "kolmas"]
    assert mails["kk240@example.com"] == ["alku", "yksi", "uusi", "kolmas"]
    third_step = app.enrollments.of(ids[240], "polku")[0].done
    assert third_step["kolmas"].at - third_step["uusi"].at < 5 * DAY, "the shorter delay counts at once"
