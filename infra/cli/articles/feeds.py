"""`newsletter feeds`: the state of each feed, and what its next reading is to do."""

from __future__ import annotations

import json

from cli.faults import Fault
from cli.output import say, when
from newsletter.articles.checks.feeds_as_json import state_as_json
from newsletter.articles.feeds.accept_feed import accept_feed, ask_for_archive
from newsletter.articles.feeds.feed_state import FeedState
from newsletter.container import app
from newsletter.platform.errors import Conflict, NotFound


def show_feeds(only: str | None = None, *, as_json: bool = False) -> int:
    """The state of each feed, or of `only` one. Returns 1 when one cannot be read or is held."""
    urls = _urls() if only is None else [_known(only)]
    states = {url: app.feed_states.get(url) for url in urls}
    if as_json:
        found = [state_as_json(url, state) for url, state in states.items()]
        say(json.dumps({"feeds": found} if only is None else found[0], indent=2, ensure_ascii=False))
    else:
        if app.settings.feed_url:
            say("NEWSLETTER_FEED_URL replaces the feeds of publication.toml.")
        for url, state in states.items():
            _show(url, state)
    return 1 if any(state.is_in_trouble for state in states.values()) else 0


def _show(url: str, state: FeedState) -> None:
    zone = app.templates.publication.time_zone
    say(url)
    say(f"    last read: {when(state.read_at, zone) if state.read_at else 'never'} ({zone})")
    if state.failure:
        say(f"    failing since {when(state.failure.since, zone)}: {state.failure.problem}")
    if state.rests_until:
        say(f"    its server asks not to be asked before {when(state.rests_until, zone)}; until then it is left alone")
    if state.hold:
        news, entries = state.hold.news, len(state.hold.entries)
        say(f"    held since {when(state.hold.since, zone)}: {state.hold.reason}")
        say("    Nothing of it is kept or mailed. When the feed is as it was, it is read again by itself. If it is")
        say(f"    right as it is now: newsletter feeds accept {url}")
        say(f"    Then {news} of its {entries} entries may be mailed as news; the others go to the archive.")
    if state.accepted_at:
        say("    accepted: its next reading, within the hour, keeps what it has now")
    if state.archive_pages:
        say(f"    its next reading, within the hour, goes through {state.archive_pages} older pages")
    for problem in state.problems:
        say(f"    {problem}")


def accept(url: str) -> int:
    """Accept a held feed as it is."""
    try:
        entries = accept_feed(_known(url), app.now(), app)
    except (NotFound, Conflict) as fault:
        raise Fault(str(fault)) from fault
    say(f"{url} is accepted with its {entries} entries; its next reading, within the hour, keeps them.")
    return 0


def archive(url: str, pages: int) -> int:
    """Have the next reading of a feed go through older pages too."""
    try:
        ask_for_archive(_known(url), pages, app)
    except (NotFound, Conflict) as fault:
        raise Fault(str(fault)) from fault
    say(f"The next reading of {url}, within the hour, goes through {pages} older pages. None of it is mailed.")
    return 0


def _known(url: str) -> str:
    urls = _urls()
    if url not in urls:
        raise Fault(f"{url!r} is no feed of this publication; it has {', '.join(urls)}")
    return url


def _urls() -> list[str]:
    replacement = app.settings.feed_url
    return [replacement] if replacement else [feed.url for feed in app.templates.publication.feeds]
