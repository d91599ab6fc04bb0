"""The feeds: can they be read now, are they read by the stack, and is there anything new in them?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from cli.doctor.finding import Finding, fault, half_known, together, unknown, warning
from cli.doctor.place import Place
from newsletter.articles.checks.check_feed import check_feed
from newsletter.platform.aws.items import side_by_side

SECONDS = 20.0
"""For one feed."""
READ_WITHIN = timedelta(hours=3)
"""Feeds are read every hour."""
NEWS_WITHIN = timedelta(days=60)


def look(place: Place) -> Finding:
    """Each feed of the publication, or the one that replaces them."""
    urls = place.app.feed_urls
    found = [each for some in side_by_side(lambda url: list(_feed(url, place)), urls) for each in some]
    return together(found, f"{len(urls)} can be read, with an article of the last {NEWS_WITHIN.days} days in each")


def _feed(url: str, place: Place) -> Iterator[Finding]:
    app, now = place.app, place.app.now()
    checked = check_feed(url, app.feeds, app.publication, now, seconds=SECONDS)
    look = f"newsletter feeds check {url}"
    if not checked.is_feed:
        yield fault(f"{url} cannot be read: {'; '.join(checked.problems) or 'no feed'}", look)
    elif checked.moved_to:
        yield warning(f"{url} has moved to {checked.moved_to}", "write the new address into publication.toml")
    else:
        dates = [each.article.published for each in checked.entries if each.article.published]
        newest = max((each for each in dates if each <= now), default=None)
        if newest is None or now - newest > NEWS_WITHIN:
            since = f"since {newest:%Y-%m-%d}" if newest else "with a date"
            yield warning(f"{url} has nothing new {since}, so digests have nothing to carry", look)
    yield from _as_the_stack_sees_it(url, place, now)


def _as_the_stack_sees_it(url: str, place: Place, now: datetime) -> Iterator[Finding]:
    try:
        state = place.app.feed_states.get(url)
    except Exception as error:  # noqa: BLE001 (raised again unless AWS does not answer)
        yield half_known(f"how the stack reads {url}", error)
        return
    if state.hold:
        yield warning(
            f"{url} is held since {state.hold.since:%Y-%m-%d}: {state.hold.reason}",
            f"newsletter feeds {place.options}\nnewsletter feeds accept {url} {place.options}",
        )
    if state.failure:
        yield warning(
            f"the stack cannot read {url} since {state.failure.since:%Y-%m-%d %H:%M} UTC: {state.failure.problem}",
            f"newsletter feeds {place.options}",
        )
    elif state.read_at is None:
        yield unknown(f"the stack has not read {url} yet; it does within the hour", "")
    elif now - state.read_at > READ_WITHIN:
        yield warning(
            f"the stack has read {url} last on {state.read_at:%Y-%m-%d %H:%M} UTC, and should every hour",
            f"newsletter dead-letters show schedule {place.options}",
        )
