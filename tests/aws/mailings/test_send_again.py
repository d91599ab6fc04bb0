"""Sending a campaign again: exactly those who got it and did nothing, once, by whichever door."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from cli.main import main
from newsletter.container import app
from newsletter.mailings.campaign import start_campaign
from newsletter.mailings.control.pause import pause_mailing
from newsletter.mailings.control.resume import resume_mailing
from newsletter.mailings.drafts.again import send_again
from newsletter.mailings.drafts.edit_drafts import delete_draft, duplicate_draft, find_draft, list_drafts, save_draft
from newsletter.mailings.drafts.schedule import schedule_draft, send_draft
from newsletter.mailings.drafts.start_due import start_due_draft
from newsletter.mailings.experiments.send_again import may_be_sent_again
from newsletter.mailings.status import MailingState
from newsletter.platform.errors import Conflict, InvalidInput, NotFound, NotNow
from newsletter.sending.feedback.visit_marks import VisitMark
from tests.support.mailings.sent_campaign import FIRST, NAMES, TEXT, campaign_that_went_out, mailed, note, now, tick
from tests.support.stack.cloud import Cloud


@pytest.fixture
def ids(cloud: Cloud) -> dict[str, str]:
    """The readers of a campaign that is complete, by what they did."""
    return campaign_that_went_out(cloud)


def again(subject: str = "Vielä ehdit", at: datetime | None = None) -> Any:
    return send_again(FIRST, subject, app, by="anna", now=at or now())


@pytest.mark.usefixtures("ids")
def test_it_goes_to_those_who_did_nothing_and_no_second_time(cloud: Cloud) -> None:
    draft = again()
    assert (draft.campaign.again_of, draft.campaign.name, draft.campaign.archive) == (FIRST, "kevat-again", False)
    with pytest.raises(Conflict, match=f"{FIRST} is to be sent again by the campaign {draft.id}"):
        again("Kolmas")
    send_draft(draft.id, app, by="anna", now=now())
    silent = ["hiljaa", "kone", "tauolla", "vaihtoi"]
    assert mailed(cloud, "Vielä ehdit") == silent
    with pytest.raises(Conflict, match=f"{FIRST} was sent again as campaign-kevat-again"):
        again("Kolmas")
    tick(now(1))
    found = app.mailings.get("campaign-kevat-again")
    assert found is not None
    assert found.status.state is MailingState.COMPLETE
    with pytest.raises(NotNow, match="was itself sent again"):
        send_again(found.id, "Kolmas", app, by="anna", now=now(99))
    send_draft(draft.id, app, by="anna", now=now())
    assert mailed(cloud, "Vielä ehdit") == silent


def test_who_pauses_or_drops_the_topic_meanwhile_gets_nothing(cloud: Cloud, ids: dict[str, str]) -> None:
    for name, choices in (
        ("tauolla", {"paused_until": (now() + timedelta(days=9)).date()}),
        ("vaihtoi", {"topics": ("johtaminen",)}),
    ):
        reader = app.subscribers.get(ids[name])
        assert reader is not None
        assert app.subscribers.choose(reader, replace(reader.choices, **choices), now())
    send_draft(again().id, app, by="anna", now=now())
    assert mailed(cloud, "Vielä ehdit") == ["hiljaa", "kone"]


@pytest.mark.usefixtures("ids")
def test_asked_for_again_under_one_id_what_a_crash_left_is_completed() -> None:
    draft = "20270301080000-0123456789ab"
    assert app.experiments.claim_draft(FIRST, draft, "")  # and then the process ended
    made = [send_again(FIRST, "Vielä ehdit", app, by="anna", now=now(hours), draft_id=draft).id for hours in (0, 0.1)]
    assert made == [draft, draft]
    assert [each.id for each in list_drafts(app, cursor="", limit=5)[0]] == [draft]
    send_draft(draft, app, by="anna", now=now())
    assert send_again(FIRST, "Vielä ehdit", app, by="anna", now=now(), draft_id=draft).mailing == "campaign-kevat-again"


@pytest.mark.usefixtures("ids")
def test_two_drafts_that_came_to_be_at_once_are_sent_once(cloud: Cloud) -> None:
    """The claim on the first mailing holds, whatever becomes of drafts."""
    draft = again()
    copy = replace(draft, id=f"{draft.id[:-4]}ffff", campaign=replace(draft.campaign, name="toinen", subject="Toinen"))
    assert app.drafts.create(copy)
    schedule_draft(copy.id, now(1), app, by="anna", now=now())
    send_draft(draft.id, app, by="anna", now=now())
    start_due_draft(copy.id, now(2), app)
    held = find_draft(copy.id, app)
    assert (held.state, "was sent again as campaign-kevat-again" in held.reason) == ("held", True)
    assert mailed(cloud, "Toinen") == []


@pytest.mark.usefixtures("ids")
def test_a_draft_that_was_deleted_or_never_came_to_be_makes_room_for_another(cloud: Cloud) -> None:
    first = again()
    delete_draft(first.id, app)
    second = again()
    assert second.id != first.id
    copy = duplicate_draft(second.id, app, by="anna", now=now())
    assert copy.campaign.again_of == "", "a copy is a campaign of its own"
    assert mailed(cloud, "Vielä ehdit") == []


@pytest.mark.usefixtures("ids")
def test_written_anew_it_still_needs_another_subject(cloud: Cloud) -> None:
    with pytest.raises(InvalidInput, match="give another subject"):
        again(f" {TEXT.subject.upper()} ")
    draft = again()
    text = replace(draft.campaign, subject=TEXT.subject.lower())
    save_draft(draft.id, text, app, by="anna", now=now(), version=1)
    said = "subject: the first mail had this one; give another subject"
    with pytest.raises(InvalidInput, match=said):
        schedule_draft(draft.id, now(1), app, by="anna", now=now())
    with pytest.raises(InvalidInput, match=said):
        send_draft(draft.id, app, by="anna", now=now())
    assert mailed(cloud, TEXT.subject.lower()) == []


@pytest.mark.usefixtures("ids")
def test_what_may_not_be_sent_again_says_why(cloud: Cloud) -> None:
    with pytest.raises(InvalidInput, match="give another subject"):
        again("Kevät")
    with pytest.raises(InvalidInput, match="subject: empty"):
        again(" ")
    with pytest.raises(NotFound):
        send_again("campaign-muu", "x", app, by="anna", now=now())
    start_campaign(replace(TEXT, name="uusi", subject="Uusi"), app, now=now())
    with pytest.raises(NotNow, match="is being sent; it can be sent again once it is complete"):
        send_again("campaign-uusi", "x", app, by="anna", now=now(30))
    assert len(mailed(cloud, "Uusi")) == len(NAMES) - 1
    tick(now(1))
    with pytest.raises(NotNow, match="24 hours after it was sent: from "):
        send_again("campaign-uusi", "x", app, by="anna", now=now(24.9))
    assert send_again("campaign-uusi", "x", app, by="anna", now=now(25.1)).campaign.again_of == "campaign-uusi"


@pytest.mark.usefixtures("ids")
def test_a_day_passes_after_the_last_mails_also_of_a_campaign_that_was_paused_for_days(cloud: Cloud) -> None:
    begun = replace(TEXT, name="viipyi", subject="Viipyi")
    start_campaign(begun, app, now=now(-72))
    pause_mailing("campaign-viipyi", app, by="anna", now=now(-72))
    assert mailed(cloud, "Viipyi") == []
    resume_mailing("campaign-viipyi", app, by="anna", now=now(-1))
    assert len(mailed(cloud, "Viipyi")) == len(NAMES) - 1
    tick(now())
    found = app.mailings.get("campaign-viipyi")
    assert found is not None
    assert found.status.state is MailingState.COMPLETE
    assert not may_be_sent_again(found, now=now(1))
    with pytest.raises(NotNow, match="24 hours after it was sent"):
        send_again(found.id, "Toinen", app, by="anna", now=now(1))
    assert may_be_sent_again(found, now=now(24.1))


@pytest.mark.usefixtures("ids")
def test_nobody_left_is_refused_before_anything_is_sent(cloud: Cloud, ids: dict[str, str]) -> None:
    for reader in ids.values():
        note(reader, mark=VisitMark(40, person=True))
    with pytest.raises(InvalidInput, match="nobody would get this: whoever got the first one"):
        send_draft(again().id, app, by="anna", now=now())
    assert mailed(cloud, "Vielä ehdit") == []


# --- doors -----------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("ids")
def test_the_command_sends_again_once(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    command = ("campaign", "send-again", FIRST, "--subject", "Vielä")
    assert main((*command, "--draft")) == 0
    draft = list_drafts(app, cursor="", limit=5)[0][0].id
    assert draft in capsys.readouterr().out
    assert main(command) == 1
    assert draft in capsys.readouterr().err
    delete_draft(draft, app)
    assert main((*command, "--draft", "--at", "2027-01-01 08:00")) == 1
    assert main((*command, "--yes")) == 0
    assert "4 readers at the moment" in capsys.readouterr().out
    assert mailed(cloud, "Vielä") == ["hiljaa", "kone", "tauolla", "vaihtoi"]
    assert main((*command, "--yes")) == 1
    assert "was sent again as campaign-kevat-again" in capsys.readouterr().err
    assert main(("mailing", "show", FIRST, "--json")) == 0
    assert json.loads(capsys.readouterr().out)["sent_again"] == "campaign-kevat-again"
