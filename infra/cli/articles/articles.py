"""`newsletter articles` and `article`: articles, the reasons of their topics, and marketing's decisions on them."""

from __future__ import annotations

import json

from cli.faults import Fault
from cli.output import facts, say, table, when
from newsletter.articles.article import Article
from newsletter.articles.parsing.markup import plain
from newsletter.container import app
from newsletter.mailings.digests.carry_again import carry_again
from newsletter.mailings.digests.digest import newest_first
from newsletter.overview.article_choices import ArticleAct, act_on_article, mark_of
from newsletter.overview.article_choices import retopic as give_topics
from newsletter.platform.errors import InvalidInput, NotNow
from newsletter.publication.publication import Publication
from newsletter.reports.descriptions import article_as_json, topic_label

EVERYONE = "none: for everyone"


def show_articles(limit: int, *, as_json: bool) -> int:
    """The newest articles with the topics they were given, and why."""
    publication = app.templates.publication
    articles = newest_first(app.articles.all())[:limit]
    if as_json:
        say(json.dumps({"articles": [article_as_json(article) for article in articles]}, indent=2, ensure_ascii=False))
        return 0
    if not articles:
        say("No articles yet; `newsletter feeds` says whether the feeds can be read.")
        return 0
    zone = publication.time_zone
    table(
        ("Article", f"Listed ({zone})", "Title", "Topics", "Because of", ""),
        (
            (
                article.id,
                when(article.listed_at, zone),
                article.title,
                "\n".join(_labels(article, publication)) or EVERYONE,
                "\n".join(article.topic_reasons),
                mark_of(article, app.now()),
            )
            for article in articles
        ),
    )
    return 0


def show_article(name: str) -> int:
    """All data of one article, with the beginning of its text."""
    publication = app.templates.publication
    zone = publication.time_zone
    article = _found(name)
    facts({"article": article_as_json(article)})
    size = f" ({article.image_width} × {article.image_height})" if article.image_width and article.image_height else ""
    topics = [
        f"{label} ({why})" for label, why in zip(_labels(article, publication), article.topic_reasons, strict=True)
    ]
    lines = {
        "id": article.id,
        "title": article.title,
        "address": article.url,
        "feed": article.feed,
        "author": article.author,
        "language": article.language,
        "published": when(article.published, zone) if article.published else "undated",
        "listed": when(article.listed_at, zone),
        "topics": "; ".join(topics) or EVERYONE,
        "categories": ", ".join(article.categories),
        "image": f"{article.image}{size}" if article.image else "",
        "image says": article.image_alt,
        "to read": f"{article.minutes} min" if article.minutes else "",
        "marketing": mark_of(article, app.now()),
        "kept out": article.withdrawn or article.excluded,
        "summary": article.summary,
        "text": plain(app.articles.body(article.id))[:2_000],
    }
    table(("", f"Times in {zone}"), [(name, value) for name, value in lines.items() if value])
    return 0


def pin(name: str) -> int:
    """Put an article on top of its digest."""
    article = _found(name)
    act_on_article(ArticleAct.PIN, article.id, app.now(), app)
    say(f"{_named(article)} is pinned: it comes first in its digest.")
    return 0


def skip(name: str) -> int:
    """Keep an article out of every digest."""
    article = _found(name)
    act_on_article(ArticleAct.SKIP, article.id, app.now(), app)
    say(f"{_named(article)} is skipped: no digest that is still to be started has it.")
    return 0


def again(name: str) -> int:
    """Have the next digests carry an article once more."""
    article = _found(name)
    try:
        new = carry_again(article, app.now(), app)
    except NotNow as fault:
        raise Fault(f"{_named(article)} cannot be mailed again: {fault}") from fault
    already = "" if new else " already"
    say(f"{_named(article)} is{already} to come once more: the next weekly and the next monthly digest carry it,")
    say("also to readers who got it before. Until then, `newsletter article reset` takes that back.")
    return 0


def retopic(name: str, topics: list[str], *, everyone: bool) -> int:
    """Replace the topics of an article; with `everyone` it has none and goes to all readers."""
    publication = app.templates.publication
    article = _found(name)
    if bool(topics) == everyone:
        raise Fault("name the topics of the article, or give --everyone for none")
    try:
        changed = give_topics(article.id, topics, app)
    except InvalidInput as wrong:
        raise Fault(wrong.message) from wrong
    labels = ", ".join(topic_label(key, publication) for key in changed.topics) or "no topic, so it is for everyone"
    say(f"{_named(article)} now has: {labels}.")
    return 0


def reset(name: str) -> int:
    """Undo marketing's choices about an article."""
    article = _found(name)
    act_on_article(ArticleAct.RESET, article.id, app.now(), app)
    say(f"{_named(article)} is as its feed has it.")
    return 0


def _found(name: str) -> Article:
    """The article with that id, or with the only id that begins with it."""
    found = [article for article in app.articles.all() if article.id.startswith(name.strip().lower())]
    if len(found) != 1:
        known = "no article" if not found else f"{len(found)} articles have an id that begins with"
        raise Fault(f"{known} {name}; `newsletter articles` names them")
    return found[0]


def _named(article: Article) -> str:
    return f"{article.id} ({article.title})"


def _labels(article: Article, publication: Publication) -> list[str]:
    return [topic_label(key, publication) for key in article.topics]
