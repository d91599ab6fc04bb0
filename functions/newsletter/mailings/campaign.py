"""Start a campaign: one text to an audience, once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.mail.markdown import places_in
from newsletter.mailings.launch import Launched, Prepared, launch, prepare
from newsletter.mailings.mailing import Among, Audience, Kind, Mailing, campaign_id
from newsletter.platform.errors import InvalidInput
from newsletter.platform.text import composed, is_one_line, one_line
from newsletter.publication.feedback_policy import WAIT_MINUTES, OnDoubt
from newsletter.publication.publication import Publication

if TYPE_CHECKING:
    from newsletter.container import Container

MAX_SUBJECT = 200
MAX_BODY = 50_000


@dataclass(frozen=True)
class Campaign:
    """What marketing wrote. `name` makes the campaign unique; `body` is Markdown.

    Without `languages` it goes to subscribers of the campaign's own language. `archive` says whether the archive shows
    it; None means: if it goes to everyone. Without `offer`,
    it is the one that the text names first. `doubt` and `doubt_wait_minutes`, if given, replace what the publication
    says about unconfirmed sends. `among` is as in Audience.
    """

    name: str
    subject: str
    body: str
    language: str
    topics: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    offer: str = ""
    preheader: str = ""
    archive: bool | None = None
    doubt: str = ""
    doubt_wait_minutes: int = 0
    among: Among = ()


def start_campaign(campaign: Campaign, app: Container, *, now: datetime) -> Launched:
    """Start the campaign. Starting the same campaign again sends nothing twice.

    Raises what `prepare_campaign` and `launch` raise.
    """
    return launch(prepare_campaign(campaign, app, now=now), app)


def prepare_campaign(campaign: Campaign, app: Container, *, now: datetime) -> Prepared:
    """The campaign as it would start now: rendered and counted once, for a preview and for `launch`.

    Raises InvalidInput that names the field, Conflict when the name was used for another text.
    """
    return prepare(validate_campaign(campaign, app.templates.publication, now), app)


def validate_campaign(campaign: Campaign, publication: Publication, now: datetime) -> Mailing:
    """The mailing of a valid campaign, created at `now`. Raises InvalidInput that names the field."""
    subject, preheader, body = (
        composed(text, hyphens=text is campaign.body).strip()
        for text in (campaign.subject, campaign.preheader, campaign.body)
    )
    if not subject or len(subject) > MAX_SUBJECT or not is_one_line(subject):
        raise InvalidInput("subject", f"one line of 1 to {MAX_SUBJECT} characters")
    if len(preheader) > MAX_SUBJECT or not is_one_line(preheader):
        raise InvalidInput("preheader", f"one line of at most {MAX_SUBJECT} characters")
    if not body or len(body) > MAX_BODY:
        raise InvalidInput("body", f"Markdown text of 1 to {MAX_BODY} characters")
    named = (place.target for place in places_in(body) if place.kind == "offer" and publication.offer(place.target))
    offer = campaign.offer or next(named, "")
    if campaign.offer and publication.offer(campaign.offer) is None:
        known = ", ".join(offer.key for offer in publication.offers) or "no offer at all"
        raise InvalidInput("offer", f"{campaign.offer!r} is unknown; the publication has {known}")
    _require_known("language", (campaign.language,), publication.languages)
    _require_known("languages", campaign.languages, publication.languages)
    _require_known("doubt", (campaign.doubt,) if campaign.doubt else (), tuple(OnDoubt))
    least, most = WAIT_MINUTES
    if campaign.doubt_wait_minutes and not least <= campaign.doubt_wait_minutes <= most:
        raise InvalidInput("doubt_wait_minutes", f"a whole number from {least} to {most}")
    _require_known("topics", campaign.topics, tuple(topic.key for topic in publication.topics))
    return Mailing(
        id=campaign_id(campaign.name),
        kind=Kind.CAMPAIGN,
        created_at=now,
        audience=Audience(
            campaign.topics,
            campaign.languages or (campaign.language,),
            among=tuple((name, tuple(map(one_line, values))) for name, values in campaign.among),
        ),
        subject=subject,
        body=body,
        offer=offer,
        preheader=preheader,
        language=campaign.language,
        archive=campaign.archive,
        doubt=campaign.doubt,
        doubt_wait_minutes=campaign.doubt_wait_minutes,
    )


def _require_known(field: str, values: tuple[str, ...], known: tuple[str, ...]) -> None:
    unknown = [value for value in values if value not in known]
    if unknown:
        raise InvalidInput(field, f"{unknown[0]!r} is unknown; choose from {', '.join(known)}")
