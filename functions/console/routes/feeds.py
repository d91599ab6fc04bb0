"""/console/feeds and /api/v1/feeds: the state of each feed, and what would be made of a feed at an address."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.principal import Principal
from console.request import Request
from console.responses import page, redirect
from console.wording.language import words
from newsletter.articles.checks.feeds_as_json import checked_as_json, state_as_json
from newsletter.articles.feeds.accept_feed import accept_feed
from newsletter.articles.feeds.feed_state import FeedState
from newsletter.container import app
from newsletter.platform.errors import Conflict, InvalidInput, NotFound, NotNow, text_of
from newsletter.platform.web.answer import Answer, json_answer
from newsletter.platform.words.said import say
from newsletter.reports.descriptions import topic_label

if TYPE_CHECKING:
    from newsletter.articles.checks.check_feed import CheckedFeed

CHECK_SECONDS = 11.0
"""For a feed, and as long again for that which a page names: API Gateway waits for an answer for 30 seconds."""
MAX_URL = 2_000
SHOWN = 50
"""Entries on the page; the JSON has all."""
MAX_ENTRIES = 200
"""Entries in the JSON: Lambda answers with at most 6 MB."""
ADDRESS = re.compile(r"https?://[^\s/]+")


@dataclass(frozen=True)
class Line:
    """A feed on the page."""

    url: str
    state: FeedState


def show(_request: Request, who: Principal) -> Answer:
    """The feeds, and a form for an address."""
    return _page(who)


def check(request: Request, who: Principal) -> Answer:
    """What would be made of the feed at the address in the form; a read, so anybody who is signed in may."""
    given = request.field("url")
    try:
        checked = _checked(given)
    except InvalidInput as wrong:
        return _page(who, given=given, error=wrong.message, status=422)
    return _page(who, given=given, checked=checked)


def accept(request: Request, _who: Principal) -> Answer:
    """Let a held feed through as it is."""
    feed = request.field("feed")
    if feed not in app.feed_urls:
        raise NotFound(f"feed {feed}")
    try:
        accept_feed(feed, app.now(), app)
    except (NotFound, Conflict) as error:
        raise NotNow(text_of(error)) from error
    return redirect("/console/feeds")


def list_feeds(_request: Request, _who: Principal) -> Answer:
    """Every feed with its state."""
    return json_answer(200, {"feeds": [state_as_json(line.url, line.state) for line in _lines()]})


def check_one(request: Request, _who: Principal) -> Answer:
    """What would be made of the feed at an address."""
    found = checked_as_json(_checked(request.json_object()["url"]))
    return json_answer(200, {**found, "entries": found["entries"][:MAX_ENTRIES]})


def _checked(given: str) -> CheckedFeed:
    """Raises InvalidInput for what is no address: files are read by nobody from here, in the local cloud neither."""
    # Only here: a start of the console should not wait for what reads feeds.
    from newsletter.articles.checks.check_feed import check_feed, with_scheme

    url = with_scheme(given)
    if not ADDRESS.match(url) or len(url) > MAX_URL:
        raise InvalidInput("url", say("the http(s) address of a feed, or of a page that names one"))
    return check_feed(url, app.feeds, app.templates.publication, app.now(), seconds=CHECK_SECONDS)


def _lines() -> list[Line]:
    return [Line(url, app.feed_states.get(url)) for url in app.feed_urls]


def _page(
    who: Principal, *, given: str = "", error: str = "", checked: CheckedFeed | None = None, status: int = 200
) -> Answer:
    publication = app.templates.publication
    labels = {topic.key: topic_label(topic.key, publication, words().language) for topic in publication.topics}
    return page(
        "feeds",
        who,
        status=status,
        lines=_lines(),
        given=given[:MAX_URL],
        error=error,
        checked=checked,
        shown=SHOWN,
        labels=labels,
    )
