"""A draft that sends a campaign again, to those who got it and did not click."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.mailings.campaign import validate_campaign
from newsletter.mailings.drafts.draft import Draft, campaign_of_mailing
from newsletter.mailings.drafts.edit_drafts import create_draft, new_draft_id
from newsletter.mailings.drafts.names import MAX_NAME
from newsletter.mailings.experiments.send_again import first_mailing, require_another_subject
from newsletter.platform.errors import Conflict
from newsletter.platform.words.said import say

if TYPE_CHECKING:
    from newsletter.container import Container

ENDING = "-again"


def send_again(
    mailing: str,
    subject: str,
    app: Container,
    *,
    by: str,
    now: datetime,
    preheader: str = "",
    draft_id: str = "",
) -> Draft:
    """A draft with the campaign's text and another subject; without `preheader` it has that of the first one.

    A campaign has one such draft, until it is deleted: the second is refused. It stays out of the archive, which has
    the text already. Asked for twice with one `draft_id`, there is one draft. Raises InvalidInput that names the field,
    and as `first_mailing`.
    """
    there = app.drafts.get(draft_id) if draft_id else None
    if there:
        return there
    first = first_mailing(mailing, app, now=now)
    before = app.experiments.again_draft(first.id)
    if before and app.drafts.get(before) is not None:
        raise Conflict(
            say(
                "{mailing} is to be sent again by the campaign {draft}; that is done once",
                mailing=first.id,
                draft=before,
            )
        )
    name = first.id.removeprefix("campaign-")[: MAX_NAME - len(ENDING)] + ENDING
    campaign = replace(
        campaign_of_mailing(first),
        name=name,
        subject=subject.strip(),
        preheader=preheader.strip() or first.preheader,
        archive=False,
        ab=None,
        again_of=first.id,
    )
    require_another_subject(validate_campaign(campaign, app.templates.publication, now), first)
    draft = draft_id or new_draft_id(app)
    if not app.experiments.claim_draft(first.id, draft, before):
        raise Conflict(say("{mailing} is being sent again by somebody else; that is done once", mailing=first.id))
    return create_draft(campaign, app, by=by, now=now, draft_id=draft)
