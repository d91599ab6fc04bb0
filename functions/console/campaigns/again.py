"""Send a campaign again to those who did not click: in the API, and with the form on the page of its report."""

from __future__ import annotations

from console.campaigns.api import draft_answer, started
from console.campaigns.input import InvalidFields, wish_of
from console.principal import Principal
from console.request import Request
from console.responses import redirect
from newsletter.container import app
from newsletter.mailings.drafts import schedule
from newsletter.mailings.drafts.again import send_again
from newsletter.mailings.drafts.draft import DraftState
from newsletter.platform.times import whole_seconds
from newsletter.platform.web.answer import Answer


def api_send_again(request: Request, who: Principal, mailing: str) -> Answer:
    """Send it again at once; with `send_at` later, with `draft` keep it as a draft: 201."""
    data, now = request.json_object(), whole_seconds(app.now())
    wish = wish_of(data)
    subject, preheader = data.pop("subject", ""), data.pop("preheader", None) or ""
    errors = dict.fromkeys(data, "unknown field; is it misspelt?")
    errors |= {"version": "a new campaign has none"} if wish.version is not None else {}
    errors |= {
        name: "give a text"
        for name, text in (("subject", subject), ("preheader", preheader))
        if not isinstance(text, str)
    }
    if errors:
        raise InvalidFields(errors)
    if wish.send_at:
        schedule.require_time(wish.send_at, now)
    new_id = request.attempt.draft_id if request.attempt else ""
    draft = send_again(mailing, subject, app, by=who.name, now=now, preheader=preheader, draft_id=new_id)
    if wish.draft or (wish.send_at and draft.state is not DraftState.DRAFT):
        return draft_answer(201, draft)
    if wish.send_at:
        by, readers = who.name, wish.readers
        done = schedule.schedule_draft(
            draft.id, wish.send_at, app, by=by, now=now, version=draft.version, readers=readers
        )
        return draft_answer(201, done.draft, done.warnings)
    return started(*schedule.send_draft(draft.id, app, by=who.name, now=now, version=draft.version))


def press_send_again(request: Request, who: Principal, mailing: str) -> Answer:
    """The form on the report: a draft, to be looked at before it goes out."""
    now = whole_seconds(app.now())
    draft = send_again(mailing, request.field("subject"), app, by=who.name, now=now)
    return redirect(f"/console/campaigns/{draft.id}?done=again")
