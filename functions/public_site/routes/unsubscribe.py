"""/unsubscribe: the page and the one-click link; afterwards the reader may give a reason or subscribe again."""

from __future__ import annotations

from newsletter.container import app
from newsletter.platform.links.links import LinkClaims, LinkPurpose
from newsletter.platform.web.answer import Answer
from newsletter.readers.change_address import current_id
from newsletter.readers.current_subscriber import BROKEN, with_choices
from newsletter.readers.subscriber import Status
from newsletter.readers.unsubscribe import REASONS, ask_to_resubscribe, save_reason, status_and_language, unsubscribe
from public_site.reader_links import link
from public_site.request import Request
from public_site.responses import page
from public_site.routes.less import less_for, shown_choices
from public_site.routes.subscription import check_mail


def ask_to_unsubscribe(request: Request, token: str) -> Answer:
    """The page with the button, and less mail as another way out; opening it changes nothing."""
    claims = app.links.read(LinkPurpose.UNSUBSCRIBE, token)
    reader, record = with_choices(claims.subscriber, app)
    if reader.status in ("", Status.ERASED):
        return page(request, "erased", reader.language, now=False, in_crm=False)
    if reader.status not in (BROKEN, Status.ACTIVE):
        return _gone(request, claims, reader.status, reader.language)
    # Only links of the present address may change preferences.
    changeable = reader.status == Status.ACTIVE and reader.id == claims.subscriber
    less = record if changeable else None
    return page(
        request,
        "unsubscribe",
        reader.language,
        preferences_url=link(LinkPurpose.PREFERENCES, claims) if changeable else "",
        less=less_for(claims, less) if less else None,
        choices=shown_choices(less) if less else {},
    )


def leave(request: Request, token: str) -> Answer:
    """The button, or one-click of a mail program (RFC 8058): unsubscribed at once, no redirect, 200 on repeats too.

    The page that follows posts the reason (`explain`) and the wish to subscribe again (`back`) to the same address.

    A body that cannot be read (damaged, too long, too many fields) counts as the button: the token identifies the
    reader, and whoever posts here wants to unsubscribe, or has done so before and gives a reason. Mail programs and
    gateways may change the body, and the reader would never see an error. Its origin is checked as for the button
    (handler.py), so that a website cannot unsubscribe somebody with such a body.
    """
    claims, today = _read(token)
    now = app.now()
    if one_click(request):
        unsubscribe(today, "one-click", now, app)
        return page(request, "unsubscribed", left=False, explained=False)
    said = request.readable
    if said and request.ticked("back"):
        if not ask_to_resubscribe(today, now, app):
            return ask_to_unsubscribe(request, token)
        return check_mail(request, status_and_language(today, app)[1])
    explained = said and request.ticked("explain")
    if explained:
        save_reason(today, request.field("reason"), request.field("more"), app)
    else:
        unsubscribe(today, "page", now, app)
    return _gone(request, claims, *status_and_language(today, app), explained=explained)


def is_leaving(request: Request) -> bool:
    """Whether the request unsubscribes; then its body is not checked."""
    return request.method == "POST" and request.path.startswith("/unsubscribe/")


def one_click(request: Request) -> bool:
    """Whether the request is one-click of a mail program (RFC 8058). Its origin may be that of a webmail site."""
    return request.readable and "One-Click" in request.fields.words("List-Unsubscribe")


def _read(token: str) -> tuple[LinkClaims, LinkClaims]:
    """The claims with the id of the link, and with the reader's id of today, which is the one that is unsubscribed.

    Further pages are linked for the id of the link only, because somebody else may have the old mailbox by now.
    """
    claims = app.links.read(LinkPurpose.UNSUBSCRIBE, token)
    return claims, claims._replace(subscriber=current_id(claims.subscriber, app))


def _gone(request: Request, claims: LinkClaims, status: str, language: str, *, explained: bool = False) -> Answer:
    """The page after unsubscribing. Only readers who unsubscribed themselves are asked why and can subscribe again."""
    return page(
        request,
        "unsubscribed",
        language,
        left=status == Status.UNSUBSCRIBED,
        explained=explained,
        reasons=REASONS,
        my_data_url=link(LinkPurpose.MY_DATA, LinkClaims(claims.subscriber)),
    )
