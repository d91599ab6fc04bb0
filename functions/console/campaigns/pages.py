"""/console/campaigns: write campaigns, see them as readers will, try them out, send them now or later.

What is written is kept as a draft at every button, and while one types where the browser runs our script.
"""

from __future__ import annotations

from dataclasses import replace

from console.campaigns import live
from console.campaigns.audience import with_audience
from console.campaigns.forms import Said, form, preview, waiting
from console.campaigns.input import require_right_to_change, with_plain_newlines
from console.campaigns.steps import press, version_of
from console.campaigns.subjects import subjects_of
from console.principal import Principal
from console.request import Request
from console.responses import clock, redirect
from newsletter.container import app
from newsletter.mailings.campaign import Campaign
from newsletter.mailings.drafts import edit_drafts, schedule
from newsletter.mailings.drafts.draft import Draft, DraftChanged, DraftState
from newsletter.mailings.rendering.preflight import PreflightFailed
from newsletter.platform.errors import Conflict, InvalidForm, InvalidInput, LimitReached, NotFound, NotNow, text_of
from newsletter.platform.times import whole_seconds
from newsletter.platform.web.answer import Answer, json_answer
from newsletter.platform.words.said import say

TAKEN = say("A campaign of this name was sent with another text, or is scheduled; choose another name.")


def show_form(_request: Request, who: Principal) -> Answer:
    """An empty form. Its id makes a form that is sent twice one draft."""
    campaign = Campaign(name="", subject="", body="", language=app.templates.publication.languages[0])
    return form(who, campaign, edit_drafts.new_draft_id(app), None)


def show_one(request: Request, who: Principal, campaign: str) -> Answer:
    """The form of a draft; of a scheduled campaign when it goes out; of one that was sent its report."""
    draft = edit_drafts.find_draft(campaign, app)
    if draft.state is DraftState.STARTED:
        return redirect(f"/console/mailings/{draft.mailing}?started=1")
    if draft.state in (DraftState.SCHEDULED, DraftState.STARTING) and request.query("edit") != "1":
        return waiting(who, draft, request.query("done"))
    return form(who, draft.campaign, draft.id, draft, Said(done=request.query("done")))


def take_form(request: Request, who: Principal, campaign: str = "new") -> Answer:
    """Keep what is written, then do what the pressed button says (`step`)."""
    step = request.field("step") or "save"
    draft_id = campaign
    if campaign == "new":
        given = request.field("draft")
        draft_id = given if edit_drafts.DRAFT_ID.fullmatch(given) else edit_drafts.new_draft_id(app)
    written, mistyped = None, None
    if "body" in request.form:
        written, mistyped = with_audience(request, _written(request, draft_id))
    autosave = request.header("x-autosave") == "1"
    try:
        draft = _saved(request, who, draft_id, written)
        if autosave:
            return json_answer(200, {"id": draft.id, "version": draft.version, "saved": clock(draft.changed_at)})
        if mistyped:
            said = Said(mistyped.errors, status=422, mistyped=mistyped)
            return form(who, draft.campaign, draft_id, draft, said)
        return press(step, request, who, draft, with_text=written is not None)
    except DraftChanged as changed:
        if autosave:
            return json_answer(409, {"by": changed.draft.changed_by})
        return _conflict(who, written, changed.draft)
    except (InvalidInput, Conflict, LimitReached) as wrong:
        if isinstance(wrong, NotNow) or autosave:
            raise
        return _amiss(request, who, draft_id, written, wrong)


def show_preview(request: Request, who: Principal) -> Answer:
    """What is written, beside the form. Nothing is kept."""
    written, _ = with_audience(request, _written(request, request.field("draft")))
    return live.show(request, who, written)


def _saved(request: Request, who: Principal, draft_id: str, written: Campaign | None) -> Draft:
    """The draft with what the form says. A button of a page without the text changes nothing here."""
    if written is None:
        return edit_drafts.find_draft(draft_id, app)
    now = whole_seconds(app.now())
    try:
        there = edit_drafts.find_draft(draft_id, app)
    except NotFound:
        return edit_drafts.create_draft(written, app, by=who.name, now=now, draft_id=draft_id)
    if there.campaign == written or (
        written.name == "" and there.campaign == replace(written, name=there.campaign.name)
    ):
        return there  # a double click, or a form that was sent before
    require_right_to_change(there, who)
    # The form of a new campaign has an empty version, and what stands there by now is of somebody who was faster.
    version = version_of(request) if "version" in request.form else there.version
    return schedule.save_campaign(draft_id, written, app, by=who.name, now=now, version=version).draft


def _written(request: Request, draft_id: str) -> Campaign:
    """The form as a campaign; what the form does not ask for stays as it is in the draft."""
    before = app.drafts.get(draft_id) if edit_drafts.DRAFT_ID.fullmatch(draft_id) else None
    return replace(
        before.campaign if before else Campaign(name="", subject="", body="", language=""),
        name=request.field("name").strip(),
        subject=request.field("subject").strip(),
        preheader=request.field("preheader").strip(),
        language=request.field("language"),
        topics=tuple(dict.fromkeys(request.form.get("topics", ()))),
        offer=request.field("offer"),
        archive={"yes": True, "no": False}.get(request.field("archive")),
        body=with_plain_newlines(request.field("body")).strip(),
        ab=subjects_of(request),
    )


def _conflict(who: Principal, written: Campaign | None, draft: Draft) -> Answer:
    """Both texts: one's own in the form, and what the other one saved beside it."""
    edit_drafts.keep_version(draft, app)
    return form(who, written or draft.campaign, draft.id, draft, Said(other=draft, status=409))


def _amiss(request: Request, who: Principal, draft_id: str, written: Campaign | None, wrong: Exception) -> Answer:
    """The form with every fault at its field. What was written is kept all the same, where it can be."""
    draft = app.drafts.get(draft_id)
    campaign = written or (draft.campaign if draft else None)
    if campaign is None:
        raise wrong
    errors: dict[str, str]
    match wrong:
        case InvalidForm():
            errors = dict(wrong.errors)
        case InvalidInput():
            errors = {wrong.field: wrong.message}
        case Conflict():
            errors = {"name": TAKEN}
        case _:
            errors = {"to": say("There may be {error}.", error=text_of(wrong))}
    if draft is not None and errors.keys() & {"to", "send_at"}:
        return preview(who, draft, errors=errors, typed=request.field("to"))
    status = 409 if isinstance(wrong, Conflict) else 422
    faults = tuple(wrong.faults) if isinstance(wrong, PreflightFailed) else ()
    return form(who, campaign, draft_id, draft, Said(errors, faults, status=status))
