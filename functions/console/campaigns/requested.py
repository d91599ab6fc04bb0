"""Campaigns that another system of the account asks for with an event of EventBridge.

The detail is what POST /campaigns takes, or `id` of a draft with what POST /campaigns/{campaign}/send takes. Events
come at least once, and what one asks for is done once: a campaign that starts at once is one by its name and text, and
a draft has an id made from that of the event.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from console import openapi
from console.campaigns.api import named
from console.campaigns.input import InvalidFields, Wish, campaign_of, wish_of
from console.description.check import MISSING, faults
from newsletter.container import app
from newsletter.mailings.campaign import Campaign, prepare_campaign
from newsletter.mailings.drafts import edit_drafts, schedule
from newsletter.mailings.drafts.draft import Draft, DraftState
from newsletter.mailings.drafts.origin import Origin
from newsletter.mailings.launch import from_whom, launch, require_audience
from newsletter.platform.errors import NewsletterError
from newsletter.platform.observability import count, logger
from newsletter.platform.times import parse_iso, whole_seconds
from newsletter.platform.web.request import read_json
from newsletter.platform.words.said import say

VIA = "event"


def start_requested(body: str) -> None:
    """Do what the event asks for. One that cannot be used is counted and raised, and nothing is done of it.

    Raises InvalidFields that names the fields, and what starting and scheduling a campaign raise.
    """
    line = None
    try:
        event, at = _read(body)
        by = f"event of {event['source']}"[:60]
        detail: dict[str, Any] = dict(event["detail"])
        is_draft = "id" in detail
        _check(detail, "When" if is_draft else "Campaign")
        act = say("campaign sent or scheduled") if is_draft else say("campaign requested by an event")
        line = app.audit.add(by, act, str(detail.get("id") or detail.get("name") or ""), app.now(), via=VIA)
        _send_draft(detail, by) if is_draft else _start(detail, _draft_id(event["id"], at), by)
    except NewsletterError as error:
        count("CampaignRequestsRefused")
        logger().error("request for a campaign refused", extra={"reason": str(error)})
        if line:
            app.audit.refuse(line, str(error) or type(error).__name__)
        raise


EVENT: dict[str, Any] = {
    "type": "object",
    "properties": {
        **{name: {"type": "string", "minLength": 1, "maxLength": 300} for name in ("id", "source")},
        "time": {"type": "string", "format": "date-time"},
        "detail": {"type": "object"},
    },
    "required": ["id", "source", "time", "detail"],
}
"""Of an event of EventBridge, what we read."""


def _read(body: str) -> tuple[Mapping[str, Any], datetime]:
    """The event and its time. Raises InvalidFields for what EventBridge would not have delivered."""
    try:
        event = read_json(body)
        json.dumps(event, ensure_ascii=False).encode()  # half of a surrogate pair is no character
    except (ValueError, RecursionError) as error:
        raise InvalidFields({"event": "not JSON in UTF-8"}) from error
    if wrong := faults(event, EVENT, {}):
        raise InvalidFields({name or "event": words for name, words in wrong.items()})
    return event, parse_iso(event["time"])


def _check(detail: Mapping[str, Any], schema: str) -> None:
    """Raises InvalidFields for what the API's description of that schema does not allow."""
    schemas = openapi.described()["schemas"]
    fields = {name: value for name, value in detail.items() if schema != "When" or name != "id"}
    wrong = faults(fields, schemas[schema], schemas)
    if schema == "When" and not (isinstance(detail["id"], str) and detail["id"]):
        wrong["id"] = MISSING if not detail["id"] else "give a text"
    if wrong:
        raise InvalidFields(wrong)


def _draft_id(event: str, at: datetime) -> str:
    return f"{at:%Y%m%d%H%M%S}-{hashlib.sha256(event.encode()).hexdigest()[:12]}"


def _start(detail: dict[str, Any], draft_id: str, by: str) -> None:
    now = whole_seconds(app.now())
    wish = wish_of(detail)
    campaign = campaign_of(detail, app)
    if wish.draft or wish.send_at:
        _keep(campaign, wish, app.drafts.get(draft_id), draft_id, by)
        return
    prepared = prepare_campaign(named(campaign, now), app, now=now)
    prepared.check()
    require_audience(wish.readers, prepared)
    count("CampaignsStarted", int(launch(from_whom(prepared, Origin(by)), app).created))


def _keep(campaign: Campaign, wish: Wish, there: Draft | None, draft_id: str, by: str) -> None:
    """A draft, or a campaign that goes out later. One that was kept before is left as people made it since."""
    now, readers = whole_seconds(app.now()), wish.readers
    if wish.send_at is None:
        if there is None:
            edit_drafts.create_draft(campaign, app, by=by, now=now, draft_id=draft_id)
    elif there is None:
        schedule.schedule_new(campaign, wish.send_at, app, by=by, now=now, readers=readers, draft_id=draft_id)
    elif there.state is DraftState.DRAFT and there.version == 1:  # a run that crashed left it
        schedule.schedule_draft(there.id, wish.send_at, app, by=by, now=now, version=there.version, readers=readers)


def _send_draft(detail: dict[str, Any], by: str) -> None:
    """Send it, or schedule it; again, nothing happens."""
    now = whole_seconds(app.now())
    wish = wish_of(detail)
    draft = edit_drafts.find_draft(detail["id"], app)
    if wish.send_at is None:
        # One that is open again after it was sent by this event is not possible: what is sent stays sent.
        version = wish.version if draft.state.is_open else None
        launched, _ = schedule.send_draft(draft.id, app, by=by, now=now, version=version, readers=wish.readers)
        count("CampaignsStarted", int(launched.created))
    elif draft.send_at != wish.send_at:
        version, readers = wish.version, wish.readers
        schedule.schedule_draft(draft.id, wish.send_at, app, by=by, now=now, version=version, readers=readers)
