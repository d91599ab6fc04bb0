"""/confirm: the page behind the link in a confirmation mail, with the button that confirms."""

from __future__ import annotations

from newsletter.container import app
from newsletter.platform.errors import ExpiredLink
from newsletter.platform.links.links import LinkClaims, LinkPurpose
from newsletter.platform.web.answer import Answer
from newsletter.publication.publication import SIGN_UP_LIFE
from newsletter.readers.current_subscriber import current_subscriber
from newsletter.readers.signup.confirm import (
    Confirmed,
    confirm,
    count_page_view,
    find_confirmation,
    kept_form,
    send_again,
)
from newsletter.readers.signup.pending import Pending
from newsletter.readers.subscriber import Status
from public_site.problems import ConfirmationOver, Moved, SubscriptionEnded
from public_site.reader_links import link
from public_site.request import Request
from public_site.responses import page
from public_site.routes.subscription import check_mail


def ask_to_confirm(request: Request, token: str) -> Answer:
    """The page with the button, and what it would do. Opening it changes nothing, so mail scanners may do it."""
    claims, in_time = _read(token)
    found = find_confirmation(claims, app.now(), app)
    if request.method == "GET":
        count_page_view(claims, found, app)
    return _answer(request, claims, found if in_time or isinstance(found, Confirmed) else None)


def press_confirm(request: Request, token: str) -> Answer:
    """Do what the page with the button showed. Pressing it again changes nothing.

    If the page showed something else than would be done now, the page is shown again. For a link that is too old, the
    button (field `again`) requests a new mail.
    """
    claims, in_time = _read(token)
    now = app.now()
    if request.ticked("again"):
        form = send_again(claims, now, app)
        if form is None:
            raise _over(claims)
        return check_mail(request, form.language)
    seen = request.field("seen")
    found = confirm(claims, now, app, seen) if in_time else None
    return _answer(request, claims, found, changed=bool(seen))


def _read(token: str) -> tuple[LinkClaims, bool]:
    """The claims of the link, and whether it is recent enough to confirm with."""
    try:
        return app.links.read(LinkPurpose.CONFIRM, token, max_age=SIGN_UP_LIFE), True
    except ExpiredLink:
        return app.links.read(LinkPurpose.CONFIRM, token), False


def _answer(
    request: Request, claims: LinkClaims, found: Pending | Confirmed | None, *, changed: bool = False
) -> Answer:
    """The page for what was found. `changed`: it differs from what the reader saw before they pressed the button."""
    preferences_url = link(LinkPurpose.PREFERENCES, LinkClaims(claims.subscriber))
    match found:
        case Pending():
            language = found.reader.language if found.reader else found.form.language
            return page(request, "confirm", language, pending=found, changed=changed, preferences_url=preferences_url)
        case Confirmed():
            return page(request, "confirmed", found.language, effect=found.effect, preferences_url=preferences_url)
    form = kept_form(claims, app.now(), app)
    if form is None:
        raise _over(claims)
    return page(request, "expired", form.language, status=410, days=SIGN_UP_LIFE.days)


def _over(claims: LinkClaims) -> SubscriptionEnded:
    """The error that says why the link has nothing to confirm any more."""
    today = current_subscriber(claims.subscriber, app)
    moved = today.id != claims.subscriber and today.status == Status.ACTIVE
    return Moved(today.language) if moved else ConfirmationOver(today.language)
