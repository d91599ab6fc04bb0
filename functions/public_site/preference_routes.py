"""/preferences and /unsubscribe: what a reader changes, and how a reader leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from newsletter import wiring
from newsletter.adapters.links import Purpose, Ref
from newsletter.domain.errors import InvalidInput
from newsletter.domain.subscriber import Status, Subscriber
from newsletter.usecases import change_preferences
from newsletter.usecases.unsubscribe import unsubscribe
from public_site.problems import SubscriptionEnded
from public_site.request import Request
from public_site.responses import Answer, page


def show_preferences(request: Request, token: str) -> Answer:
    """The reader's present choices, in a form."""
    ref = wiring.links().read(Purpose.PREFERENCES, token)
    return _form(request, ref, _active(ref))


def save_preferences(request: Request, token: str) -> Answer:
    """Keep the choices and show them again; 422 with what was typed when one cannot be kept."""
    ref = wiring.links().read(Purpose.PREFERENCES, token)
    typed = replace(
        _active(ref),
        topics=tuple(filter(None, request.fields.get("topics", ()))),
        language=request.field("language"),
        name=request.field("name"),
    )
    try:
        reader = change_preferences.change(
            ref,
            typed.topics,
            typed.language,
            typed.name,
            publication=wiring.templates().publication,
            subscribers=wiring.subscribers(),
        )
    except InvalidInput as wrong:
        return _form(request, ref, typed, errors={wrong.field: wrong.message})
    return _form(request, ref, reader, saved=True)


def ask_to_unsubscribe(request: Request, token: str) -> Answer:
    """The page with the one button; opening it changes nothing."""
    ref = wiring.links().read(Purpose.UNSUBSCRIBE, token)
    reader = change_preferences.current(ref, subscribers=wiring.subscribers())
    if reader is not None and reader.status is not Status.ACTIVE:
        return page(request, "unsubscribed", reader.language)
    language = reader.language if reader else ""
    return page(request, "unsubscribe", language, preferences_url=_link(Purpose.PREFERENCES, ref))


def leave(request: Request, token: str) -> Answer:
    """The button, or the one click of a mail program (RFC 8058): done at once, no redirect, 200 on repeats too."""
    ref = wiring.links().read(Purpose.UNSUBSCRIBE, token)
    one_click = request.field("List-Unsubscribe") == "One-Click"
    unsubscribe(
        ref,
        "one-click" if one_click else "page",
        now=wiring.now(),
        subscribers=wiring.subscribers(),
        deliveries=wiring.deliveries(),
    )
    reader = None if one_click else change_preferences.current(ref, subscribers=wiring.subscribers())
    return page(request, "unsubscribed", reader.language if reader else "")


def _active(ref: Ref) -> Subscriber:
    reader = change_preferences.current(ref, subscribers=wiring.subscribers())
    if reader is None or reader.status is not Status.ACTIVE:
        raise SubscriptionEnded
    return reader


def _form(
    request: Request, ref: Ref, reader: Subscriber, *, errors: Mapping[str, str] | None = None, saved: bool = False
) -> Answer:
    return page(
        request,
        "preferences",
        reader.language,
        status=422 if errors else 200,
        form=reader,
        errors=errors or {},
        saved=saved,
        unsubscribe_url=_link(Purpose.UNSUBSCRIBE, ref),
    )


def _link(purpose: Purpose, ref: Ref) -> str:
    return f"/{purpose}/{wiring.links().token(purpose, ref)}"
