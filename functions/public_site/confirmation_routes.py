"""/confirm: the second step, which only the owner of the mailbox can take, and only by pressing a button."""

from __future__ import annotations

from newsletter import wiring
from newsletter.adapters.links import Purpose, Ref
from newsletter.domain.errors import ExpiredLink
from newsletter.domain.subscriber import SIGN_UP_LIFE, SignUp, Status
from newsletter.http import Answer
from newsletter.usecases import confirm_subscription
from public_site.reader_links import link
from public_site.request import Request
from public_site.responses import page


def ask_to_confirm(request: Request, token: str) -> Answer:
    """The page with the one button; mail scanners may open it as often as they like."""
    ref, in_time = _read(token)
    seen = request.method == "GET"
    found = confirm_subscription.peek(ref, wiring.now(), wiring.front_desk(), seen=seen)
    if isinstance(found, SignUp) and in_time:
        return page(request, "confirm", found.language)
    if found is None or isinstance(found, SignUp) or found.status is not Status.ACTIVE:
        return _expired(request, ref)
    return _confirmed(request, ref, found.language)


def confirm(request: Request, token: str) -> Answer:
    """The button was pressed: the reader is active from now on. Pressing again changes nothing.

    On the page of a link that is too old or was replaced, the button asks for a new mail.
    """
    ref, in_time = _read(token)
    now, desk = wiring.now(), wiring.front_desk()
    if request.ticked("again"):
        if not confirm_subscription.send_again(ref, now, desk):
            raise ExpiredLink
        return page(request, "check_mail", days=SIGN_UP_LIFE.days)
    reader = confirm_subscription.confirm(ref, now, desk) if in_time else None
    return _confirmed(request, ref, reader.language) if reader else _expired(request, ref)


def _read(token: str) -> tuple[Ref, bool]:
    """Whose link it is, and whether it is young enough to confirm with."""
    try:
        return wiring.links().read(Purpose.CONFIRM, token, max_age=SIGN_UP_LIFE), True
    except ExpiredLink:
        return wiring.links().read(Purpose.CONFIRM, token), False


def _expired(request: Request, ref: Ref) -> Answer:
    if not confirm_subscription.can_send_again(ref, wiring.now(), wiring.front_desk()):
        raise ExpiredLink
    return page(request, "expired", status=410, days=SIGN_UP_LIFE.days)


def _confirmed(request: Request, ref: Ref, language: str) -> Answer:
    return page(request, "confirmed", language, preferences_url=link(Purpose.PREFERENCES, Ref(ref.subscriber)))
