"""`newsletter decisions`, `articles` and `feeds`: what the schedules found and why they did what they did."""

from __future__ import annotations

from cli.output import say, table, when
from newsletter import wiring
from newsletter.descriptions import topic_label
from newsletter.domain.digest import newest_first
from newsletter.domain.times import parse_iso


def show_decisions(limit: int) -> int:
    """The newest decisions."""
    zone = wiring.templates().publication.time_zone
    decisions = wiring.content().decisions(limit)
    if not decisions:
        say("No scheduled run had anything to decide yet.")
        return 0
    table(
        (f"At ({zone})", "Run", "Decision", "Why"),
        ((when(parse_iso(line["at"]), zone), line["run"], line["decision"], line["why"]) for line in decisions),
    )
    return 0


def show_aside() -> int:
    """What was put aside for a person; exit code 1 when there is anything."""
    zone = wiring.templates().publication.time_zone
    kept = sorted(wiring.aside().everything(), key=lambda each: each.at)
    if not kept:
        say("Nothing was put aside.")
        return 0
    table((f"Since ({zone})", "Report"), ((when(parse_iso(each.at), zone), each.content) for each in kept))
    return 1


def show_articles(limit: int) -> int:
    """The newest articles with the topics they were given."""
    publication = wiring.templates().publication
    articles = newest_first(wiring.content().articles())[:limit]
    if not articles:
        say("No articles yet; `newsletter feeds` says whether the feeds can be read.")
        return 0
    zone = publication.time_zone
    table(
        (f"Listed ({zone})", "Published", "Title", "Topics"),
        (
            (
                when(article.listed_at, zone),
                when(article.published, zone) if article.published else "undated",
                article.title,
                ", ".join(topic_label(key, publication) for key in article.topics) or "none: for everyone",
            )
            for article in articles
        ),
    )
    return 0


def show_feeds() -> int:
    """The state of each feed; 1 when one cannot be read."""
    publication = wiring.templates().publication
    zone = publication.time_zone
    replacement = wiring.settings().feed_url
    if replacement:
        say("NEWSLETTER_FEED_URL replaces the feeds of publication.toml.")
    failing = 0
    for url in [replacement] if replacement else [feed.url for feed in publication.feeds]:
        state = wiring.content().feed_state(url)
        say(url)
        say(f"    last read: {when(parse_iso(state['read_at']), zone) if 'read_at' in state else 'never'} ({zone})")
        if "failing_since" in state:
            failing += 1
            say(f"    failing since {when(parse_iso(state['failing_since']), zone)}: {state['problem']}")
        for problem in state.get("problems", []):
            say(f"    {problem}")
    return 1 if failing else 0
