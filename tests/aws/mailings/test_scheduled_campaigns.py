"""Scheduled campaigns start once, however late, doubled or broken the runs are that start them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore.client import BaseClient

from newsletter.container import app
from newsletter.mailings.campaign import Campaign
from newsletter.mailings.drafts import edit_drafts
from newsletter.mailings.drafts.draft import Draft, DraftState
from newsletter.mailings.drafts.origin import Origin
from newsletter.mailings.drafts.schedule import schedule_draft, schedule_new, send_draft, unschedule_draft
from newsletter.mailings.drafts.start_due import start_due_draft
from newsletter.platform.errors import Conflict, InvalidInput, NotNow, PartlyFailed
from newsletter.platform.times import whole_seconds
from tests.support.aws.crashing_calls import CrashingCall
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud

TEXT = Campaign(name="kevat", subject="Kevät", body="Moi.", language="fi")
READER = "maija@example.com"


def now(minutes: float = 0) -> datetime:
    return whole_seconds(app.now()) + timedelta(minutes=minutes)


pytestmark = pytest.mark.usefixtures("cloud")


@pytest.fixture
def scheduled(cloud: Cloud) -> Draft:
    """A campaign to one reader that goes out in half an hour."""
    assert cloud.mails() == []
    add_reader(READER)
    return schedule_new(TEXT, now(30), app, by="anna", now=now()).draft


def state(draft: Draft) -> DraftState:
    return edit_drafts.find_draft(draft.id, app).state


def got(cloud: Cloud) -> list[str | None]:
    assert cloud.drain() == []
    return [mail.subject for mail in cloud.mails(READER)]


def test_it_starts_when_its_time_has_come_and_once(cloud: Cloud, scheduled: Draft) -> None:
    assert cloud.run("nurture", now(29))["campaigns_started"] == 0
    assert got(cloud) == []
    for _ in range(3):
        cloud.run("nurture", now(300))
    assert got(cloud) == ["Kevät"]
    found = edit_drafts.find_draft(scheduled.id, app)
    assert (found.state, found.mailing) == (DraftState.STARTED, "campaign-kevat")
    assert edit_drafts.list_drafts(app, cursor="", limit=10) == ([], "")
    assert list(app.drafts.due()) == []


def test_a_near_one_is_woken_by_the_queue_and_not_before_its_time(cloud: Cloud) -> None:
    add_reader(READER)
    draft = schedule_new(TEXT, now(1), app, by="anna", now=now()).draft
    assert start_due_draft(draft.id, now(), app) is None
    assert start_due_draft(draft.id, now(1), app) is DraftState.STARTED
    assert got(cloud) == ["Kevät"]


def test_what_was_taken_back_or_put_off_does_not_start(cloud: Cloud, scheduled: Draft) -> None:
    taken = unschedule_draft(scheduled.id, app, by="kalle", now=now())
    assert (taken.state, taken.send_at) == (DraftState.DRAFT, None)
    cloud.run("nurture", now(60))
    schedule_draft(scheduled.id, now(90), app, by="kalle", now=now())
    schedule_draft(scheduled.id, now(200), app, by="kalle", now=now())
    cloud.run("nurture", now(100))
    assert got(cloud) == []
    cloud.run("nurture", now(201))
    assert got(cloud) == ["Kevät"]
    with pytest.raises(NotNow):
        unschedule_draft(scheduled.id, app, by="kalle", now=now())


@pytest.mark.parametrize("moment", ["put_due", "_put_if"], ids=["before the draft says so", "after it"])
def test_taken_back_and_scheduled_for_the_same_time_at_once_it_still_goes_out(
    cloud: Cloud, scheduled: Draft, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """One person's line of the list is taken away by the other, whose draft was changed before."""
    assert scheduled.send_at is not None
    due = scheduled.send_at
    store, forget = type(app.drafts), app.drafts.forget_due
    late: list[Draft] = []
    monkeypatch.setattr(store, "forget_due", lambda _, draft: late.append(draft))
    unschedule_draft(scheduled.id, app, by="kalle", now=now())
    monkeypatch.undo()
    original = getattr(store, moment)

    def overtaken(self: Any, *given: Any) -> Any:
        done = original(self, *given)
        while late:
            forget(late.pop())
        return done

    monkeypatch.setattr(store, moment, overtaken)
    schedule_draft(scheduled.id, due, app, by="anna", now=now())
    monkeypatch.undo()
    assert list(app.drafts.due()) == [(due, scheduled.id)]
    cloud.run("nurture", now(31))
    assert got(cloud) == ["Kevät"]


def test_scheduled_anew_while_the_old_line_is_taken_away_it_still_goes_out(
    cloud: Cloud, scheduled: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert scheduled.send_at is not None
    due, forget = scheduled.send_at, type(app.drafts).forget_due

    def overtaken(self: Any, draft: Draft) -> None:
        monkeypatch.undo()
        schedule_draft(scheduled.id, due, app, by="anna", now=now())
        forget(self, draft)

    monkeypatch.setattr(type(app.drafts), "forget_due", overtaken)
    unschedule_draft(scheduled.id, app, by="kalle", now=now())
    assert state(scheduled) is DraftState.SCHEDULED
    cloud.run("nurture", now(31))
    assert got(cloud) == ["Kevät"]


@pytest.mark.usefixtures("scheduled")
def test_it_goes_to_those_who_are_readers_when_it_goes(cloud: Cloud) -> None:
    add_reader("uusi@example.com")
    cloud.run("nurture", now(31))
    assert got(cloud) == ["Kevät"]
    assert len(cloud.mails("uusi@example.com")) == 1


@pytest.mark.parametrize("effective", [True, False], ids=["answer lost", "not called"])
def test_a_crash_at_any_call_is_mended_by_the_next_run(
    cloud: Cloud,
    monkeypatch: pytest.MonkeyPatch,
    *,
    effective: bool,
) -> None:
    add_reader(READER)
    names: list[str] = []
    while True:
        crash = CrashingCall(len(names) + 1, effective=effective)
        names.append(f"kevat-{crash.at}")
        text = replace(TEXT, name=names[-1], subject=names[-1])
        draft = schedule_new(text, now(30), app, by="anna", now=now()).draft
        with monkeypatch.context() as broken:
            broken.setattr(BaseClient, "_make_api_call", lambda *call, crash=crash: crash(*call))
            with suppress(KeyboardInterrupt):
                start_due_draft(draft.id, now(31), app)
        for _ in range(2):
            start_due_draft(draft.id, now(31), app)
        assert state(draft) is DraftState.STARTED, f"crash at call {crash.at}"
        if crash.calls < crash.at:
            break
    assert len(names) > 5
    cloud.run("nurture", now(31))
    assert list(app.drafts.due()) == []
    assert sorted(map(str, got(cloud))) == sorted(names)


def test_what_preflight_blocks_when_it_goes_is_held_with_its_reason(
    cloud: Cloud, scheduled: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    mended = app.templates.publication
    without = replace(mended, languages=tuple(each for each in mended.languages if each != "fi"))
    with monkeypatch.context() as changed:
        changed.setitem(vars(app.templates), "publication", without)
        for _ in range(2):
            cloud.run("nurture", now(31))
    held = edit_drafts.find_draft(scheduled.id, app)
    assert (held.state, "'fi' is unknown" in held.reason) == (DraftState.HELD, True)
    decisions = [each for each in app.decisions.newest(10) if each["run"] == "campaign-kevat"]
    assert [each["decision"] for each in decisions] == ["held"]
    assert app.mailings.get("campaign-kevat") is None
    cloud.run("nurture", now(60))
    assert got(cloud) == []
    send_draft(scheduled.id, app, by="anna", now=now())
    assert got(cloud) == ["Kevät"]


def test_it_is_held_when_nobody_would_get_it(cloud: Cloud) -> None:
    draft = schedule_new(TEXT, now(30), app, by="anna", now=now()).draft
    cloud.run("nurture", now(31))
    held = edit_drafts.find_draft(draft.id, app)
    assert (held.state, "nobody would get this" in held.reason) == (DraftState.HELD, True)


def test_it_asks_again_when_the_audience_changed_by_more_than_a_tenth(cloud: Cloud) -> None:
    for number in range(31):
        add_reader(f"reader{number}@example.com")
    for seen, ends in ((20, DraftState.HELD), (28, DraftState.STARTED), (None, DraftState.STARTED)):
        text = replace(TEXT, name=f"kevat-{seen}")
        draft = edit_drafts.create_draft(text, app, by="anna", now=now())
        schedule_draft(draft.id, now(30), app, by="anna", now=now(), readers=seen)
        cloud.run("nurture", now(31))
        assert state(draft) is ends


def test_times_that_are_over_or_far_away_are_refused() -> None:
    for wrong in (now(-1), now(), now(400 * 24 * 60)):
        with pytest.raises(InvalidInput, match="send_at"):
            schedule_new(TEXT, wrong, app, by="anna", now=now())
    assert edit_drafts.list_drafts(app, cursor="", limit=10) == ([], "")


@pytest.mark.usefixtures("scheduled")
def test_a_name_is_used_once_also_among_what_is_scheduled(cloud: Cloud) -> None:
    with pytest.raises(Conflict, match="choose another name"):
        schedule_new(replace(TEXT, body="Muuta."), now(40), app, by="anna", now=now())
    subject = replace(TEXT, name="")
    made = [schedule_new(replace(subject, body=f"{n}"), now(40), app, by="anna", now=now()).draft for n in range(2)]
    assert [each.campaign.name for each in made] == ["kevat-2", "kevat-3"]
    cloud.run("nurture", now(31))
    with pytest.raises(Conflict, match="choose another name"):
        schedule_new(replace(TEXT, body="Muuta."), now(40), app, by="anna", now=now())


def test_a_run_that_fails_leaves_the_others_and_is_repeated(
    cloud: Cloud, scheduled: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = schedule_new(replace(TEXT, name="syksy", subject="Syksy"), now(30), app, by="anna", now=now()).draft
    get = app.drafts.get

    def broken(draft: str) -> Draft | None:
        if draft == scheduled.id:
            raise RuntimeError
        return get(draft)

    with monkeypatch.context() as failing:
        failing.setattr(app.drafts, "get", broken)
        with pytest.raises(PartlyFailed):
            cloud.run("nurture", now(31))
    assert (state(scheduled), state(other)) == (DraftState.SCHEDULED, DraftState.STARTED)
    cloud.run("nurture", now(31))
    assert sorted(map(str, got(cloud))) == ["Kevät", "Syksy"]


def test_sending_at_once_again_sends_nothing_again(cloud: Cloud, scheduled: Draft) -> None:
    first, _ = send_draft(scheduled.id, app, by="anna", now=now())
    again, _ = send_draft(scheduled.id, app, by="anna", now=now())
    assert (first.created, again.created) == (True, False)
    cloud.run("nurture", now(60))
    assert got(cloud) == ["Kevät"]


def test_the_mailing_knows_who_wrote_its_text_and_who_had_it_sent_from_which_draft() -> None:
    add_reader(READER)
    draft = edit_drafts.create_draft(replace(TEXT, name=""), app, by="anna", now=now(-9))
    schedule_draft(draft.id, now(1), app, by="bo", now=now(-5))
    start_due_draft(draft.id, now(2), app)
    mailing = app.mailings.get("campaign-kevat")
    assert mailing is not None
    assert mailing.origin == Origin("bo", draft.id, "anna", draft.changed_at)

    again = edit_drafts.create_draft(replace(TEXT, name="kesa"), app, by="anna", now=now(-9))
    edit_drafts.save_draft(again.id, replace(TEXT, name="kesa", body="Hei."), app, by="cia", now=now(-4), version=None)
    send_draft(again.id, app, by="bo", now=now())
    send_draft(again.id, app, by="anna", now=now())
    mailing = app.mailings.get("campaign-kesa")
    assert mailing is not None
    assert mailing.origin is not None
    assert (mailing.origin.sent_by, mailing.origin.draft, mailing.origin.written_by) == ("bo", again.id, "cia")
