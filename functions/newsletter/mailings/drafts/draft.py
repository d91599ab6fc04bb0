"""A campaign that is not sent yet: what is written so far, in which state it is, and who changed it last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from newsletter.mailings.audience.rule import Audience
from newsletter.mailings.audience.written import rule_as_json, rule_from
from newsletter.mailings.campaign import MAX_BODY, RULE, Campaign
from newsletter.mailings.drafts.origin import Origin
from newsletter.mailings.experiments.experiment import Experiment, experiment_of_values
from newsletter.mailings.mailing import Kind, Mailing
from newsletter.platform.errors import Conflict, InvalidForm
from newsletter.platform.words.said import say

MAX_LINE = 1000
"""Characters of a draft's one-line fields. What a campaign may have is checked when it is scheduled or sent."""
MAX_VALUES = 100
"""Values in a list of a draft."""


class DraftState(StrEnum):
    """Where a campaign stands before, and when, it becomes a mailing."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    """Goes out at `send_at`; until then it can be changed and taken back."""
    STARTING = "starting"
    """It is being started, and cannot be changed any more."""
    HELD = "held"
    """It was to go out and could not, for the `reason`; a person must look at it."""
    STARTED = "started"
    """It is the mailing `mailing` now."""

    @property
    def is_open(self) -> bool:
        """Whether it can still be changed."""
        return self in (DraftState.DRAFT, DraftState.SCHEDULED, DraftState.HELD)


@dataclass(frozen=True)
class Draft:
    """A campaign before it is sent. Every change makes its `version` one more.

    The fields of `campaign` may be empty or wrong. `readers` is how many readers there were when a person looked at the
    audience and had it sent; None if nobody looked. `mailing` is the id of the mailing that it becomes, once it starts.
    `kept` are the earlier versions that can be looked at. `sent_by` is who had it sent or scheduled, `written_by` and
    `written_at` who changed its text last, where that is not the last change of all.
    """

    id: str
    campaign: Campaign
    version: int
    created_at: datetime
    changed_at: datetime
    changed_by: str
    state: DraftState = DraftState.DRAFT
    send_at: datetime | None = None
    reason: str = ""
    readers: int | None = None
    mailing: str = ""
    kept: tuple[int, ...] = ()
    sent_by: str = ""
    written_by: str = ""
    written_at: datetime | None = None

    @property
    def origin(self) -> Origin:
        """Of the mailing that it becomes."""
        return Origin(self.sent_by, self.id, self.written_by or self.changed_by, self.written_at or self.changed_at)


@dataclass(frozen=True)
class DraftVersion:
    """What stood in a draft, who wrote it and when."""

    version: int
    campaign: Campaign
    changed_at: datetime
    changed_by: str


class DraftChanged(Conflict):
    """Somebody else changed the draft since it was read; `draft` is how it is now. What was to be saved was not."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(
            say(
                "{who} changed this campaign at {at}; it is version {version} now. Look at it, and save yours with that"
                " version to replace it",
                who=draft.changed_by,
                at=draft.changed_at.isoformat(),
                version=str(draft.version),
            )
        )
        self.draft = draft


def campaign_values(campaign: Campaign) -> dict[str, Any]:
    """The campaign's fields as plain values: those of JSON, and of the table. `among` is spread over its names."""
    values: dict[str, Any] = {}
    for field in fields(Campaign):
        value = getattr(campaign, field.name)
        if field.name == "among":
            values |= {name: list(texts) for name, texts in value}
        elif isinstance(value, Audience):
            values[field.name] = rule_as_json(value)
        elif isinstance(value, Experiment):
            values[field.name] = value.values
        else:
            values[field.name] = list(value) if isinstance(value, tuple) else value
    return values


def campaign_of_values(values: Mapping[str, Any]) -> Campaign:
    """The inverse of `campaign_values`; fields that are not there have their defaults."""
    own = {field.name for field in fields(Campaign)}
    chosen: dict[str, Any] = {"name": "", "subject": "", "body": "", "language": ""}
    chosen |= {
        name: tuple(value) if isinstance(value, list) else value for name, value in values.items() if name in own
    }
    chosen["ab"] = experiment_of_values(chosen["ab"]) if chosen.get("ab") else None
    among = tuple((name, tuple(texts)) for name, texts in sorted(values.items()) if name not in own)
    return Campaign(**chosen | {RULE: rule_from(values.get(RULE, {}))}, among=among)


def campaign_of_mailing(mailing: Mailing) -> Campaign:
    """The campaign that a mailing was started from."""
    return Campaign(
        name=mailing.id.removeprefix("campaign-"),
        subject=mailing.subject,
        body=mailing.body,
        language=mailing.language,
        topics=mailing.audience.topics,
        languages=() if mailing.audience.languages == (mailing.language,) else mailing.audience.languages,
        offer=mailing.offer,
        preheader=mailing.preheader,
        archive=mailing.archive,
        doubt=mailing.doubt,
        doubt_wait_minutes=mailing.doubt_wait_minutes,
        among=mailing.audience.among,
        audience=replace(mailing.audience, topics=(), languages=(), among=()),
        ab=replace(mailing.ab, cuts=()) if mailing.ab else None,
        again_of=mailing.again_of,
    )


def started_draft(mailing: Mailing) -> Draft | None:
    """A campaign that was sent without a draft, seen as one; None for other mailings."""
    if mailing.kind is not Kind.CAMPAIGN:
        return None
    at = mailing.created_at
    return Draft(mailing.id, campaign_of_mailing(mailing), 1, at, at, "", DraftState.STARTED, mailing=mailing.id)


def require_storable(campaign: Campaign) -> None:
    """Raises InvalidForm for fields that are too long to be kept, even in a draft."""
    errors = {}
    for name, value in campaign_values(campaign).items():
        most = MAX_BODY if name == "body" else MAX_LINE
        if isinstance(value, str) and len(value) > most:
            errors[name] = say("{length} characters; at most {most}", length=len(value), most=most)
        if isinstance(value, list) and (len(value) > MAX_VALUES or any(len(each) > MAX_LINE for each in value)):
            errors[name] = say("at most {count} values of at most {most} characters", count=MAX_VALUES, most=MAX_LINE)
    if errors:
        raise InvalidForm(errors)
