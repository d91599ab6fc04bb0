"""Start a campaign: one text to an audience, once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.mail.markdown import places_in
from newsletter.mailings.audience.check_rule import mailing_faults, word_faults
from newsletter.mailings.audience.rule import Among
from newsletter.mailings.experiments.experiment import MAX_LINE, Experiment, as_sent, experiment_faults
from newsletter.mailings.launch import Launched, Prepared, launch, prepare
from newsletter.mailings.mailing import Audience, Kind, Mailing, campaign_id
from newsletter.platform.errors import InvalidForm, InvalidInput
from newsletter.platform.text import composed, is_one_line, one_line
from newsletter.platform.words.said import say
from newsletter.publication.feedback.feedback_policy import WAIT_MINUTES, OnDoubt
from newsletter.publication.publication import Publication

if TYPE_CHECKING:
    from newsletter.container import Container

MAX_SUBJECT = MAX_LINE
MAX_BODY = 50_000
RULE = "audience"
"""The field of a campaign with the rule, whose own fields are named behind it."""
EVERYBODY = Audience()


@dataclass(frozen=True)
class Campaign:
    """What marketing wrote. `name` makes the campaign unique; `body` is Markdown.

    Without `languages` it goes to subscribers of the campaign's own language. `archive` says whether the archive shows
    it; None means: if it goes to everyone. Without `offer`,
    it is the one that the text names first. `doubt` and `doubt_wait_minutes`, if given, replace what the publication
    says about unconfirmed sends. `among` is as in Audience. `audience` is the whole rule, with ids in place of
    addresses; `topics`, `languages` and `among` of the campaign, where they are given, stand in place of the rule's.
    With `ab` readers get its subjects; `subject` is what the campaign is called until it starts. `again_of` is the
    mailing that it sends again, to those who did not click.
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
    audience: Audience = EVERYBODY
    ab: Experiment | None = None
    again_of: str = ""


def start_campaign(campaign: Campaign, app: Container, *, now: datetime) -> Launched:
    """Start the campaign. Starting the same campaign again sends nothing twice.

    Raises what `prepare_campaign` and `launch` raise.
    """
    return launch(prepare_campaign(campaign, app, now=now), app)


def prepare_campaign(campaign: Campaign, app: Container, *, now: datetime) -> Prepared:
    """The campaign as it would start now: rendered and counted once, for a preview and for `launch`.

    Raises InvalidForm that names the fields, Conflict when the name was used for another text.
    """
    mailing = validate_campaign(campaign, app.templates.publication, now)
    require_mailings(campaign, app)
    return prepare(mailing, app)


def require_mailings(campaign: Campaign, app: Container, *, later: bool = False) -> None:
    """Raises InvalidForm for mailings in the audience's rule of which it cannot be said who got them.

    `later`: it does not start now, so that they may still be going out. One that was started is not asked again.
    """
    wrong = mailing_faults(campaign.audience, app, later=later)
    if wrong and app.mailings.get(campaign_id(campaign.name)) is None:
        raise InvalidForm({f"{RULE}.{field}": text for field, text in wrong.items()})


def validate_campaign(campaign: Campaign, publication: Publication, now: datetime) -> Mailing:
    """The mailing of a valid campaign, created at `now`. Raises InvalidForm that names every field with a fault."""
    faults = campaign_faults(campaign, publication)
    if faults:
        raise InvalidForm(faults)
    subject, preheader, body = _texts(campaign)
    named = (place.target for place in places_in(body) if place.kind == "offer" and publication.offer(place.target))
    offer = campaign.offer or next(named, "")
    ab = as_sent(campaign.ab)
    return Mailing(
        id=campaign_id(campaign.name),
        kind=Kind.CAMPAIGN,
        created_at=now,
        audience=whole_audience(campaign),
        subject=ab.subjects[0] if ab else subject,
        body=body,
        offer=offer,
        preheader=preheader,
        language=campaign.language,
        archive=campaign.archive,
        doubt=campaign.doubt,
        doubt_wait_minutes=campaign.doubt_wait_minutes,
        ab=ab,
        again_of=campaign.again_of,
    )


def whole_audience(campaign: Campaign) -> Audience:
    """The rule that selects its readers: what stands in fields of the campaign's own goes before the rule's."""
    among = campaign.among or campaign.audience.among
    return replace(
        campaign.audience,
        topics=campaign.topics or campaign.audience.topics,
        languages=campaign.languages or campaign.audience.languages or (campaign.language,),
        among=tuple((name, tuple(map(one_line, values))) for name, values in among),
    )


def campaign_faults(campaign: Campaign, publication: Publication) -> dict[str, str]:
    """What is wrong with the fields, by field, and what would be right; empty for a campaign that can be sent."""
    subject, preheader, body = _texts(campaign)
    least, most = WAIT_MINUTES
    offers = tuple(offer.key for offer in publication.offers)
    checked = {
        "name": _name_fault(campaign.name),
        "subject": _line_fault(subject)
        or ("" if subject else say("empty; one line of at most {most} characters", most=MAX_SUBJECT)),
        "preheader": _line_fault(preheader),
        "language": _unknown((campaign.language,), publication.languages),
        "languages": _unknown(campaign.languages, publication.languages),
        "topics": _unknown(campaign.topics, tuple(topic.key for topic in publication.topics)),
        "offer": _unknown((campaign.offer,) if campaign.offer else (), offers),
        "body": _body_fault(body),
        "doubt": _unknown((campaign.doubt,) if campaign.doubt else (), tuple(OnDoubt)),
        "doubt_wait_minutes": ""
        if not campaign.doubt_wait_minutes or least <= campaign.doubt_wait_minutes <= most
        else say("a whole number from {least} to {most}", least=least, most=most),
        **experiment_faults(as_sent(campaign.ab)),
    }
    rule = {f"{RULE}.{field}": text for field, text in word_faults(campaign.audience, publication).items()}
    return {field: fault for field, fault in checked.items() if fault} | rule


def _texts(campaign: Campaign) -> tuple[str, str, str]:
    subject, preheader, body = (
        composed(text, hyphens=text is campaign.body).strip()
        for text in (campaign.subject, campaign.preheader, campaign.body)
    )
    return subject, preheader, body


def _name_fault(name: str) -> str:
    if not name:
        return say("empty; give 1 to 60 letters, digits and hyphens, e.g. kevatkampanja-2027")
    try:
        campaign_id(name)
    except InvalidInput as wrong:
        return wrong.message
    return ""


def _body_fault(body: str) -> str:
    if not body:
        return say("empty; Markdown text of at most {most} characters", most=MAX_BODY)
    if len(body) > MAX_BODY:
        return say("{count} characters; Markdown text of at most {most}", count=len(body), most=MAX_BODY)
    return ""


def _line_fault(text: str) -> str:
    if len(text) > MAX_SUBJECT:
        return say("{count} characters; one line of at most {most}", count=len(text), most=MAX_SUBJECT)
    if not is_one_line(text):
        return say("more than one line, or control characters; one line of at most {most}", most=MAX_SUBJECT)
    return ""


def _unknown(values: tuple[str, ...], known: tuple[str, ...]) -> str:
    unknown = [value for value in values if value not in known]
    if not unknown:
        return ""
    choice = say("choose from {names}", names=", ".join(known)) if known else say("there is none")
    if unknown[0]:
        return say("{value} is unknown; {choice}", value=repr(unknown[0]), choice=choice)
    return say("empty; {choice}", choice=choice)
