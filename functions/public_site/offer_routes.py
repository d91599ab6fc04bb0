"""/offer: the landing page of an offer, and the button that makes a lead."""

from __future__ import annotations

from newsletter import wiring
from newsletter.adapters.links import Purpose, Ref
from newsletter.domain.errors import NotFound
from newsletter.domain.publication import Offer
from newsletter.http import Answer
from newsletter.usecases import change_preferences, take_up_offer
from public_site.request import Request
from public_site.responses import page


def show_offer(request: Request, token: str) -> Answer:
    """The landing page. Opening it is evidence and makes no lead."""
    ref, offer = _read(token)
    take_up_offer.show(ref, request.evidence, wiring.now(), wiring.front_desk())
    return page(request, "offer", _language(ref), offer=offer)


def take_up(request: Request, token: str) -> Answer:
    """The button was pressed: the lead is on its way to the CRM."""
    ref, _ = _read(token)
    take_up_offer.take_up(ref, request.evidence, wiring.now(), wiring.front_desk())
    return page(request, "offer_taken", _language(ref))


def _read(token: str) -> tuple[Ref, Offer]:
    ref = wiring.links().read(Purpose.OFFER, token)
    offer = wiring.templates().publication.offer(ref.extra)
    if offer is None:
        raise NotFound("offer")
    return ref, offer


def _language(ref: Ref) -> str:
    reader = change_preferences.current(ref, wiring.front_desk())
    return reader.language if reader else ""
