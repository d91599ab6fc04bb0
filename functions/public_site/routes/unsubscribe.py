"""/unsubscribe: how a reader leaves, says why if they like, and can come back."""

from __future__ import annotations

from newsletter.container import app
from newsletter.platform.links.links import LinkClaims, LinkPurpose
from newsletter.platform.web.answer import Answer
from newsletter.readers.change_address import current_id
from newsletter.readers.current_subscriber import BROKEN, current_subscriber
from newsletter.readers.subscriber import Status
from newsletter.readers.unsubscribe import come_back, explain, standing, unsubscribe
from public_site.reader_links import link
from public_site.request import Request
from public_site.responses import page
from public_site.routes.subscription import check_mail

REASONS = ("too_often", "off_topic", "too_much_mail", "never_asked", "other")
"""Choices of why somebody left; their texts are in templates/locales/."""


def ask_to_unsubscribe(request: Request, token: str) -> Answer:
    """The page with the one button; opening it changes nothing."""
    ref, today = _read(token)
    reader = current_subscriber(today.subscriber, app)
    if reader.status in ("", Status.ERASED):
        return page(request, "erased", reader.language, now=False, in_crm=False)
    if reader.status not in (BROKEN, Status.ACTIVE):
        return _gone(request, ref, reader.status, reader.language)
    # Preferences are changed with a link of today's address alone.
    changeable = reader.status == Status.ACTIVE and reader.id == ref.subscriber
    preferences_url = link(LinkPurpose.PREFERENCES, ref) if changeable else ""
    return page(request, "unsubscribe", reader.language, preferences_url=preferences_url)


def leave(request: Request, token: str) -> Answer:
    """The button, or the one click of a mail program (RFC 8058): done at once, no redirect, 200 on repeats too.

    On the page that follows, the same address takes the reason and the wish to come back.

    A body that cannot be read (damaged, too long, too many fields) is taken for the button: the token says whose link
    it is, everybody who posts here wants to leave, and whoever meant to give a reason or to come back has left already.
    Mail programs and gateways between send what they like, and their reader would never see the error. Where such a
    body comes from counts as for the button (handler.py): a website must not make somebody leave with it.
    """
    ref, today = _read(token)
    now = app.now()
    if one_click(request):
        unsubscribe(today, "one-click", now, app)
        return page(request, "unsubscribed", left=False, explained=False)
    said = request.readable
    if said and request.ticked("back"):
        if not come_back(today, now, app):
            return ask_to_unsubscribe(request, token)
        return check_mail(request, standing(today, app)[1])
    explained = said and request.ticked("explain")
    if explained:
        explain(today, _reason(request), app)
    else:
        unsubscribe(today, "page", now, app)
    return _gone(request, ref, *standing(today, app), explained=explained)


def is_leaving(request: Request) -> bool:
    """Whether somebody leaves, and so whatever they send with it."""
    return request.method == "POST" and request.path.startswith("/unsubscribe/")


def one_click(request: Request) -> bool:
    """Whether a mail program leaves for its reader (RFC 8058). It showed no page of ours, and may be a website."""
    return request.readable and "One-Click" in request.fields.words("List-Unsubscribe")


def _read(token: str) -> tuple[LinkClaims, LinkClaims]:
    """The reader as the link names them, and as they are known today: who moved and opens an old mail leaves for good.

    The pages they are led to are those of the link alone: it may be with whoever has the old mailbox now.
    """
    ref = app.links.read(LinkPurpose.UNSUBSCRIBE, token)
    return ref, ref._replace(subscriber=current_id(ref.subscriber, app))


def _reason(request: Request) -> str:
    chosen = request.field("reason")
    return ": ".join(filter(None, (chosen if chosen in REASONS else "", request.field("more"))))


def _gone(request: Request, ref: LinkClaims, status: str, language: str, *, explained: bool = False) -> Answer:
    """What comes after leaving. Only who left by themselves is asked why, and can come back with one button."""
    return page(
        request,
        "unsubscribed",
        language,
        left=status == Status.UNSUBSCRIBED,
        explained=explained,
        reasons=REASONS,
        my_data_url=link(LinkPurpose.MY_DATA, LinkClaims(ref.subscriber)),
    )
