"""Buttons of pages that were opened before somebody else changed the campaign."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from newsletter.container import app
from newsletter.mailings.drafts import schedule
from newsletter.mailings.drafts.draft import DraftState
from newsletter.mailings.drafts.edit_drafts import find_draft, save_draft
from tests.aws.console.test_console_campaigns import NEW, TEXT, fields, only, press
from tests.support.console.console_calls import MARKETING, Browser
from tests.support.console.issuer import Issuer
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud

OTHER = {**TEXT, "subject": "Aivan muuta"}


@pytest.fixture
def browser(cloud: Cloud, issuer: Issuer) -> Browser:
    """Somebody who may send."""
    marketing = Browser(cloud, issuer)
    marketing.sign_in(**MARKETING)
    add_reader("maija@example.com")
    return marketing


@pytest.fixture
def colleague(cloud: Cloud, issuer: Issuer) -> Browser:
    """Somebody else, who writes."""
    other = Browser(cloud, issuer)
    other.sign_in(**MARKETING, email="kalle@example.com")
    return other


@pytest.mark.parametrize("step", ["send", "schedule", "test"])
def test_nothing_goes_out_that_the_person_who_pressed_has_not_seen(
    browser: Browser, colleague: Browser, cloud: Cloud, step: str
) -> None:
    looked_at = press(browser, NEW, "check", **TEXT)
    path = f"/console/campaigns/{only().id}"
    press(colleague, path, "save", **fields(colleague.get(path), 'id="campaign"'), **OTHER)
    sent = fields(looked_at, "Ready to send?") | {"date": "2026-12-24", "time": "08:00", "to": "me@example.com"}
    answer = press(browser, path, step, **sent)
    assert answer.status == 409
    assert "kalle@example.com changed this campaign after you opened the page" in answer.text
    assert "Aivan muuta" in answer.text
    assert only().state is DraftState.DRAFT
    cloud.drain()
    assert cloud.mails("me@example.com") == []
    again = press(
        browser, path, step, **fields(answer, "Ready to send?") | {k: sent[k] for k in ("date", "time", "to")}
    )
    assert again.status in (200, 303)


def test_nor_what_changes_in_the_moment_of_the_press(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at = press(browser, NEW, "check", **TEXT)
    draft = only()
    original = schedule.schedule_draft

    def schedule_late(*given: Any, **named: Any) -> schedule.Scheduled:
        text = replace(draft.campaign, subject="Aivan muuta")
        save_draft(draft.id, text, app, by="kalle@example.com", now=app.now(), version=None)
        return original(*given, **named)

    monkeypatch.setattr(schedule, "schedule_draft", schedule_late)
    answer = press(browser, f"/console/campaigns/{draft.id}", "send", **fields(looked_at, "Ready to send?"))
    assert (answer.status, only().state) == (409, DraftState.DRAFT)
    assert "kalle@example.com changed this campaign after you opened the page" in answer.text


def test_a_draft_on_which_somebody_wrote_meanwhile_is_not_deleted(browser: Browser, colleague: Browser) -> None:
    press(browser, NEW, "save", **TEXT)
    path = f"/console/campaigns/{only().id}"
    opened = browser.get(path)
    press(colleague, path, "save", **fields(colleague.get(path), 'id="campaign"'), **OTHER)
    answer = press(browser, path, "delete", **fields(opened, "gone for good"))
    assert answer.status == 409
    assert "kalle@example.com changed this campaign" in answer.text
    assert find_draft(only().id, app).campaign.subject == "Aivan muuta"
    assert (
        press(browser, path, "delete", **fields(answer, "gone for good")).location == "/console/campaigns?done=deleted"
    )


def test_pressed_twice_it_is_scheduled_once(browser: Browser) -> None:
    looked_at = press(browser, NEW, "check", **TEXT)
    path = f"/console/campaigns/{only().id}"
    hidden = fields(looked_at, "Ready to send?")
    for _ in range(2):
        assert press(browser, path, "send", **hidden).location == path
    assert only().state is DraftState.SCHEDULED
    press(browser, path, "unschedule")
    hidden = fields(press(browser, path, "check"), "Ready to send?")
    day = {"date": (app.now().date()).replace(year=app.now().year + 1, month=1, day=4).isoformat(), "time": "08:00"}
    for _ in range(2):
        assert press(browser, path, "schedule", **hidden, **day).location == path
    scheduled = only().version
    assert press(browser, path, "schedule", **hidden, **day | {"time": "09:00"}).status == 409
    assert only().version == scheduled


def test_a_form_that_was_opened_empty_replaces_nothing_that_was_saved_since(browser: Browser) -> None:
    hidden = fields(browser.get(NEW))
    press(browser, NEW, "save", **hidden, **TEXT)
    answer = press(browser, NEW, "save", **hidden, **OTHER)
    assert answer.status == 409
    assert only().campaign.subject == TEXT["subject"]
    assert "Aivan muuta" in answer.body
    press(browser, NEW, "save", **fields(answer, 'id="campaign"'), **OTHER)
    assert only().campaign.subject == "Aivan muuta"
    versions = browser.get(f"/console/campaigns/{only().id}/versions").text
    assert TEXT["subject"] in versions  # as the page with both texts said


def test_what_is_too_long_is_not_said_to_be_kept(browser: Browser) -> None:
    kept = "What you wrote is kept all the same"
    assert kept in press(browser, NEW, "check", **TEXT | {"language": "xx"}).text
    answer = press(browser, NEW, "check", **TEXT | {"body": "x" * 50_001})
    assert answer.status == 422
    assert kept not in answer.text
    assert "Nothing is saved until that is mended" in answer.text
