"""/preferences: the page where a reader changes choices and address."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from newsletter.container import app
from newsletter.platform.errors import InvalidForm, InvalidInput
from newsletter.platform.links.links import LinkClaims, LinkPurpose
from newsletter.platform.web.answer import Answer
from newsletter.readers import preferences as change_preferences
from newsletter.readers.choice import LONGEST_PAUSE
from newsletter.readers.choices import CHOICES, LINES
from newsletter.readers.current_subscriber import current_subscriber
from newsletter.readers.preferences import ChoicesForm
from newsletter.readers.subscriber import Status, Subscriber
from public_site.admission import admitted, ask_for_proof
from public_site.problems import Moved, SubscriptionEnded
from public_site.reader_links import link
from public_site.request import Request
from public_site.responses import page
from public_site.routes.subscription import mail_limits


def show_preferences(request: Request, token: str) -> Answer:
    """The reader's present choices, in a form."""
    claims = app.links.read(LinkPurpose.PREFERENCES, token)
    return _form(request, claims, _present(active_reader(claims)))


def save_preferences(request: Request, token: str) -> Answer:
    """Store the choices and show them again; 422 with what was typed if one is invalid."""
    claims = app.links.read(LinkPurpose.PREFERENCES, token)
    reader = active_reader(claims)
    if "new_email" in request.fields:
        return _move(request, claims, reader)
    topics, every_topic = _topics(request, reader)
    choices = {name: request.field(name) for name in LINES} | {
        "topics": topics,
        "frequency": request.field("frequency") or reader.choices.frequency,
        "tracking": request.ticked("tracking"),
    }
    typed = ChoicesForm(choices, every_topic=every_topic)
    try:
        changed = change_preferences.change(claims, typed, app.now(), app)
    except InvalidForm as wrong:
        return _form(request, claims, typed, language=reader.language, errors=wrong.errors)
    return _form(request, claims, _present(changed), saved=True)


def _topics(request: Request, reader: Subscriber) -> tuple[tuple[str, ...], bool]:
    """The topics that are ticked, and whether all are wanted. If both are ticked, the one ticked just now counts."""
    topics, every_topic = tuple(filter(None, request.texts("topics"))), request.ticked("every_topic")
    if topics and every_topic:
        return (topics, False) if not reader.choices.topics else ((), True)
    return topics, every_topic


def _move(request: Request, claims: LinkClaims, reader: Subscriber) -> Answer:
    """Request a confirmation at the new address, with the limits of all forms and the same answer for any address."""
    typed = request.field("new_email")
    try:
        email = change_preferences.checked_address(claims, typed, app)
    except InvalidInput as wrong:
        if request.wants_json:
            raise InvalidInput("new_email", wrong.message) from wrong
        return _form(request, claims, _present(reader), errors={"new_email": wrong.message}, new_email=typed)
    if not admitted(request, email):
        return ask_for_proof(request, reader.language, email, new_email=typed)
    change_preferences.change_address(claims, email, request.network, app.now(), app)
    return page(
        request, "new_address", reader.language, preferences_url=link(LinkPurpose.PREFERENCES, claims), **mail_limits()
    )


def active_reader(claims: LinkClaims) -> Subscriber:
    """The reader of the link. Raises Moved or SubscriptionEnded for one who cannot change anything with it."""
    reader = change_preferences.current(claims, app)
    if reader is None or reader.status is not Status.ACTIVE:
        found = current_subscriber(claims.subscriber, app)
        over = Moved if found.status == Status.ACTIVE else SubscriptionEnded
        raise over(found.language)
    return reader


def _present(reader: Subscriber) -> ChoicesForm:
    """The form as the reader would have filled it in."""
    paused = change_preferences.pause_to_come(reader, app.now(), app.templates.publication)
    choices = {name: getattr(reader.choices, name) for name in CHOICES}
    return ChoicesForm(
        choices | {"paused_until": paused.isoformat() if paused else ""}, every_topic=not reader.choices.topics
    )


def today() -> date:
    """The day in the publication's time zone."""
    return app.now().astimezone(app.templates.publication.time_zone).date()


def _form(
    request: Request,
    claims: LinkClaims,
    form: ChoicesForm,
    *,
    language: str = "",
    errors: Mapping[str, str] | None = None,
    saved: bool = False,
    new_email: str = "",
) -> Answer:
    this_day = today()
    return page(
        request,
        "preferences",
        language or form.choices["language"],
        status=422 if errors else 200,
        form=form,
        errors=errors or {},
        saved=saved,
        new_email=new_email,
        first_day=(this_day + timedelta(days=1)).isoformat(),
        last_day=(this_day + LONGEST_PAUSE).isoformat(),
        unsubscribe_url=link(LinkPurpose.UNSUBSCRIBE, claims),
        my_data_url=link(LinkPurpose.MY_DATA, claims),
    )
