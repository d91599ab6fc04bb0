"""Send a campaign again to those who did not click: in the API, and with the form on the page of its report."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from console.campaigns.api import draft_answer, started
from console.campaigns.input import InvalidFields, Wish, wish_of
from console.principal import Principal
from console.request import Request
from console.responses import redirect
from newsletter.container import app
from newsletter.mailings.drafts import edit_drafts, schedule
from newsletter.mailings.drafts.again import send_again
from newsletter.mailings.drafts.draft import Draft, DraftState
from newsletter.platform.errors import NewsletterError
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
    try:
        return _send(draft, wish, who.name, now)
    except NewsletterError:
        with suppress(NewsletterError):  # nobody asked for a draft, and it would keep another try out
            edit_drafts.delete_draft(draft.id, app, draft.version)
        raise


def _send(draft: Draft, wish: Wish, by: str, now: datetime) -> Answer:
    version, readers = draft.version, wish.readers
    if wish.send_at:
        done = schedule.schedule_draft(draft.id, wish.send_at, app, by=by, now=now, version=version, readers=readers)
        return draft_answer(201, done.draft, done.warnings)
    return started(*schedule.send_draft(draft.id, app, by=by, now=now, version=version, readers=readers))


def press_send_again(request: Request, who: Principal, mailing: str) -> Answer:
    """The form on the report: a draft, to be looked at before it goes out."""
    now = whole_seconds(app.now())
    draft = send_again(mailing, request.field("subject"), app, by=who.name, now=now)
    return redirect(f"/console/campaigns/{draft.id}?done=again")
