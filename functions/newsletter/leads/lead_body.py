"""What the CRM is told of a lead: the body of its webhooks (docs/schemas/lead-1.json, docs/leads.md)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from newsletter.leads.lead import Lead, ReadArticle
from newsletter.leads.visits.reasons import in_words, texts_in
from newsletter.mail.writing.personal_fields import without_fields
from newsletter.platform.times import iso, parse_iso
from newsletter.publication.offers import Offer
from newsletter.readers.choices import CHOICES
from newsletter.readers.consents.consent import ConsentRecord
from newsletter.readers.subscriber import Status, Subscriber
from newsletter.reports.descriptions import title_of

if TYPE_CHECKING:
    from newsletter.container import Container

SCHEMA = "lead-1"
"""The version of the body: docs/schemas/<SCHEMA>.json. A new field leaves it as it is; a changed one is a new one."""


def lead_body(lead: Lead, reader: Subscriber, offer: Offer, app: Container) -> dict[str, Any]:
    """The body of the lead's last event (Standard Webhooks: `type`, `timestamp`, `data`).

    `reader` is as they are now, perhaps at another address than when they pressed. Texts are in the publication's first
    language, which is that of its sales.
    """
    language = app.publication.languages[0]
    return {
        "type": lead.event,
        "timestamp": iso(lead.changed_at),
        "data": {
            "schema": SCHEMA,
            "lead": _lead(lead),
            "offer": {"key": offer.key, "title": _in_language(offer.title, reader.language)},
            "contact": _contact(reader, lead),
            "consent": _consent(reader, app),
            "verdict": {
                "kind": lead.verdict.kind,
                "reasons": list(in_words(lead.verdict, texts_in(app.templates, language))),
                "rules": lead.verdict.rules,
            },
            "source": _source(lead, app),
            "read": [_read(each) for each in lead.read],
            "answers": dict(lead.answers),
            "score": {
                "value": lead.score.value,
                "half_life_days": lead.score.half_life_days,
                "reasons": score_in_words(lead, language, app),
            },
            "links": {"console": f"{app.settings.public_url}/console/leads/{lead.id}"},
        },
    }


def score_in_words(lead: Lead, language: str, app: Container) -> list[str]:
    """The reasons of the lead's score as sentences, with their points."""
    from babel.dates import format_date  # here, for the cold start

    zone = app.publication.time_zone
    found = []
    for reason in lead.score.reasons:
        last = parse_iso(str(reason.values["last"])).astimezone(zone)
        day = format_date(last, "medium", locale=language)
        points = f"{reason.values['points']:+d}"
        count = int(reason.values["count"])
        found.append(app.templates.text(f"leads_score.{reason.code}", language, count=count, day=day, points=points))
    return found


def _lead(lead: Lead) -> dict[str, Any]:
    times = [parse_iso(press.at) for press in lead.presses]
    return {
        "id": lead.id,
        "sequence": lead.sequence,
        "episode": lead.episode,
        "temperature": lead.temperature,
        "state": lead.state,
        "how": lead.how,
        "at": iso(lead.at),
        "presses": len(times),
        **({"last_press": iso(max(times))} if times else {}),
    }


def _contact(reader: Subscriber, lead: Lead) -> dict[str, Any]:
    """The reader as they are now: a lead need not be an active subscriber, and a CRM may send mail too."""
    choices = reader.choices
    return {
        "subscriber": reader.id,
        "email": reader.email,
        **{name: each.to_stored(getattr(choices, name)) for name, each in CHOICES.items() if each.for_crm},
        "status": reader.status,
        **({"status_since": iso(reader.left_at)} if reader.left_at else {}),
        **({"paused_until": choices.paused_until.isoformat()} if choices.paused_until else {}),
        **({"moved_from": list(lead.moved_from)} if lead.moved_from else {}),
    }


def _consent(reader: Subscriber, app: Container) -> dict[str, Any]:
    """What the reader agreed to: the last consent to the newsletter that they gave, and whether it still stands.

    The text is there in the reader's language while it is that of the publication. Of a reader whom an import brought
    there is the proof that came with them instead.
    """
    given = _last_given(app.consents.chain(reader.id))
    version = (given.consent.text_version if given else "") or reader.consent_version
    current = app.publication.consent
    text = _in_language(current.text, reader.language) if version and version == current.version else ""
    proof = given.consent.evidence if given else ""
    withdrew = reader.status in (Status.UNSUBSCRIBED, Status.COMPLAINED)
    return {
        "state": "withdrawn" if withdrew else "given",
        "version": version,
        "text": text,
        "at": iso(given.consent.at if given else reader.confirmed_at),
        "how": given.consent.how if given else "",
        **({"proof": proof} if proof else {}),
        **({"withdrawn_at": iso(reader.left_at)} if withdrew and reader.left_at else {}),
    }


def _last_given(chain: Sequence[ConsentRecord]) -> ConsentRecord | None:
    given = [each for each in chain if each.consent.about == "newsletter" and each.consent.act == "given"]
    return given[-1] if given else None


def _source(lead: Lead, app: Container) -> dict[str, Any]:
    """The mail that led here, and the article that the reader had read last by then."""
    mailing = app.mailings.get(lead.mailing) if lead.mailing else None
    before = [each for each in lead.read if each.at <= lead.at]
    # A digest has another subject for each reader, and an A/B test for each part of them. A digest of which it is not
    # known any more is called by its week or month.
    subject = (
        ((not mailing.ab and without_fields(mailing.subject)) or _subject(lead, app) or title_of(mailing))
        if mailing
        else ""
    )
    mail = {"id": lead.mailing, "kind": mailing.kind if mailing else "", "subject": subject}
    return {"mailing": mail, "batch": lead.batch, "position": lead.position} | (
        {"article": {"title": before[0].title, "url": before[0].url}} if before else {}
    )


def _subject(lead: Lead, app: Container) -> str:
    """The subject of the mail in which the button was: a digest has one for each of its variants. Empty if unknown."""
    moments = app.deliveries.moments(lead.mailing, [lead.batch]).get(lead.batch) if lead.batch else None
    outline = app.mailings.outline(lead.mailing, moments.variant) if moments else None
    return outline.subject if outline else ""


def _read(article: ReadArticle) -> dict[str, Any]:
    return {
        "title": article.title,
        "url": article.url,
        "topics": list(article.topics),
        "at": iso(article.at),
        "mailing": article.mailing,
    }


def _in_language(texts: Any, language: str) -> str:
    """The text in that language, or in the first one, for a reader whose language the publication gave up."""
    return str(texts.get(language, next(iter(texts.values()))))
