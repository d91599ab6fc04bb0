"""Schedule a draft, take it back, send it at once.

A draft is claimed before it is started: from then on it cannot be changed, and whoever finds it so starts it. Starting
a campaign of one name twice starts it once (launch.py), so that a crash at any line is mended by the next run.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from newsletter.mailings.campaign import Campaign, prepare_campaign, require_mailings, validate_campaign, whole_audience
from newsletter.mailings.count_audience import count_audience
from newsletter.mailings.drafts.draft import Draft, DraftState, require_storable
from newsletter.mailings.drafts.edit_drafts import (
    changed,
    create_draft,
    find_draft,
    open_draft,
    save_draft,
    with_history,
)
from newsletter.mailings.drafts.names import with_name
from newsletter.mailings.experiments.send_again import require_first_again
from newsletter.mailings.launch import Launched, from_whom, launch, prepare, require_audience
from newsletter.mailings.mailing import campaign_id
from newsletter.mailings.rendering.preflight import Fault, PreflightFailed, preflight_campaign
from newsletter.platform.errors import Conflict, InvalidInput, NotNow
from newsletter.platform.messages import StartCampaign
from newsletter.platform.words.said import say

if TYPE_CHECKING:
    from newsletter.container import Container

FARTHEST = timedelta(days=366)
UNDO = timedelta(minutes=1)
"""Between the button "Send now" and the start, so that it can be undone."""
WOKEN = timedelta(minutes=15)
"""A start that is nearer is woken by the queue; a later one waits for the tick, which comes every five minutes."""


@dataclass(frozen=True)
class Scheduled:
    """A draft with its time, and what preflight warns of."""

    draft: Draft
    warnings: tuple[Fault, ...]


def check_campaign(campaign: Campaign, app: Container, now: datetime) -> tuple[Fault, ...]:
    """Preflight's warnings. Raises InvalidForm for wrong fields, PreflightFailed when the mail could not be sent."""
    mailing = validate_campaign(campaign, app.templates.publication, now)
    faults = tuple(preflight_campaign(mailing, app.templates))
    require_first_again(mailing, app)
    require_mailings(campaign, app, later=True)
    if any(fault.blocks for fault in faults):
        raise PreflightFailed(list(faults))
    return faults


def schedule_draft(
    draft: str,
    send_at: datetime,
    app: Container,
    *,
    by: str,
    now: datetime,
    version: int | None = None,
    readers: int | None = None,
    counted: bool = False,
) -> Scheduled:
    """Let a draft start at `send_at`, or at another time than before.

    `readers` is the audience that a person was shown: if it differs by more than a tenth when it goes, it is held. With
    `counted`, one that nobody would get now is refused. Raises InvalidInput that names the field, PreflightFailed,
    Conflict for a name that is taken, NotFound, NotNow, DraftChanged.
    """
    before = open_draft(draft, app, version)
    after = replace(before, send_at=send_at, readers=readers, sent_by=by)
    return _scheduled(before, after, app, by=by, now=now, counted=counted)


def save_campaign(
    draft: str,
    campaign: Campaign,
    app: Container,
    *,
    by: str,
    now: datetime,
    version: int | None,
    send_at: datetime | None = None,
    readers: int | None = None,
) -> Scheduled:
    """Replace what a draft says; a scheduled one stays scheduled, and must be fit to go out. With `send_at` it is
    scheduled then. `readers` is as in `schedule_draft`; without it, another audience of a scheduled one is counted.

    Raises as `save_draft`, and for a scheduled one as `schedule_draft`; then nothing is saved.
    """
    before = open_draft(draft, app, version)
    if send_at is None:
        if before.state is not DraftState.SCHEDULED or before.send_at is None:
            return Scheduled(save_draft(draft, campaign, app, by=by, now=now, version=version), ())
        if before.send_at <= now:
            raise NotNow(say("this campaign is about to start; it cannot be changed any more"))
    require_storable(campaign)
    if readers is None and whole_audience(campaign) == whole_audience(before.campaign):
        readers = before.readers
    elif readers is None and before.readers is not None:
        today, again_of = now.astimezone(app.publication.time_zone).date(), campaign.again_of
        readers = count_audience(whole_audience(campaign), today, app, capped=True, again_of=again_of).about
    after = replace(
        before,
        campaign=campaign,
        send_at=send_at or before.send_at,
        readers=readers,
        sent_by=by if send_at else before.sent_by,
    )
    return _scheduled(before, after, app, by=by, now=now)


def _scheduled(
    before: Draft, after: Draft, app: Container, *, by: str, now: datetime, counted: bool = False
) -> Scheduled:
    if after.send_at is not None:
        require_time(after.send_at, now)
    said = _ready(after.campaign, app, now, but=before.id)
    after = replace(after, campaign=said, state=DraftState.SCHEDULED, reason="")
    if counted:
        prepared = prepare_campaign(said, app, now=now)
        prepared.check()
        warnings = prepared.faults
    else:
        warnings = check_campaign(said, app, now)
    _require_free_name(said, before, app)
    if said != before.campaign:
        after = with_history(before, after, app, by=by, now=now)
    scheduled = changed(before, after, app, by=by, now=now)
    wake(scheduled, app, now)
    return Scheduled(scheduled, warnings)


def schedule_new(
    campaign: Campaign,
    send_at: datetime,
    app: Container,
    *,
    by: str,
    now: datetime,
    readers: int | None = None,
    draft_id: str = "",
) -> Scheduled:
    """Keep a campaign that starts at `send_at`. Raises as `schedule_draft`; then nothing is kept.

    Asked for again with the same `draft_id`, what a crash has left of the first time is completed.
    """
    there = app.drafts.get(draft_id) if draft_id else None
    if there and there.state is DraftState.DRAFT:
        return schedule_draft(there.id, send_at, app, by=by, now=now, version=there.version, readers=readers)
    if there:
        wake(there, app, now)
        return Scheduled(there, ())
    require_time(send_at, now)
    said = _ready(campaign, app, now)
    check_campaign(said, app, now)
    _require_free_name(said, None, app)
    draft = create_draft(said, app, by=by, now=now, draft_id=draft_id)
    return schedule_draft(draft.id, send_at, app, by=by, now=now, version=draft.version, readers=readers)


def unschedule_draft(draft: str, app: Container, *, by: str, now: datetime, version: int | None = None) -> Draft:
    """Take a campaign back before it starts; it is a draft again. Done twice it is taken back once.

    Raises NotFound, DraftChanged, and NotNow when it has started.
    """
    before = open_draft(draft, app, version)
    if before.state is DraftState.DRAFT:
        return before
    after = replace(before, state=DraftState.DRAFT, send_at=None, reason="", readers=None, sent_by="")
    return changed(before, after, app, by=by, now=now)


def send_draft(
    draft: str,
    app: Container,
    *,
    by: str,
    now: datetime,
    version: int | None = None,
    readers: int | None = None,
) -> tuple[Launched, tuple[Fault, ...]]:
    """Start a draft at once; again, nothing is sent again. Also preflight's warnings.

    `readers` is the audience that a person was shown. Raises InvalidInput that names the field, PreflightFailed,
    EmptyAudience, Conflict for a name that is taken, NotFound, NotNow (also for another audience), DraftChanged.
    """
    before = find_draft(draft, app)
    if before.state.is_open:
        before = open_draft(draft, app, version)
        said = _ready(before.campaign, app, now, but=draft)
        prepared = prepare_campaign(said, app, now=now)
        prepared.check()
        require_audience(readers, prepared)
        _require_free_name(said, before, app)
        claimed = replace(before, campaign=said, state=DraftState.STARTING, send_at=now, reason="", readers=None)
        claimed = replace(claimed, mailing=campaign_id(said.name), sent_by=by)
        before = changed(before, claimed, app, by=by, now=now)
    elif before.state is DraftState.STARTED:
        mailing = app.mailings.get(before.mailing)
        if mailing is None:
            raise NotNow(say("this campaign was started as {mailing}", mailing=before.mailing))
        prepared = prepare(mailing, app)
    else:
        prepared = prepare_campaign(before.campaign, app, now=now)
    launched = launch(from_whom(prepared, before.origin), app)
    finish(before, app)
    return launched, prepared.faults


def finish(draft: Draft, app: Container) -> None:
    """Note that a claimed draft is a mailing now; doing it twice is harmless."""
    if draft.state is DraftState.STARTING:
        app.drafts.change(draft, replace(draft, state=DraftState.STARTED, version=draft.version + 1))


def wake(draft: Draft, app: Container, now: datetime) -> None:
    """Have the queue start a draft whose time is near. A message that is lost costs minutes: the tick starts it."""
    if draft.send_at is not None and draft.send_at - now < WOKEN:
        seconds = math.ceil((draft.send_at - now).total_seconds()) + 2
        app.queues.send(app.queues.plan, StartCampaign(draft.id), delay=max(seconds, 0))


def require_time(send_at: datetime, now: datetime) -> None:
    """Raises InvalidInput on `send_at` for a time that is over, or too far away to be meant."""
    if send_at <= now:
        raise InvalidInput("send_at", say("is over already; give a later time, or send it at once"))
    if send_at - now > FARTHEST:
        raise InvalidInput("send_at", say("is more than a year away; give an earlier time"))


def _ready(campaign: Campaign, app: Container, now: datetime, *, but: str = "") -> Campaign:
    """The campaign with its name. Raises InvalidForm for wrong fields."""
    if campaign.name or not campaign.subject.strip():
        return campaign
    # A campaign with other faults gets no name yet: its text cannot be compared with those that were sent.
    validate_campaign(replace(campaign, name="x"), app.templates.publication, now)
    taken = {each.campaign.name for each in scheduled_drafts(app) if each.id != but}
    return with_name(campaign, app, now, taken=taken)


def _require_free_name(campaign: Campaign, draft: Draft | None, app: Container) -> None:
    """Raises Conflict when another campaign has the name, NotNow when this very draft was started under it before."""
    mailing = app.mailings.get(campaign_id(campaign.name))
    if draft is not None and draft.mailing:
        started = mailing if draft.mailing == campaign_id(campaign.name) else app.mailings.get(draft.mailing)
        if started is not None:
            # It was held by one run while another started it.
            app.drafts.change(draft, replace(draft, state=DraftState.STARTED, reason="", version=draft.version + 1))
            raise NotNow(say("this campaign was started as {mailing}", mailing=draft.mailing))
    if mailing is not None:
        raise Conflict(
            say("{mailing}: a campaign of this name was sent before; choose another name", mailing=mailing.id)
        )
    if any(
        each.campaign.name == campaign.name and (draft is None or each.id != draft.id) for each in scheduled_drafts(app)
    ):
        raise Conflict(
            say("another campaign that is scheduled has the name {name}; choose another name", name=campaign.name)
        )


def scheduled_drafts(app: Container) -> list[Draft]:
    """Drafts that start later by themselves, the earliest first."""
    found = [(at, app.drafts.get(draft)) for at, draft in app.drafts.due()]
    going = [(at, draft) for at, draft in found if draft is not None and draft.state is DraftState.SCHEDULED]
    return [draft for at, draft in going if draft.send_at == at]
