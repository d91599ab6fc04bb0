"""Articles and marketing's choices about them as items of the Content table, and back.

The attribute of the fingerprints is called `marks`; another name would need a migration.
"""

from __future__ import annotations

from typing import Any

from newsletter.articles.article import Article, Choice
from newsletter.platform.times import iso, parse_iso


def article_values(article: Article) -> dict[str, Any]:
    """The attributes of an article; marketing's choice is an item of its own."""
    return {
        "url": article.url,
        "title": article.title,
        "summary": article.summary,
        "topics": list(article.topics),
        "topic_reasons": list(article.topic_reasons),
        "categories": list(article.categories),
        "language": article.language,
        "author": article.author,
        "image": article.image,
        "image_alt": article.image_alt,
        "image_width": article.image_width,
        "image_height": article.image_height,
        "minutes": article.minutes,
        "feed": article.feed,
        "marks": list(article.fingerprints),
        "body": article.body,
        "archived": article.archived,
        "withdrawn": article.withdrawn or None,
        "excluded": article.excluded or None,
        "published": iso(article.published) if article.published else None,
        "listed_at": iso(article.listed_at),
    }


def article_from(item: dict[str, Any]) -> Article:
    """The article of an item."""
    return Article(
        id=item["sk"],
        url=item["url"],
        title=item["title"],
        summary=item["summary"],
        topics=tuple(item["topics"]),
        topic_reasons=tuple(item["topic_reasons"]),
        categories=tuple(item["categories"]),
        language=item["language"],
        author=item["author"],
        image=item["image"],
        image_alt=item["image_alt"],
        image_width=item["image_width"],
        image_height=item["image_height"],
        minutes=item["minutes"],
        feed=item["feed"],
        fingerprints=tuple(item["marks"]),
        body=item["body"],
        archived=item["archived"],
        withdrawn=item.get("withdrawn", ""),
        excluded=item.get("excluded", ""),
        published=parse_iso(item["published"]) if "published" in item else None,
        listed_at=parse_iso(item["listed_at"]),
    )


def choice_values(choice: Choice) -> dict[str, Any]:
    """The attributes of a choice; without `topics` the article keeps those that were found."""
    topics = None if choice.topics is None else list(choice.topics)
    again_at = iso(choice.again_at) if choice.again_at else None
    return {"pinned": choice.pinned, "skipped": choice.skipped, "topics": topics, "again_at": again_at}


def choice_from(item: dict[str, Any]) -> Choice:
    """The choice of an item."""
    topics = tuple(item["topics"]) if "topics" in item else None
    again_at = parse_iso(item["again_at"]) if "again_at" in item else None
    return Choice(item.get("pinned", False), item.get("skipped", False), topics, again_at)
