"""The week that is planned: four new articles, an archive of four years, and the digest that carries them."""

from __future__ import annotations

import json
from datetime import timedelta

from newsletter.container import app
from newsletter.mailings.mailing import Kind, Mailing
from tests.bench.programs.mailing import STARTED, article

FRESH, ARCHIVED = 4, 200
"""A blog with one article a week has some 200 in four years; four new ones, of four topics, are a busy week."""
MAILING = Mailing(
    "digest-2026-W49",
    Kind.DIGEST,
    STARTED,
    articles=tuple(f"article{number}" for number in range(FRESH)),
    related=tuple(f"article{number}" for number in range(FRESH, FRESH + 12)),
    offer="sparraus",
)


def prepare() -> None:
    """Put the articles and the mailing where the planner finds them."""
    topics = [topic.key for topic in app.templates.publication.topics]
    for number in range(FRESH + ARCHIVED):
        listed_at = STARTED - timedelta(days=1 + (number if number < FRESH else 7 * number))
        app.articles.put(article(number, (topics[number % len(topics)],), listed_at))
    app.mailings.create(MAILING)


if __name__ == "__main__":
    prepare()
    print(json.dumps({"mailing": MAILING.id}))
