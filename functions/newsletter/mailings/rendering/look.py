"""What whoever writes a campaign sees of it: the mail as a certain reader gets it, and all that is wrong with it.

The text may be unfinished: what cannot be used yet is left out, and is among the faults. Nothing is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from newsletter.mail.preflight_rules import Rule
from newsletter.mailings.campaign import EVERYBODY, RULE, Campaign, campaign_faults, validate_campaign
from newsletter.mailings.rendering.article_cards import with_cards
from newsletter.mailings.rendering.preflight import SIZES, Fault, preflight_campaign
from newsletter.mailings.rendering.renderer import RenderedVariant, Renderer
from newsletter.platform.errors import InvalidForm
from newsletter.platform.times import whole_seconds
from newsletter.readers.choices import Choices
from newsletter.readers.subscriber import Recipient

if TYPE_CHECKING:
    from newsletter.container import Container
    from newsletter.mailings.mailing import Mailing

MAX_NAME = 100
"""Characters of the name of the reader as whom somebody looks."""
_UNUSED: Mapping[str, object] = {
    "subject": "…",
    "preheader": "",
    "topics": (),
    "languages": (),
    "offer": "",
    "among": (),
    "doubt": "",
    "doubt_wait_minutes": 0,
}
"""What stands for a field that has a fault; a text that is empty or too long cannot be shown at all."""


@dataclass(frozen=True)
class AsReader:
    """The reader as whom somebody looks; without `topics` one who chose none. An empty language: that of the text."""

    language: str = ""
    name: str = ""
    topics: tuple[str, ...] = ()
    tracked: bool = True


@dataclass(frozen=True)
class Found:
    """What is wrong with a campaign, by field and, in the text, by line; `blocks`: it cannot be sent with it."""

    field: str
    line: int
    message: str
    blocks: bool
    quote: str = ""
    """The line as it is written, cut to 80 characters."""


def look_at(campaign: Campaign, reader: AsReader, app: Container) -> RenderedVariant:
    """The mail as that reader gets it. Raises InvalidForm if there is nothing to see yet."""
    mailing, _ = with_cards(_usable(campaign, app), app)
    return Renderer(app.templates).campaign(mailing, reader.language or mailing.language, tracked=reader.tracked)


def gets_it(campaign: Campaign, reader: AsReader, app: Container) -> bool | None:
    """Whether a reader of that language who chose these topics is in the audience, whatever else they chose.

    None: that depends on what they did or got before.
    """
    mailing = _usable(campaign, app)
    audience = replace(mailing.audience, among=(), frequency="")
    recipient = Recipient(Choices(language=reader.language or campaign.language, topics=reader.topics))
    if not audience.includes(recipient):
        return False
    return True if audience.by_choices and not mailing.again_of else None


def faults_of(campaign: Campaign, app: Container) -> list[Found]:
    """Everything that is wrong with the campaign as it stands: first by field, then down the text."""
    publication = app.templates.publication
    errors = campaign_faults(campaign, publication)
    if not campaign.name:
        errors.pop("name", None)  # it is made from the subject
    found = [Found(field, 0, message, blocks=True) for field, message in errors.items()]
    try:
        mailing, unknown = with_cards(_usable(campaign, app), app)
    except InvalidForm:
        return found
    faults = [*unknown, *preflight_campaign(mailing, app.templates)]
    lines = mailing.body.split("\n")
    found += [_found(fault, lines) for fault in faults if not _is_said(fault, errors)]
    order = {name: number for number, name in enumerate(("subject", "preheader", "name", "body"))}
    return sorted(found, key=lambda each: (order.get(each.field, 3), each.line, not each.blocks))


def _found(fault: Fault, lines: list[str]) -> Found:
    quote = lines[fault.line - 1].strip() if fault.field == "body" and 0 < fault.line <= len(lines) else ""
    return Found(fault.field, fault.line, fault.message, fault.blocks, quote if len(quote) <= 80 else quote[:79] + "…")


def _is_said(fault: Fault, errors: Mapping[str, str]) -> bool:
    """Whether the fault follows from a field that has one already."""
    return fault.field in errors and (fault.rule in (Rule.TEXT_PART, *SIZES) or fault.field != "body")


def _usable(campaign: Campaign, app: Container) -> Mailing:
    """The mailing that the campaign would be without its faulty fields. Raises InvalidForm without a usable text."""
    publication = app.templates.publication
    errors = campaign_faults(campaign, publication)
    if "body" in errors:
        raise InvalidForm({"body": errors["body"]})
    values = {field: _UNUSED[field] for field in errors if field in _UNUSED}
    parts = {field.partition(".")[0] for field in errors}
    values |= {field: empty for field, empty in (("ab", None), (RULE, EVERYBODY)) if field in parts}
    if "name" in errors:
        values["name"] = "preview"
    if "language" in errors:
        values["language"] = publication.languages[0]
    return validate_campaign(replace(campaign, **values), publication, whole_seconds(app.now()))  # type: ignore[arg-type]
