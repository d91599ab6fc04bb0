"""/api/v1/campaigns: send campaigns at once or later, keep drafts of them, and send test mails."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from console.campaigns.input import campaign_of, require_right_to_change, wish_of
from console.principal import Principal
from console.request import Request
from newsletter.container import app
from newsletter.mailings.campaign import Campaign, campaign_faults, prepare_campaign
from newsletter.mailings.drafts import edit_drafts, schedule
from newsletter.mailings.drafts.draft import Draft, DraftState, campaign_values
from newsletter.mailings.drafts.names import with_name
from newsletter.mailings.drafts.origin import Origin
from newsletter.mailings.drafts.try_out import send_test
from newsletter.mailings.launch import Launched, from_whom, launch, require_audience
from newsletter.platform.observability import count
from newsletter.platform.times import iso, whole_seconds
from newsletter.platform.web.answer import Answer, json_answer
from newsletter.reports.descriptions import mailing_as_json


def start(request: Request, who: Principal) -> Answer:
    """Start a campaign: 201 if it starts now, 200 if it was started before. With `send_at` schedule it, with `draft`
    keep it: 201.
    """
    data, now = request.json_object(), whole_seconds(app.now())
    wish = wish_of(data)
    campaign = campaign_of(data, app)
    new_id = request.attempt.draft_id if request.attempt else ""
    if wish.draft:
        return draft_answer(201, edit_drafts.create_draft(campaign, app, by=who.name, now=now, draft_id=new_id))
    if wish.send_at:
        scheduled = schedule.schedule_new(
            campaign, wish.send_at, app, by=who.name, now=now, readers=wish.readers, draft_id=new_id
        )
        return draft_answer(201, scheduled.draft, scheduled.warnings)
    prepared = prepare_campaign(named(campaign, now), app, now=now)
    prepared.check()
    require_audience(wish.readers, prepared)
    return started(launch(from_whom(prepared, Origin(who.name)), app), prepared.faults)


def list_all(request: Request, _who: Principal) -> Answer:
    """A page of campaigns that were not sent yet, the newest first."""
    limit = request.limit()
    drafts, cursor = edit_drafts.list_drafts(app, cursor=request.query("cursor"), limit=limit)
    return json_answer(200, {"campaigns": [draft_as_json(draft) for draft in drafts], "cursor": cursor or None})


def show(_request: Request, _who: Principal, campaign: str) -> Answer:
    """One campaign, sent or not."""
    return draft_answer(200, edit_drafts.find_draft(campaign, app))


def put(request: Request, who: Principal, campaign: str) -> Answer:
    """Replace what a draft says, and when it goes out if `send_at` is there."""
    data, now = request.json_object(), whole_seconds(app.now())
    takes_back = "send_at" in data and data["send_at"] is None
    wish = wish_of(data, request.header("if-match"))
    text = campaign_of(data, app)
    version = wish.version
    before = edit_drafts.open_draft(campaign, app, version)
    require_right_to_change(before, who)
    if version is None and not who.may_send:
        version = before.version  # nobody may schedule it between this look and the change
    text = replace(text, again_of=before.campaign.again_of)
    by = who.name
    moved = wish.send_at if wish.send_at != before.send_at else None
    if takes_back and before.state is DraftState.SCHEDULED:
        version = schedule.unschedule_draft(campaign, app, by=by, now=now, version=before.version).version
    done = schedule.save_campaign(
        campaign, text, app, by=by, now=now, version=version, send_at=moved, readers=wish.readers
    )
    return draft_answer(200, done.draft, done.warnings)


def delete(request: Request, who: Principal, campaign: str) -> Answer:
    """Delete a draft."""
    wish = wish_of({}, request.header("if-match"))
    found = app.drafts.get(campaign) if edit_drafts.DRAFT_ID.fullmatch(campaign) else None
    if found:
        require_right_to_change(found, who)
    edit_drafts.delete_draft(campaign, app, found.version if found and wish.version is None else wish.version)
    return Answer(204, json_answer(200, {}).headers)


def send(request: Request, who: Principal, campaign: str) -> Answer:
    """Send a draft at once; with `send_at` then."""
    data, now = _optional_object(request), whole_seconds(app.now())
    wish = wish_of(data, request.header("if-match"))
    if wish.send_at:
        by, version = who.name, wish.version
        done = schedule.schedule_draft(
            campaign, wish.send_at, app, by=by, now=now, version=version, readers=wish.readers
        )
        return draft_answer(200, done.draft, done.warnings)
    by, version, readers = who.name, wish.version, wish.readers
    return started(*schedule.send_draft(campaign, app, by=by, now=now, version=version, readers=readers))


def unschedule(request: Request, who: Principal, campaign: str) -> Answer:
    """Take a scheduled campaign back."""
    version = wish_of({}, request.header("if-match")).version
    now = whole_seconds(app.now())
    return draft_answer(200, schedule.unschedule_draft(campaign, app, by=who.name, now=now, version=version))


def test(request: Request, who: Principal, campaign: str) -> Answer:
    """Queue a test mail of it to a few addresses."""
    data = request.json_object()
    to, language, name = data["to"], data.get("language", ""), data.get("name", "")
    found = edit_drafts.find_draft(campaign, app).campaign
    mail_id = request.attempt.nonce if request.attempt else ""
    tried = send_test(found, to, app, by=who.subject, now=app.now(), language=language, name=name, mail_id=mail_id)
    subjects = [mail.variant.subject for mail in tried.mails]
    said = {"to": list(tried.mails[0].to), "subject": subjects[0], "subjects": subjects}
    return json_answer(202, said | {"warnings": [str(fault) for fault in tried.faults]})


def duplicate(request: Request, who: Principal, campaign: str) -> Answer:
    """A new draft with the same text."""
    copy_id = request.attempt.draft_id if request.attempt else ""
    now = whole_seconds(app.now())
    return draft_answer(201, edit_drafts.duplicate_draft(campaign, app, by=who.name, now=now, copy_id=copy_id))


def list_versions(_request: Request, _who: Principal, campaign: str) -> Answer:
    """What a draft says and said before, the newest first."""
    versions = [
        {
            "version": each.version,
            "changed_at": iso(each.changed_at),
            "changed_by": each.changed_by,
            **campaign_values(each.campaign),
        }
        for each in edit_drafts.versions_of(campaign, app)
    ]
    return json_answer(200, {"versions": versions})


def draft_answer(status: int, draft: Draft, warnings: tuple[object, ...] = ()) -> Answer:
    """A campaign that is not sent; its version is the ETag too."""
    headers = {"ETag": f'"{draft.version}"', "Location": f"/api/v1/campaigns/{draft.id}"}
    body = {"campaign": draft_as_json(draft), "warnings": [str(fault) for fault in warnings]}
    return json_answer(status, body, headers)


def draft_as_json(draft: Draft) -> dict[str, Any]:
    """A campaign with where it stands; `problems` say what keeps it from being sent, by field."""
    problems = campaign_faults(draft.campaign, app.templates.publication) if draft.state.is_open else {}
    if not draft.campaign.name:
        problems.pop("name", None)  # it is made from the subject
    return {
        "id": draft.id,
        "state": draft.state,
        "version": draft.version,
        **campaign_values(draft.campaign),
        "send_at": iso(draft.send_at) if draft.send_at else None,
        "readers": draft.readers,
        "created_at": iso(draft.created_at),
        "changed_at": iso(draft.changed_at),
        "changed_by": draft.changed_by,
        "reason": draft.reason,
        "mailing": draft.mailing or None if draft.state is DraftState.STARTED else None,
        "problems": problems,
    }


def named(campaign: Campaign, now: datetime) -> Campaign:
    """The campaign with a name made from its subject, if it has none. One with other faults gets none."""
    faults = campaign_faults(campaign, app.templates.publication)
    return (
        with_name(campaign, app, now, again=True)
        if faults.keys() <= {"name"}
        else replace(campaign, name=campaign.name or "x")
    )


def started(launched: Launched, faults: tuple[object, ...]) -> Answer:
    """A campaign that is a mailing now: 201, or 200 if it was one before."""
    count("CampaignsStarted", int(launched.created))
    location = f"/api/v1/mailings/{launched.mailing.id}"
    body = {"mailing": mailing_as_json(launched.mailing), "warnings": [str(fault) for fault in faults]}
    return json_answer(201 if launched.created else 200, body, {"Location": location})


def _optional_object(request: Request) -> dict[str, Any]:
    return request.json_object() if request.body.strip() else {}
