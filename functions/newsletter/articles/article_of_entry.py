"""What becomes of an entry of a feed: the article with its language, and its topics, before anything is kept of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from newsletter.articles.article import Article, Entry, short_hash
from newsletter.articles.classification.topics import classify
from newsletter.publication.publication import Feed, Publication


def article_of(entry: Entry, feed: Feed, publication: Publication, name: str, listed_at: datetime) -> Article:
    """The article with the id `name`, in the language that the entry states if the publication speaks it; no topics."""
    stated = "" if feed.ignore_stated_language else entry.language
    return Article(
        id=name,
        url=entry.url,
        title=entry.title,
        summary=entry.summary,
        topics=(),
        categories=entry.categories,
        language=stated if stated in publication.languages else feed.language,
        author=entry.author,
        image=entry.image,
        image_alt=entry.image_alt,
        image_width=entry.image_width,
        image_height=entry.image_height,
        minutes=entry.minutes,
        published=entry.published,
        listed_at=listed_at,
        feed=feed.url,
        body=short_hash(entry.html) if entry.html else "",
    )


def classified(article: Article, publication: Publication) -> Article:
    """The article with the topics that the publication gives it now."""
    found = classify(article.title, article.summary, article.categories, publication.topics, article.language)
    return replace(article, topics=found.topics, topic_reasons=found.reasons)
