"""/preferences/{token}/less: less mail with one press: monthly, fewer topics or a pause. Opening it changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from newsletter.container import app
from newsletter.platform.errors import InvalidForm, InvalidInput
from newsletter.platform.links.links import LinkClaims, LinkPurpose
from newsletter.platform.web.answer import Answer
from newsletter.publication.publication import Topic
from newsletter.readers.choice import LONGEST_PAUSE, Frequency
from newsletter.readers.preferences import change_one, pause_to_come
from newsletter.readers.subscriber import Subscriber
from public_site.reader_links import link
from public_site.request import Request
from public_site.responses import page
from public_site.routes.preferences import active_reader, today

MAX_AGE = timedelta(days=1)
"""How old the page may be when one of its buttons is pressed."""
USUAL_PAUSE = timedelta(days=30)
"""The pause that the date field proposes."""


@dataclass(frozen=True)
class Less:
    """What the forms of less_forms.html need: the reader, where the forms go, their token, and the days of a pause.

    `topics` are the reader's own; all of the publication's if they get all.
    """

    reader: Subscriber
    topics: tuple[Topic, ...]
    action: str
    token: str
    paused_until: date | None
    first_day: str
    last_day: str


def show_less(request: Request, token: str) -> Answer:
    """The ways to get less mail that the reader does not have yet, each with its button."""
    claims = app.links.read(LinkPurpose.PREFERENCES, token)
    return _ask(request, claims, active_reader(claims))


def press_less(request: Request, token: str) -> Answer:
    """Store the one choice whose button was pressed (field `less`), and show what holds now.

    The page has a signed token with the time at which it was shown. Without a token of the last day it is shown again,
    so that a person presses the button.
    """
    claims = app.links.read(LinkPurpose.PREFERENCES, token)
    reader = active_reader(claims)
    age = app.forms.age("less", request.field("form"), app.now(), claims.subscriber)
    if age is None or age > MAX_AGE:
        return _ask(request, claims, reader, again=True)
    pressed, now = request.field("less"), app.now()
    typed: dict[str, Any] = {}
    try:
        match pressed:
            case "frequency":
                reader = change_one(claims, "frequency", Frequency.MONTHLY, now, app)
            case "paused_until":
                typed["paused_until"] = request.field("paused_until")
                reader = change_one(claims, "paused_until", _needed(typed["paused_until"]), now, app)
            case "topics":
                typed["topics"] = tuple(filter(None, request.texts("topics")))
                reader = _fewer_topics(claims, reader, typed["topics"])
            case _:
                raise InvalidInput("less", "pages.errors.body")
    except InvalidForm as wrong:
        return _ask(request, claims, reader, errors=wrong.errors, typed=typed)
    return page(
        request,
        "less_done",
        reader.language,
        reader=reader,
        paused_until=pause_to_come(reader, now, app.templates.publication),
        preferences_url=link(LinkPurpose.PREFERENCES, claims),
    )


def less_for(claims: LinkClaims, reader: Subscriber) -> Less:
    """What the forms need, on whichever page they stand."""
    now, this_day = app.now(), today()
    return Less(
        reader=reader,
        topics=_own_topics(reader),
        action=f"{link(LinkPurpose.PREFERENCES, claims)}/less",
        token=app.forms.token("less", now, claims.subscriber),
        paused_until=pause_to_come(reader, now, app.templates.publication),
        first_day=(this_day + timedelta(days=1)).isoformat(),
        last_day=(this_day + LONGEST_PAUSE).isoformat(),
    )


def shown_choices(reader: Subscriber) -> dict[str, Any]:
    """What the forms show: all topics of the reader ticked, and a usual pause."""
    return {
        "topics": tuple(topic.key for topic in _own_topics(reader)),
        "paused_until": (today() + USUAL_PAUSE).isoformat(),
    }


def _own_topics(reader: Subscriber) -> tuple[Topic, ...]:
    """The topics that the reader follows and the publication still has."""
    chosen = reader.choices.topics
    return tuple(topic for topic in app.templates.publication.topics if not chosen or topic.key in chosen)


def _fewer_topics(claims: LinkClaims, reader: Subscriber, topics: tuple[str, ...]) -> Subscriber:
    """The reader with these topics, which must be of their own.

    Who gets every topic and leaves all ticked still gets later ones, too.
    """
    own = {topic.key for topic in _own_topics(reader)}
    if not topics:
        raise InvalidForm({"topics": "pages.less.no_topics"})
    if not own.issuperset(topics):
        raise InvalidForm({"topics": "pages.less.other_topics"})
    if not reader.choices.topics and own.issubset(topics):
        return reader
    return change_one(claims, "topics", topics, app.now(), app)


def _needed(day: str) -> str:
    if not day:
        raise InvalidForm({"paused_until": "pages.errors.paused_until"})
    return day


def _ask(
    request: Request,
    claims: LinkClaims,
    reader: Subscriber,
    *,
    again: bool = False,
    errors: Mapping[str, str] | None = None,
    typed: Mapping[str, Any] | None = None,
) -> Answer:
    return page(
        request,
        "less",
        reader.language,
        status=422 if again or errors else 200,
        less=less_for(claims, reader),
        choices=shown_choices(reader) | dict(typed or {}),
        errors=errors or {},
        again=again,
        preferences_url=link(LinkPurpose.PREFERENCES, claims),
        unsubscribe_url=link(LinkPurpose.UNSUBSCRIBE, claims),
    )
