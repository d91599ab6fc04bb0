"""A campaign's name, made from its subject where nobody gave one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

from newsletter.mailings.campaign import Campaign, validate_campaign
from newsletter.mailings.mailing import campaign_id
from newsletter.platform.errors import Conflict
from newsletter.platform.words.said import say

if TYPE_CHECKING:
    from datetime import datetime

    from newsletter.container import Container

MAX_NAME = 60
UNNAMED = "campaign"
"""For a subject without a letter or digit of the Latin alphabet."""
TRIES = 50
LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "đ": "d", "ł": "l", "þ": "th", "ð": "d"})


def name_from(subject: str, most: int = MAX_NAME) -> str:
    """`Kevään sparraukset!` becomes `kevaan-sparraukset`; cut between words where it is longer than `most`."""
    plain = unicodedata.normalize("NFKD", subject.casefold().translate(LETTERS)).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", plain)
    name = "-".join(words)
    if len(name) > most:
        name = name[: most + 1].rpartition("-")[0] or name[:most]
    return name or UNNAMED


def with_name(
    campaign: Campaign, app: Container, now: datetime, *, taken: Collection[str] = (), again: bool = False
) -> Campaign:
    """The campaign with a name: its own, else one made from the subject that no other campaign has, nor is in `taken`.

    With `again`, a campaign that was sent has its name once more, so that sending it twice sends it once. Raises
    Conflict when there are no names left, which takes fifty campaigns with one subject.
    """
    if campaign.name or not campaign.subject.strip():
        return campaign
    for number in range(1, TRIES + 1):
        ending = f"-{number}" if number > 1 else ""
        named = replace(campaign, name=name_from(campaign.subject, MAX_NAME - len(ending)) + ending)
        if named.name in taken:
            continue
        known = app.mailings.get(campaign_id(named.name))
        if known is None:
            return named
        if not again:
            continue
        mailing = validate_campaign(named, app.templates.publication, now)
        if replace(mailing, created_at=known.created_at) == known:
            return named
    raise Conflict(say("fifty campaigns have this subject; give this one a name"))
