"""The catalog of articles: match entries of feeds with known articles, add the new ones, update what changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from newsletter.articles.article import Article, Entry, article_id, short_hash
from newsletter.articles.articles_store import Articles
from newsletter.articles.deduplication import (
    LINK,
    TEXT,
    fingerprints,
    is_same_article,
    match_entries,
    merge_fingerprints,
)
from newsletter.articles.stemming import stem_in
from newsletter.articles.topics import classify
from newsletter.platform.times import iso
from newsletter.publication.publication import Feed, Publication

UNDATED_AGE = timedelta(days=365)
"""The age of an article without a date that was found in an archive, so that it is not in the next digest."""


class ArticleCatalog:
    """The articles of one run: all are read once; those that changed are written."""

    def __init__(self, store: Articles, publication: Publication, feeds: Sequence[Feed]) -> None:
        self._store = store
        self._publication = publication
        self._feeds = {feed.url for feed in feeds}
        self._articles = {article.id: article for article in store.as_found()}

    def match(self, feed: Feed, entries: Sequence[Entry]) -> tuple[dict[str, Article], set[str]]:
        """The known articles by the identities of their entries, and the identities that belong to another feed.

        An article belongs to the feed in which it was seen first. The articles of feeds that the publication no longer
        has may be taken over: a feed may have moved to another address.
        """
        mine = [a for a in self._articles.values() if a.feed == feed.url or a.feed not in self._feeds]
        found = match_entries(feed.url, entries, mine)
        for entry in entries:
            if entry.identity not in found and (article := self._by_id(feed, entry)) is not None:
                found[entry.identity] = article
        others = [a for a in self._articles.values() if a.feed != feed.url and a.feed in self._feeds]
        rest = [entry for entry in entries if entry.identity not in found]
        return found, set(match_entries(feed.url, rest, others, (LINK, TEXT)))

    def new_id(self, feed: Feed, entry: Entry) -> str:
        """The id of a new article.

        An identity that another article has had before (an address can be used again) gets the date, or the title, of
        the entry added.
        """
        name = article_id(feed.url, entry.identity)
        if name not in self._articles:
            return name
        return article_id(feed.url, f"{entry.identity}\n{iso(entry.published) if entry.published else entry.title}")

    def upsert(
        self, feed: Feed, entry: Entry, before: Article | None, listed_at: datetime, *, archived: bool
    ) -> Article:
        """The article as the entry has it now, written if that changed anything.

        `before` is the known article, None for a new one; `listed_at` and `archived` are used for a new one only.
        """
        seen = fingerprints(feed.url, entry)
        if before is None:
            article = self._made(feed, entry, self.new_id(feed, entry), listed_at)
            article = replace(article, archived=archived, fingerprints=seen)
        else:
            article = self._made(feed, entry, before.id, before.listed_at)
            merged = merge_fingerprints(before.fingerprints, seen)
            article = replace(article, archived=before.archived, fingerprints=merged)
        if article != before:
            if entry.html and (before is None or article.body != before.body):
                self._store.put_body(article.id, entry.html)
            self._store.put(article)
            self._articles[article.id] = article
        return article

    def reclassify(self) -> int:
        """Give every article the topics that the publication has now; the number of articles that changed."""
        changed = 0
        for article in list(self._articles.values()):
            now = self._classified(article)
            if now != article:
                changed += self._store.put(now)
                self._articles[article.id] = now
        return changed

    def _by_id(self, feed: Feed, entry: Entry) -> Article | None:
        """The article that has the entry's own id, or the second one that `new_id` gives."""
        first = self._articles.get(article_id(feed.url, entry.identity))
        if first is None or entry.guid or is_same_article(LINK, entry, first):
            return first
        return self._articles.get(self.new_id(feed, entry))

    def _made(self, feed: Feed, entry: Entry, name: str, listed_at: datetime) -> Article:
        languages = self._publication.languages
        stated = "" if feed.ignore_stated_language else entry.language
        article = Article(
            id=name,
            url=entry.url,
            title=entry.title,
            summary=entry.summary,
            topics=(),
            categories=entry.categories,
            language=stated if stated in languages else feed.language,
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
        return self._classified(article)

    def _classified(self, article: Article) -> Article:
        stem = stem_in(article.language)
        found = classify(article.title, article.summary, article.categories, self._publication.topics, stem)
        return replace(article, topics=found.topics, topic_reasons=found.reasons)


def archive_listing(entry: Entry, seen_at: datetime, last_read: datetime | None) -> tuple[datetime, bool]:
    """When an entry counts as listed in a reading that may bring an archive, and whether the article is archived.

    News, published after `last_read`, count as listed at `seen_at`; everything else as listed when it was published.
    """
    if last_read and entry.published and entry.published > last_read:
        return seen_at, False
    return (min(entry.published, seen_at) if entry.published else seen_at - UNDATED_AGE), True
