"""Make articles of entries: recognise those that are known, list those that are new, write what changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from newsletter.adapters.articles_store import Articles
from newsletter.adapters.stems import stem_in
from newsletter.domain.article import Article, Entry, article_id, short_hash
from newsletter.domain.identity import LINK, TEXT, is_same, marks, merged, recognised
from newsletter.domain.publication import Feed, Publication
from newsletter.domain.times import iso
from newsletter.domain.topics import classify

LONG_AGO = timedelta(days=365)
"""How old an undated article of an archive is taken to be: it belongs there, not into the next digest."""


class Shelf:
    """The articles of one run: read once, written where something changed."""

    def __init__(self, store: Articles, publication: Publication, feeds: Sequence[Feed]) -> None:
        self._store = store
        self._publication = publication
        self._feeds = {feed.url for feed in feeds}
        self._articles = {article.id: article for article in store.as_found()}

    def known(self, feed: Feed, entries: Sequence[Entry]) -> tuple[dict[str, Article], set[str]]:
        """The article of each known entry under the entry's identity; and identities that belong to another feed.

        A feed takes over the articles of one that the publication no longer has: it may have moved. What stands in
        two feeds belongs to the one where it was seen first.
        """
        mine = [a for a in self._articles.values() if a.feed == feed.url or a.feed not in self._feeds]
        found = recognised(feed.url, entries, mine)
        for entry in entries:
            if entry.identity not in found and (article := self._by_id(feed, entry)) is not None:
                found[entry.identity] = article
        theirs = [a for a in self._articles.values() if a.feed != feed.url and a.feed in self._feeds]
        rest = [entry for entry in entries if entry.identity not in found]
        return found, set(recognised(feed.url, rest, theirs, (LINK, TEXT)))

    def id_of(self, feed: Feed, entry: Entry) -> str:
        """The id of a new article. An address that was used for another article before is told apart by its date."""
        name = article_id(feed.url, entry.identity)
        if name not in self._articles:
            return name
        return article_id(feed.url, f"{entry.identity}\n{iso(entry.published) if entry.published else entry.title}")

    def keep(self, feed: Feed, entry: Entry, before: Article | None, listed_at: datetime, *, archived: bool) -> Article:
        """The article as it stands now, written if that is new; `listed_at` and `archived` count for a new one only."""
        seen = marks(feed.url, entry)
        if before is None:
            article = replace(
                self._made(feed, entry, self.id_of(feed, entry), listed_at), archived=archived, marks=seen
            )
        else:
            article = self._made(feed, entry, before.id, before.listed_at)
            article = replace(article, archived=before.archived, marks=merged(before.marks, seen))
        if article != before:
            if entry.html and (before is None or article.body != before.body):
                self._store.put_body(article.id, entry.html)
            self._store.put(article)
            self._articles[article.id] = article
        return article

    def classify_again(self) -> int:
        """Give every article the topics of the publication as it is now; how many changed."""
        changed = 0
        for article in list(self._articles.values()):
            now = self._classified(article)
            if now != article:
                changed += self._store.put(now)
                self._articles[article.id] = now
        return changed

    def _by_id(self, feed: Feed, entry: Entry) -> Article | None:
        """An article that was kept under the entry's own id, or under the second one that `id_of` gives."""
        first = self._articles.get(article_id(feed.url, entry.identity))
        if first is None or entry.guid or is_same(LINK, entry, first):
            return first
        return self._articles.get(self.id_of(feed, entry))

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


def listing(entry: Entry, seen_at: datetime, last_read: datetime | None) -> tuple[datetime, bool]:
    """When an entry of an archive counts as listed, and whether it is archived: unless it came after `last_read`."""
    if last_read and entry.published and entry.published > last_read:
        return seen_at, False
    return (min(entry.published, seen_at) if entry.published else seen_at - LONG_AGO), True
