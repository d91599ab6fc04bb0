"""/preferences/{token}/series/{sequence}: stop one sequence and keep the newsletter. Opening it changes nothing."""

from __future__ import annotations

from datetime import timedelta

from newsletter.container import app
from newsletter.nurture.enrollments.enrollment import can_be_stopped
from newsletter.platform.errors import NotFound
from newsletter.platform.links.links import LinkClaims, LinkPurpose
from newsletter.platform.web.answer import Answer
from newsletter.publication.toml_table import KEY
from newsletter.readers.subscriber import Subscriber
from public_site.reader_links import link
from public_site.request import Request
from public_site.responses import page
from public_site.routes.preferences import active_reader

MAX_AGE = timedelta(days=1)
"""How old the page may be when its button is pressed."""


def ask_to_stop(request: Request, token: str, sequence: str) -> Answer:
    """What stopping means, with the button; where the reader is in it no more, that no mail of it comes."""
    claims = app.links.read(LinkPurpose.PREFERENCES, token)
    reader = active_reader(claims)
    return _show(request, claims, reader, _known(sequence))


def press_stop(request: Request, token: str, sequence: str) -> Answer:
    """Stop the sequence, for good. Without a page of the last day it is shown again, so that a person presses."""
    claims = app.links.read(LinkPurpose.PREFERENCES, token)
    reader, now = active_reader(claims), app.now()
    key = _known(sequence)
    age = app.forms.age("series", request.field("form"), now, claims.subscriber)
    if age is None or age > MAX_AGE:
        return _show(request, claims, reader, key, again=True)
    app.triggers.stop(reader.id, key, now)
    return _show(request, claims, reader, key)


def _known(sequence: str) -> str:
    """Raises NotFound for what cannot be a sequence's key. One that the publication gave up can still be stopped."""
    if not KEY.match(sequence):
        raise NotFound("sequence")
    return sequence


def _show(request: Request, claims: LinkClaims, reader: Subscriber, sequence: str, *, again: bool = False) -> Answer:
    found = app.publication.sequences.get(sequence)
    active = can_be_stopped(app.enrollments.of(reader.id, sequence), found)
    title = found.title.get(app.publication.language(reader.language), "") if found else ""
    return page(
        request,
        "series",
        reader.language,
        status=422 if again and active else 200,
        title=title,
        active=active,
        again=again and active,
        token=app.forms.token("series", app.now(), claims.subscriber),
        preferences_url=link(LinkPurpose.PREFERENCES, claims),
        unsubscribe_url=link(LinkPurpose.UNSUBSCRIBE, claims),
    )
