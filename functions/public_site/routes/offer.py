"""/offer: the landing page of an offer, the button that makes a lead, and the form after it."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from newsletter.container import app
from newsletter.leads import take_up_offer
from newsletter.leads.answers.read_answers import LONGEST, read_answers
from newsletter.leads.facts.standing import standing
from newsletter.leads.take_up_offer import ShownPage, source_of
from newsletter.platform.errors import InvalidForm, NotFound
from newsletter.platform.links.links import LinkClaims, LinkPurpose
from newsletter.platform.web.answer import Answer
from newsletter.publication.offers import Offer
from newsletter.readers.subscriber import CurrentSubscriber
from public_site.request import Request
from public_site.responses import page

MAX_AGE = timedelta(days=1)
"""How old the page may be when its button is pressed, and the form after it when it is sent."""


def show_offer(request: Request, token: str) -> Answer:
    """The landing page, which says what its button will do. Opening it is recorded as evidence, but makes no lead."""
    claims, offer = _read(token)
    take_up_offer.record_view(claims, request.evidence, app.now(), app)
    return _landing(request, token, take_up_offer.current_owner(claims, app), offer)


def take_up(request: Request, token: str) -> Answer:
    """Take the press of the button, or what was typed into the form after it (`step=answers`).

    The page has a signed token with the time at which it was shown, and to whom. Without a token of the last day the
    page is shown again, so that a person presses the button; the press is kept as evidence and makes no lead.
    """
    claims, offer = _read(token)
    now = app.now()
    reader = take_up_offer.current_owner(claims, app)
    if not take_up_offer.can_be_contacted(reader):
        return _landing(request, token, reader, offer)
    if request.field("step") == "answers":
        return _take_answers(request, token, reader, offer, now)
    form = request.field("form")
    shown = app.forms.shown("offer", form, now, token)
    if shown is None or shown.age > MAX_AGE:
        take_up_offer.record_pageless_press(reader, claims, request.evidence, now, app)
        return _landing(request, token, reader, offer, again=True)
    pressed = ShownPage(sha256(form.encode()).hexdigest()[:16], shown.age, shown.note)
    take_up_offer.take_up_offer(reader, claims, pressed, request.evidence, now, app)
    return _taken(request, token, reader, offer)


def _take_answers(request: Request, token: str, reader: CurrentSubscriber, offer: Offer, now: datetime) -> Answer:
    """Keep what was typed, if the form is one that followed a press of the last day; faults are shown in the form."""
    age = app.forms.age("answers", request.field("form"), now, token)
    if age is None or age > MAX_AGE:
        return _landing(request, token, reader, offer, again=True)
    typed = {name: request.field(name) for name in offer.ask}
    try:
        answers = read_answers(typed, offer.ask)
    except InvalidForm as faults:
        return _taken(request, token, reader, offer, typed=typed, errors=faults.errors)
    if not answers:
        return _taken(request, token, reader, offer, typed=typed, nothing=True)
    take_up_offer.keep_answers(reader, offer.key, answers, now, app)
    return page(request, "offer_answered", reader.language, offer=offer, answers=answers)


def _read(token: str) -> tuple[LinkClaims, Offer]:
    claims = app.links.read(LinkPurpose.OFFER, token)
    offer = app.templates.publication.offer(claims.extra)
    if offer is None:
        raise NotFound("offer")
    return claims, offer


def _landing(request: Request, token: str, reader: CurrentSubscriber, offer: Offer, *, again: bool = False) -> Answer:
    """The landing page, or one without a button for a reader who cannot be contacted."""
    if not take_up_offer.can_be_contacted(reader):
        return page(request, "offer_for_nobody", reader.language, status=410, offer=offer)
    now = app.now()
    return page(
        request,
        "offer",
        reader.language,
        status=422 if again else 200,
        offer=offer,
        reader=reader,
        form=app.forms.token("offer", now, token, note=source_of(request.evidence)),
        again=again,
        standing=standing(reader.id, offer, now, app),
    )


def _taken(
    request: Request,
    token: str,
    reader: CurrentSubscriber,
    offer: Offer,
    *,
    typed: dict[str, str] | None = None,
    errors: Any = None,
    nothing: bool = False,
) -> Answer:
    """The page after the button: the press is safe, and there is room for what sales may want to know."""
    return page(
        request,
        "offer_taken",
        reader.language,
        status=422 if errors or nothing else 200,
        reader=reader,
        offer=offer,
        form=request.field("form") if errors or nothing else app.forms.token("answers", app.now(), token),
        typed=dict.fromkeys(offer.ask, "") | (typed or {}),
        errors=errors or {},
        nothing=nothing,
        longest=LONGEST,
    )
