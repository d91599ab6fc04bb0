"""Write, change, list, duplicate and delete drafts of campaigns."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from newsletter.mailings.campaign import Campaign
from newsletter.mailings.drafts.draft import (
    Draft,
    DraftChanged,
    DraftState,
    DraftVersion,
    require_storable,
    started_draft,
)
from newsletter.platform.errors import InvalidInput, NotFound, NotNow
from newsletter.platform.words.said import say

if TYPE_CHECKING:
    from newsletter.container import Container

DRAFT_ID = re.compile(r"[0-9]{14}-[0-9a-f]{12}")
"""When it was made, so that ids sort by time, and something that nobody guesses."""
MAX_KEPT = 30
"""Earlier versions of a draft that are kept."""
KEEP_EVERY = timedelta(minutes=10)
"""While one person writes, what is saved again and again is kept as an earlier version so often."""
CLOSED = {
    DraftState.STARTING: say("this campaign is starting; it cannot be changed any more, but it can be duplicated"),
    DraftState.STARTED: say("this campaign is started; it cannot be changed any more, but it can be duplicated"),
}
"""Why a campaign cannot be changed."""


def new_draft_id(app: Container) -> str:
    """The id for a draft that is begun now."""
    return f"{app.now():%Y%m%d%H%M%S}-{app.nonce()[:12]}"


def create_draft(campaign: Campaign, app: Container, *, by: str, now: datetime, draft_id: str = "") -> Draft:
    """Keep a new draft, whatever it lacks. With the id of a form, a form that is sent twice makes one draft.

    Raises InvalidForm for fields that are too long, DraftChanged when the id has another text.
    """
    require_storable(campaign)
    draft = Draft(draft_id or new_draft_id(app), campaign, 1, now, now, by)
    if not DRAFT_ID.fullmatch(draft.id):
        raise NotFound(f"a campaign {draft.id}")
    if app.drafts.create(draft):
        return draft
    there = find_draft(draft.id, app)
    if there.campaign != campaign:
        raise DraftChanged(there)
    return there


def find_draft(draft: str, app: Container) -> Draft:
    """The draft of that id, or a campaign that was sent, by the id of its mailing. Raises NotFound."""
    if DRAFT_ID.fullmatch(draft):
        found = app.drafts.get(draft)
    else:
        mailing = app.mailings.get(draft) if draft.startswith("campaign-") else None
        found = started_draft(mailing) if mailing else None
    if found is None:
        raise NotFound(f"a campaign {draft}")
    return found


def open_draft(draft: str, app: Container, version: int | None = None) -> Draft:
    """A draft that can be changed, in that version if one is given. Raises NotFound, NotNow, DraftChanged."""
    found = find_draft(draft, app)
    if not found.state.is_open:
        raise NotNow(CLOSED[found.state])
    if version is not None and version != found.version:
        raise DraftChanged(found)
    return found


def list_drafts(app: Container, *, cursor: str, limit: int) -> tuple[list[Draft], str]:
    """Campaigns that were not sent, the newest first, and the cursor of the next page; empty at the end.

    Raises InvalidInput for an invalid cursor.
    """
    if cursor and not DRAFT_ID.fullmatch(cursor):
        raise InvalidInput("cursor", say("give `cursor` of the page before"))
    return app.drafts.page(cursor, limit)


def save_draft(draft: str, campaign: Campaign, app: Container, *, by: str, now: datetime, version: int | None) -> Draft:
    """Replace what stands in a draft; what stood there is kept as an earlier version.

    Without `version` it is replaced whatever it is by now. Raises InvalidForm for fields that are too long, NotFound,
    NotNow, and DraftChanged when it is of another version: then nothing was saved.
    """
    require_storable(campaign)
    before = open_draft(draft, app, version)
    if before.campaign == campaign:
        return before
    after = with_history(before, replace(before, campaign=campaign), app, by=by, now=now, always=version is None)
    return changed(before, after, app, by=by, now=now)


def with_history(before: Draft, after: Draft, app: Container, *, by: str, now: datetime, always: bool = False) -> Draft:
    """Keep the text of `before` as an earlier version, unless the same person wrote it within minutes of the last."""
    last = app.drafts.version(before.id, before.kept[-1]) if before.kept else None
    since = last.changed_at if last else before.created_at
    if not (always or before.changed_by != by or now - since >= KEEP_EVERY):
        return after
    app.drafts.keep(before)
    kept = tuple(dict.fromkeys((*before.kept, before.version)))
    for old in kept[:-MAX_KEPT]:
        app.drafts.drop_version(before.id, old)
    return replace(after, kept=kept[-MAX_KEPT:])


def keep_version(draft: Draft, app: Container) -> None:
    """Keep what a draft says as an earlier version, before a person is asked to replace it; twice, it is kept once."""
    app.drafts.keep(draft)


def changed(before: Draft, after: Draft, app: Container, *, by: str, now: datetime) -> Draft:
    """Store a change as the next version. Raises DraftChanged when somebody else was faster."""
    same = replace(after.campaign, name=before.campaign.name) == before.campaign
    who, at = (before.origin.written_by, before.origin.written_at) if same else (by, now)
    after = replace(after, version=before.version + 1, changed_at=now, changed_by=by, written_by=who, written_at=at)
    if not app.drafts.change(before, after):
        raise DraftChanged(find_draft(before.id, app))
    return after


def duplicate_draft(draft: str, app: Container, *, by: str, now: datetime, copy_id: str = "") -> Draft:
    """A new draft with the text of a draft, or of a campaign that was sent, without its name. Raises NotFound.

    A copy of one that was sent again goes to the whole audience: nothing is sent again twice. Asked for twice with one
    `copy_id`, there is one copy.
    """
    there = app.drafts.get(copy_id) if copy_id else None
    if there:
        return there
    campaign = replace(find_draft(draft, app).campaign, name="", again_of="")
    return create_draft(campaign, app, by=by, now=now, draft_id=copy_id)


def delete_draft(draft: str, app: Container, version: int | None = None) -> None:
    """Delete a draft with its earlier versions; one that was scheduled does not go out. Raises as `open_draft`."""
    try:
        found = open_draft(draft, app, version)
    except NotFound:
        if DRAFT_ID.fullmatch(draft):
            app.drafts.purge(draft)  # what a crash has left
        raise
    if not app.drafts.delete(found):
        raise DraftChanged(find_draft(draft, app))


def versions_of(draft: str, app: Container) -> list[DraftVersion]:
    """What stands in a draft, then its earlier versions, the newest first. Raises NotFound."""
    found = find_draft(draft, app)
    present = DraftVersion(found.version, found.campaign, found.changed_at, found.changed_by)
    return [present, *(each for each in app.drafts.versions(found.id) if each.version < found.version)]


def restore_version(draft: str, number: int, app: Container, *, by: str, now: datetime, version: int | None) -> Draft:
    """Let a draft say again what it said in an earlier version; what it says now is kept. Raises as `save_draft`."""
    earlier = app.drafts.version(draft, number)
    if earlier is None:
        raise NotFound(f"version {number} of campaign {draft}")
    before = open_draft(draft, app, version)
    if before.state is DraftState.SCHEDULED:
        raise NotNow(say("this campaign is scheduled; take it back before you restore an earlier version"))
    after = with_history(before, replace(before, campaign=earlier.campaign), app, by=by, now=now, always=True)
    return changed(before, after, app, by=by, now=now)
