"""/subscribe and /confirm: how an address becomes a reader's, in two steps that need a person."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from newsletter import wiring
from newsletter.adapters.links import Purpose, Ref
from newsletter.domain.errors import ExpiredLink, InvalidInput
from newsletter.domain.subscriber import SIGN_UP_LIFE, SignUp, Status
from newsletter.usecases import confirm_subscription
from newsletter.usecases.subscribe import SignUpForm, subscribe
from public_site.request import Request
from public_site.responses import Answer, json_answer, page

WEB_PAGE = re.compile(r"https?://[^?#\s]+")
NOT_TICKED = frozenset({"", "0", "false", "no", "off"})
"""A box that is not ticked is not sent at all; forms of others, and JSON, may say so in words."""


@dataclass(frozen=True)
class Typed:
    """What the form shows: nothing yet, or what was typed."""

    email: str = ""
    topics: tuple[str, ...] = ()
    language: str = ""
    name: str = ""
    consent: bool = False


def show_form(request: Request) -> Answer:
    """The form, empty, with the page's language chosen for the newsletter too."""
    language = request.language(wiring.templates().publication)
    return page(request, "subscribe", public=True, form=Typed(language=language), errors={})


def sign_up(request: Request) -> Answer:
    """Keep the sign-up: one answer for every address. 422 with a text at each field that needs mending."""
    typed = Typed(
        email=request.field("email"),
        topics=tuple(filter(None, request.fields.get("topics", ()))),
        language=request.field("language") or request.language(wiring.templates().publication),
        name=request.field("name"),
        consent=request.field("consent").lower() not in NOT_TICKED,
    )
    form = SignUpForm(
        typed.email, typed.topics, typed.language, typed.consent, typed.name, _origin(request), request.network
    )
    try:
        subscribe(
            form,
            now=wiring.now(),
            publication=wiring.templates().publication,
            subscribers=wiring.subscribers(),
            queues=wiring.queues(),
            pepper=wiring.secrets().pepper,
            allow_test_domains=wiring.settings().local,
        )
    except InvalidInput as wrong:
        errors = {wrong.field: wrong.message}
        if not typed.consent:
            # The check stops at the first fault; a reader who missed the box too should hear of both at once.
            errors["consent"] = "pages.errors.consent"
        return _mend(request, typed, errors)
    if request.wants_json:
        text = wiring.templates().text("pages.check_mail.lead", _language(request, typed))
        return json_answer(202, {"status": "check_mail", "message": text})
    return page(request, "check_mail", typed.language, days=SIGN_UP_LIFE.days)


def ask_to_confirm(request: Request, token: str) -> Answer:
    """The page with the one button; mail scanners may open it as often as they like."""
    ref = _read(token)
    found = confirm_subscription.peek(ref, now=wiring.now(), subscribers=wiring.subscribers())
    if isinstance(found, SignUp):
        return page(request, "confirm", found.language)
    if found is None or found.status is not Status.ACTIVE:
        raise ExpiredLink
    return _confirmed(request, ref, found.language)


def confirm(request: Request, token: str) -> Answer:
    """The button was pressed: the reader is active from now on. Pressing again changes nothing."""
    ref = _read(token)
    if not confirm_subscription.confirm(ref, now=wiring.now(), subscribers=wiring.subscribers()):
        raise ExpiredLink
    found = confirm_subscription.peek(ref, now=wiring.now(), subscribers=wiring.subscribers())
    return _confirmed(request, ref, found.language if found else "")


def _read(token: str) -> Ref:
    return wiring.links().read(Purpose.CONFIRM, token, max_age=SIGN_UP_LIFE)


def _confirmed(request: Request, ref: Ref, language: str) -> Answer:
    preferences = wiring.links().token(Purpose.PREFERENCES, Ref(ref.subscriber))
    return page(request, "confirmed", language, preferences_url=f"/preferences/{preferences}")


def _mend(request: Request, typed: Typed, errors: Mapping[str, str]) -> Answer:
    if request.wants_json:
        language = _language(request, typed)
        texts = {field: wiring.templates().text(key, language) for field, key in errors.items()}
        return json_answer(422, {"errors": texts})
    return page(request, "subscribe", typed.language, status=422, form=typed, errors=errors)


def _language(request: Request, typed: Typed) -> str:
    return request.language(wiring.templates().publication, typed.language)


def _origin(request: Request) -> str:
    """The page whose form was sent, without its query; our own form sends no Referer."""
    found = WEB_PAGE.match(request.header("referer") or request.header("origin"))
    return found[0] if found else f"{wiring.settings().public_url}/subscribe"
