"""What the buttons on the pages of a campaign do, by the value of `step`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from console.campaigns.forms import Said, form, preview, require_valid
from console.campaigns.input import require_right_to_change
from console.campaigns.views import view
from console.principal import Principal
from console.request import Request
from console.responses import clock, redirect
from newsletter.container import app
from newsletter.mailings.audience.check_rule import checked_rule
from newsletter.mailings.campaign import prepare_campaign, whole_audience
from newsletter.mailings.count_audience import ask_audience
from newsletter.mailings.drafts import edit_drafts, schedule
from newsletter.mailings.drafts.draft import Draft, DraftChanged, DraftState
from newsletter.mailings.drafts.try_out import send_test
from newsletter.mailings.mailing import campaign_id
from newsletter.platform.errors import InvalidInput
from newsletter.platform.times import whole_seconds
from newsletter.platform.web.answer import Answer
from newsletter.platform.words.said import say

Step = Callable[[Request, Principal, Draft], Answer]


def go_back(_request: Request, _who: Principal, draft: Draft) -> Answer:
    """To the page of the draft, for a button that is not known."""
    return redirect(f"/console/campaigns/{draft.id}")


def _save(_request: Request, _who: Principal, draft: Draft) -> Answer:
    return redirect(f"/console/campaigns/{draft.id}?done=saved")


def _edit(_request: Request, who: Principal, draft: Draft) -> Answer:
    return form(who, draft.campaign, draft.id, draft)


def _count(_request: Request, who: Principal, draft: Draft) -> Answer:
    today = app.now().astimezone(app.templates.publication.time_zone).date()
    rule = checked_rule(whole_audience(draft.campaign), app)
    count = ask_audience(rule, today, app, draft.campaign.again_of)
    return form(who, draft.campaign, draft.id, draft, Said(count=count))


def _mail(_request: Request, _who: Principal, draft: Draft) -> Answer:
    require_valid(draft.campaign)
    return view(draft.campaign, draft.campaign.language)


def _check(_request: Request, who: Principal, draft: Draft) -> Answer:
    return preview(who, draft)


def _test(request: Request, who: Principal, draft: Draft) -> Answer:
    to = request.field("to")
    send_test(draft.campaign, to.replace(";", ",").split(","), app, by=who.subject, now=app.now())
    return preview(who, draft, tested=to)


def _send(request: Request, who: Principal, draft: Draft) -> Answer:
    """In a minute. The same text sent twice under the same name, as by a double click, goes out once."""
    if draft.state is DraftState.SCHEDULED:
        return go_back(request, who, draft)
    now = whole_seconds(app.now())
    require_valid(draft.campaign)
    name = draft.campaign.name
    if name and app.mailings.get(campaign_id(name)) is not None:
        known = prepare_campaign(draft.campaign, app, now=now).mailing  # raises Conflict for another text
        edit_drafts.delete_draft(draft.id, app, draft.version)
        return redirect(f"/console/mailings/{known.id}?started=1")
    same = next((each for each in schedule.scheduled_drafts(app) if each.campaign == draft.campaign), None)
    if same:
        edit_drafts.delete_draft(draft.id, app, draft.version)
        return go_back(request, who, same)
    return _schedule(request, who, draft, now + schedule.UNDO, counted=True)


def _later(request: Request, who: Principal, draft: Draft) -> Answer:
    return _schedule(request, who, draft, _wanted(request))


def _schedule(request: Request, who: Principal, draft: Draft, at: datetime, *, counted: bool = False) -> Answer:
    seen = request.field("readers")
    readers = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else None
    by, now = who.name, whole_seconds(app.now())
    schedule.schedule_draft(draft.id, at, app, by=by, now=now, version=draft.version, readers=readers, counted=counted)
    return go_back(request, who, draft)


def _unschedule(_request: Request, who: Principal, draft: Draft) -> Answer:
    schedule.unschedule_draft(draft.id, app, by=who.name, now=whole_seconds(app.now()))
    return redirect(f"/console/campaigns/{draft.id}?done=unscheduled")


def _duplicate(_request: Request, who: Principal, draft: Draft) -> Answer:
    copy = edit_drafts.duplicate_draft(draft.id, app, by=who.name, now=whole_seconds(app.now()))
    return redirect(f"/console/campaigns/{copy.id}?done=duplicated")


def _delete(_request: Request, _who: Principal, draft: Draft) -> Answer:
    edit_drafts.delete_draft(draft.id, app, draft.version)
    return redirect("/console/campaigns?done=deleted")


def _restore(request: Request, who: Principal, draft: Draft) -> Answer:
    given = request.field("number")
    number = int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0
    now = whole_seconds(app.now())
    edit_drafts.restore_version(draft.id, number, app, by=who.name, now=now, version=draft.version)
    return redirect(f"/console/campaigns/{draft.id}?done=restored")


STEPS: Mapping[str, Step] = {
    "save": _save,
    "edit": _edit,
    "count": _count,
    "mail": _mail,
    "check": _check,
    "test": _test,
    "send": _send,
    "schedule": _later,
    "unschedule": _unschedule,
    "duplicate": _duplicate,
    "delete": _delete,
    "restore": _restore,
}
CHANGES = ("delete", "restore")
"""Those that change what is there, without sending it."""
LOOKED_AT = ("send", "schedule", "test", "delete")
"""Those for which a person has to have seen what stands there."""


def press(step: str, request: Request, who: Principal, draft: Draft, *, with_text: bool) -> Answer:
    """Do what the button says; `with_text`: its page had the text, which is saved by now.

    A page that was opened before somebody changed the campaign sends and deletes nothing. Raises what the steps raise.
    """
    if step in CHANGES:
        require_right_to_change(draft, who)
    if step in LOOKED_AT and not with_text and _is_stale(step, request, draft):
        return _look_again(step, who, draft)
    try:
        return STEPS.get(step, go_back)(request, who, draft)
    except DraftChanged as changed:  # in this very moment
        if with_text:
            raise
        now = changed.draft
        return _look_again(step, who, now) if now.state is DraftState.DRAFT else go_back(request, who, now)


def version_of(request: Request) -> int:
    """The version that the page showed; 0 if it says none, as the form of a new campaign."""
    number = request.field("version")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0


def _is_stale(step: str, request: Request, draft: Draft) -> bool:
    """Whether the page showed another version. The second press of a double click only finds its own campaign."""
    if version_of(request) in (0, draft.version):
        return False
    if draft.state is not DraftState.SCHEDULED:
        return draft.state.is_open
    if step != "schedule":
        return step != "send"
    try:
        return draft.send_at != _wanted(request)
    except InvalidInput:
        return True


def _look_again(step: str, who: Principal, draft: Draft) -> Answer:
    """The page as the campaign is now, and who changed it. Nothing was done."""
    said = {
        "version": say(
            "{who} changed this campaign after you opened the page, at {at}. Nothing was done; this is how it is now",
            who=draft.changed_by,
            at=clock(draft.changed_at),
        )
    }
    if step == "delete":
        return form(who, draft.campaign, draft.id, draft, Said(said, status=409))
    return preview(who, draft, errors=said)


def _wanted(request: Request) -> datetime:
    return local_time(request.field("date"), request.field("time"), app.templates.publication.time_zone)


def local_time(day: str, time: str, zone: ZoneInfo) -> datetime:
    """The moment that a form's date and time are in the zone. Raises InvalidInput on `send_at`."""
    try:
        local = datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=zone)
        moment = local.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidInput("send_at", say("give a date and a time, e.g. 2026-12-01 and 08:00")) from error
    if moment.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise InvalidInput("send_at", say("there is no {time} on that day: clocks are put forward", time=time))
    return moment
