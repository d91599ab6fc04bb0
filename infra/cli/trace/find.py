"""Whose story is asked for: an id by its look, and whether anything is kept under it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from cli.faults import Fault
from cli.trace.story import Kind
from newsletter.mailings.planning.batches import RESEND_SUFFIX
from newsletter.readers.manage.find import SUBSCRIBER_ID

if TYPE_CHECKING:
    from newsletter.container import Container
    from newsletter.mailings.planning.batches import Batch

LEAD_ID = re.compile(r"[a-z2-7]{16}", re.ASCII)
EVENT_ID = re.compile(r"([a-z2-7]{16})-[0-9]{1,6}(?:-[0-9]+)?", re.ASCII)
"""The id of a webhook: that of its lead, and a number."""
BETWEEN = re.compile(r"[/# ]")
"""Between a mailing and its batch."""
PLANNED_BATCH = re.compile(r"([a-z2-7])([0-9]{1,6})-[a-z0-9-]*[0-9]+", re.ASCII)
"""The id of a batch that was planned: shard, page, perhaps the arm of a test, number."""
SEARCHED = 50
"""Mailings that are searched for a batch without its mailing, the newest first."""
MOST = 200
"""Characters of an id."""
LOOKS = (
    "a subscriber (26 letters a to z and digits 2 to 7; `newsletter subscribers show ADDRESS` says it), a lead (16 of "
    "them; `newsletter leads list`), a mailing (such as digest-2026-W48, campaign-kevat or welcome; "
    "`newsletter mailing list`), or a batch with its mailing (such as digest-2026-W48/a0-0; "
    "`newsletter mailing show ID --recipients`)"
)
Found = tuple[Kind, str, str]
"""What it is, its id, and of a batch its mailing."""


def find(text: str, app: Container, now: datetime) -> Found:
    """What the id belongs to. Raises Fault that says which kinds of ids there are, and how they look."""
    text = text.strip()
    if "@" in text or "%40" in text:
        raise Fault(
            "an address is no id, and trace prints none: `newsletter subscribers show ADDRESS` shows a reader with "
            "their id, which trace takes"
        )
    if not text or len(text) > MOST:
        raise Fault(f"give the id of {LOOKS}")
    event = EVENT_ID.fullmatch(text)
    if SUBSCRIBER_ID.fullmatch(text):
        if app.subscribers.profile(text) or app.sign_ups.kept(text, now):
            return Kind.SUBSCRIBER, text, ""
    elif LEAD_ID.fullmatch(text) or event:
        lead = event[1] if event else text
        if app.leads.get(lead):
            return Kind.LEAD, lead, ""
    if app.mailings.get(text):
        return Kind.MAILING, text, ""
    return _batch(text, app)


def _batch(text: str, app: Container) -> Found:
    mailing, between, batch = _split(text)
    if between:
        if not mailing or not batch:
            raise Fault(
                f"{text!r} is half the id of a batch: name the mailing and the batch, as in digest-2026-W48/a0-0"
            )
        if app.mailings.get(mailing) is None:
            raise Fault(f"there is no mailing {mailing}; `newsletter mailing list` names them")
        if not is_known(mailing, batch, app):
            raise Fault(
                f"{mailing} has no batch {batch}; `newsletter mailing show {mailing} --recipients` names the batches"
            )
        return Kind.BATCH, batch, mailing
    holders = [mailing for mailing in _newest(app) if is_known(mailing, text, app)] if len(text) < MOST else []
    if len(holders) == 1:
        return Kind.BATCH, text, holders[0]
    if holders:
        named = " or ".join(f"{mailing}/{text}" for mailing in holders[:3])
        raise Fault(f"{len(holders)} mailings have a batch {text}; name it with its mailing, as in {named}")
    raise Fault(f"nothing is known under {text!r} (any more). trace takes the id of {LOOKS}")


def _split(text: str) -> tuple[str, str, str]:
    parts = BETWEEN.split(text, maxsplit=1)
    return (parts[0], "/", parts[1]) if len(parts) == 2 else (text, "", "")


def _newest(app: Container) -> Iterator[str]:
    return (mailing.id for _, mailing in app.mailings.older("", SEARCHED))


def is_known(mailing: str, batch: str, app: Container) -> bool:
    """Whether the mailing has such a batch, sent or planned."""
    return app.deliveries.record(mailing, batch) is not None or planned(mailing, batch, app) is not None


def planned(mailing: str, batch: str, app: Container) -> Batch | None:
    """The batch as it was planned; None where it was not, and of automated mailings, whose mails are not planned."""
    place = PLANNED_BATCH.fullmatch(batch.removesuffix(RESEND_SUFFIX))
    manifest = app.manifests.get(mailing, place[1], int(place[2])) if place else None
    return next((each for each in manifest.batches if each.id == batch), None) if manifest else None
