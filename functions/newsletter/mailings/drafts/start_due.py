"""Start the drafts whose time has come. Late, doubled and broken runs start each once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from newsletter.mailings.campaign import prepare_campaign
from newsletter.mailings.drafts.draft import Draft, DraftState
from newsletter.mailings.drafts.schedule import finish
from newsletter.mailings.launch import audience_changed, from_whom, launch
from newsletter.mailings.mailing import campaign_id
from newsletter.platform.errors import Conflict, InvalidInput
from newsletter.platform.isolation import Isolated
from newsletter.platform.observability import count
from newsletter.platform.times import whole_seconds

if TYPE_CHECKING:
    from newsletter.container import Container

STALE = timedelta(hours=1)
"""After its time a line that no draft agrees with is deleted. A draft that is being scheduled writes its line first."""


def start_due_drafts(now: datetime, isolated: Isolated, app: Container) -> dict[str, int]:
    """Start every draft that is due at `now`: {"campaigns_started", "campaigns_held"}. One that fails stays due."""
    done = {"campaigns_started": 0, "campaigns_held": 0}
    for at, draft in app.drafts.due(now):
        with isolated.piece(f"campaign {draft}"):
            state = start_due_draft(draft, now, app, due=at)
            done["campaigns_started"] += state is DraftState.STARTED
            done["campaigns_held"] += state is DraftState.HELD
    return done


def start_due_draft(draft_id: str, now: datetime, app: Container, *, due: datetime | None = None) -> DraftState | None:
    """Start the draft if its time has come; the state in which this left it, None where there was nothing to do.

    `due` is the time of the line that named it, which is deleted once nothing is to be done for it any more.
    """
    draft = app.drafts.get(draft_id)
    if draft is None or draft.send_at is None or (due is not None and draft.send_at != due):
        if due is not None and due < now - STALE:
            app.drafts.forget_line(due, draft_id)
        return None
    match draft.state:
        case DraftState.SCHEDULED if draft.send_at <= now:
            claimed = _claim(draft, app)
            return None if claimed is None else _start(claimed, app)
        case DraftState.STARTING:
            return _start(draft, app)
        case DraftState.HELD:
            record_held(draft, app)  # the run that held it may have crashed before
            app.drafts.forget_due(draft)
        case DraftState.STARTED:
            app.drafts.close(draft)
    return None


def _claim(draft: Draft, app: Container) -> Draft | None:
    """The draft, which nobody can change from now on; None if somebody else was faster."""
    mailing = campaign_id(draft.campaign.name)
    claimed = replace(draft, state=DraftState.STARTING, mailing=mailing, version=draft.version + 1)
    return claimed if app.drafts.change(draft, claimed) else None


def _start(draft: Draft, app: Container) -> DraftState:
    try:
        prepared = prepare_campaign(draft.campaign, app, now=whole_seconds(app.now()))
        prepared.check()
    except Conflict as taken:
        return _hold(replace(draft, mailing=""), draft, str(taken), app)
    except InvalidInput as wrong:
        return _hold(draft, draft, str(wrong), app)
    if why := audience_changed(draft.readers, prepared):
        return _hold(draft, draft, why, app)
    launched = launch(from_whom(prepared, draft.origin), app)
    count("CampaignsStarted", int(launched.created))
    finish(draft, app)
    return DraftState.STARTED


def _hold(held: Draft, before: Draft, reason: str, app: Container) -> DraftState:
    held = replace(held, state=DraftState.HELD, reason=reason, version=before.version + 1)
    if app.drafts.change(before, held):
        record_held(held, app)
        app.drafts.forget_due(held)
    return DraftState.HELD


def record_held(draft: Draft, app: Container) -> None:
    """Record why a campaign did not start, and raise the alarm, once; called again after a crash."""
    if draft.send_at is not None and app.decisions.put(
        draft.send_at, campaign_id(draft.campaign.name), DraftState.HELD.value, draft.reason, replace=False
    ):
        count("MailingsHeld")
