"""Drafts: what is written is kept, of two people the second is told, and nothing that stood there is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from newsletter.container import app
from newsletter.mailings.campaign import Campaign
from newsletter.mailings.drafts import edit_drafts
from newsletter.mailings.drafts.draft import Draft, DraftChanged, DraftState
from newsletter.mailings.drafts.drafts_store import Drafts
from newsletter.mailings.drafts.schedule import save_campaign, schedule_draft, send_draft
from newsletter.platform.errors import InvalidForm, NotFound, NotNow
from newsletter.platform.times import whole_seconds
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud

pytestmark = pytest.mark.usefixtures("cloud")
TEXT = Campaign(name="", subject="Kevään sparraukset", body="Moi.", language="fi")


def now(minutes: float = 0) -> datetime:
    return whole_seconds(app.now()) + timedelta(minutes=minutes)


def write(campaign: Campaign = TEXT, by: str = "anna") -> Draft:
    return edit_drafts.create_draft(campaign, app, by=by, now=now())


def test_a_draft_may_lack_everything_and_is_found_again() -> None:
    draft = write(Campaign(name="", subject="", body="", language="", archive=True, among=(("company", ("Oy",)),)))
    assert edit_drafts.find_draft(draft.id, app) == draft
    assert edit_drafts.list_drafts(app, cursor="", limit=10) == ([draft], "")


def test_a_form_that_is_sent_twice_makes_one_draft() -> None:
    draft = edit_drafts.new_draft_id(app)
    for _ in range(2):
        assert edit_drafts.create_draft(TEXT, app, by="anna", now=now(), draft_id=draft).version == 1
    with pytest.raises(DraftChanged):
        edit_drafts.create_draft(replace(TEXT, body="Muuta."), app, by="anna", now=now(), draft_id=draft)
    assert len(edit_drafts.list_drafts(app, cursor="", limit=10)[0]) == 1


def test_the_second_of_two_people_is_told_what_the_first_one_saved() -> None:
    draft = write()
    first = edit_drafts.save_draft(draft.id, replace(TEXT, body="Annan."), app, by="anna", now=now(), version=1)
    with pytest.raises(DraftChanged) as told:
        edit_drafts.save_draft(draft.id, replace(TEXT, body="Kallen."), app, by="kalle", now=now(), version=1)
    assert told.value.draft == first
    assert "anna" in str(told.value)
    saved = edit_drafts.save_draft(draft.id, replace(TEXT, body="Kallen."), app, by="kalle", now=now(), version=2)
    assert [each.campaign.body for each in edit_drafts.versions_of(draft.id, app)] == ["Kallen.", "Annan."]
    with pytest.raises(DraftChanged):
        edit_drafts.delete_draft(draft.id, app, 2)
    assert edit_drafts.find_draft(draft.id, app) == saved


def test_of_two_writes_at_once_one_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    draft = write()
    change = Drafts.change

    def late(self: Drafts, before: Draft, after: Draft) -> bool:
        monkeypatch.setattr(Drafts, "change", change)
        edit_drafts.save_draft(draft.id, replace(TEXT, body="Annan."), app, by="anna", now=now(), version=1)
        return self.change(before, after)

    monkeypatch.setattr(Drafts, "change", late)
    with pytest.raises(DraftChanged):
        edit_drafts.save_draft(draft.id, replace(TEXT, body="Kallen."), app, by="kalle", now=now(), version=1)
    assert edit_drafts.find_draft(draft.id, app).campaign.body == "Annan."


def test_earlier_versions_are_kept_now_and_then_and_never_more_than_thirty() -> None:
    draft = write()
    for number in range(40):
        text = replace(TEXT, body=f"Teksti {number}")
        draft = edit_drafts.save_draft(draft.id, text, app, by="anna", now=now(number), version=draft.version)
    versions = edit_drafts.versions_of(draft.id, app)
    assert [each.campaign.body for each in versions] == [f"Teksti {number}" for number in (39, 36, 27, 18, 9)]
    for number in range(40):
        text = replace(TEXT, body=f"Toinen {number}")
        draft = edit_drafts.save_draft(draft.id, text, app, by="anna", now=now(), version=None)
    versions = edit_drafts.versions_of(draft.id, app)
    assert [each.campaign.body for each in versions] == [f"Toinen {39 - number}" for number in range(31)]
    back = edit_drafts.restore_version(draft.id, versions[5].version, app, by="kalle", now=now(), version=draft.version)
    assert back.campaign == versions[5].campaign
    assert edit_drafts.versions_of(draft.id, app)[1].campaign.body == "Toinen 39"


def test_lists_go_on_where_they_stopped() -> None:
    drafts = [write(replace(TEXT, subject=f"Aihe {number}")) for number in range(5)]
    found, cursor, pages = [], "", 0
    while pages == 0 or cursor:
        page, cursor = edit_drafts.list_drafts(app, cursor=cursor, limit=2)
        found += page
        pages += 1
    assert pages == 3
    assert {each.id for each in found} == {each.id for each in drafts}
    assert [each.id for each in found] == sorted((each.id for each in drafts), reverse=True)


def test_a_deleted_draft_leaves_nothing(cloud: Cloud) -> None:
    before = cloud.items("Content")
    draft = write()
    draft = edit_drafts.save_draft(draft.id, replace(TEXT, body="B"), app, by="kalle", now=now(), version=1)
    schedule_draft(draft.id, now(30), app, by="kalle", now=now())
    edit_drafts.delete_draft(draft.id, app)
    assert cloud.items("Content") == before
    with pytest.raises(NotFound):
        edit_drafts.delete_draft(draft.id, app)


def test_too_much_is_not_even_kept_in_a_draft() -> None:
    with pytest.raises(InvalidForm) as told:
        write(replace(TEXT, body="x" * 50_001, subject="x" * 1001, topics=("x",) * 101))
    assert set(told.value.errors) == {"body", "subject", "topics"}
    assert edit_drafts.list_drafts(app, cursor="", limit=10) == ([], "")


def test_what_is_scheduled_is_fit_to_go_out_after_every_change() -> None:
    draft = write()
    scheduled = schedule_draft(draft.id, now(30), app, by="anna", now=now()).draft
    with pytest.raises(InvalidForm):
        save_campaign(draft.id, replace(scheduled.campaign, body=""), app, by="anna", now=now(), version=2)
    saved = save_campaign(draft.id, replace(scheduled.campaign, body="B"), app, by="kalle", now=now(), version=2).draft
    assert (saved.state, saved.send_at, saved.campaign.body) == (DraftState.SCHEDULED, scheduled.send_at, "B")


def test_a_campaign_that_was_sent_is_duplicated_and_not_changed() -> None:
    add_reader("maija@example.com")
    launched, _ = send_draft(write().id, app, by="anna", now=now())
    assert launched.mailing.id == "campaign-kevaan-sparraukset"
    sent = launched.mailing.id
    with pytest.raises(NotNow):
        edit_drafts.save_draft(sent, TEXT, app, by="anna", now=now(), version=None)
    copy = edit_drafts.duplicate_draft(sent, app, by="kalle", now=now())
    assert (copy.campaign, copy.state) == (TEXT, DraftState.DRAFT)
    again, _ = send_draft(copy.id, app, by="kalle", now=now())
    assert again.mailing.id == "campaign-kevaan-sparraukset-2"
