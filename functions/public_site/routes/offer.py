"""/offer: the landing page of an offer, and the button that makes a lead."""

from __future__ import annotations

from datetime import timedelta

from newsletter.container import app
from newsletter.leads import take_up_offer
from newsletter.platform.errors import NotFound
from newsletter.platform.links.links import LinkClaims, LinkPurpose
from newsletter.platform.web.answer import Answer
from newsletter.publication.publication import Offer
from newsletter.readers.subscriber import CurrentSubscriber
from public_site.request import Request
from public_site.responses import page

MAX_AGE = timedelta(days=1)
"""How old the page may be when its button is pressed."""


def show_offer(request: Request, token: str) -> Answer:
    """The landing page, which says what its button will do. Opening it is recorded as evidence, but makes no lead."""
    claims, offer = _read(token)
    take_up_offer.record_view(claims, request.evidence, app.now(), app)
    return _landing(request, token, take_up_offer.current_owner(claims, app), offer)


def take_up(request: Request, token: str) -> Answer:
    """Make the lead and send it to the CRM.

    The page has a signed token with the time at which it was shown. Without a token of the last day the page is shown
    again, so that a person presses the button.
    """
    claims, offer = _read(token)
    now = app.now()
    reader = take_up_offer.current_owner(claims, app)
    if not take_up_offer.can_be_contacted(reader):
        return _landing(request, token, reader, offer)
    age = app.forms.age("offer", request.field("form"), now, token)
    if age is None or age > MAX_AGE:
        return _landing(request, token, reader, offer, again=True)
    take_up_offer.take_up_offer(reader, claims, request.evidence, now, app)
    return page(request, "offer_taken", reader.language, reader=reader)


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
    return page(
        request,
        "offer",
        reader.language,
        status=422 if again else 200,
        offer=offer,
        reader=reader,
        form=app.forms.token("offer", app.now(), token),
        again=again,
    )
