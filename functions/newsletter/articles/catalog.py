"""The catalog of articles: match entries of feeds with known articles, add the new ones, update what changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from newsletter.articles.article import Article, Entry, article_id
from newsletter.articles.article_of_entry import article_of, classified
from newsletter.articles.articles_store import Articles
from newsletter.articles.deduplication import (
    EDITION,
    EDITIONS,
    KINDS,
    LINK,
    TEXT,
    fingerprints,
    is_nearly_same,
    is_same_article,
    match_entries,
    match_titles,
    merge_fingerprints,
    names_among,
    repeats,
    title_words,
)
from newsletter.articles.exclusion import excluded_because
from newsletter.articles.listing import Listing
from newsletter.articles.parsing.markup import plain
from newsletter.platform.times import iso
from newsletter.publication.publication import Feed, Publication

MAX_COMPARED = 20
"""Entries, and articles, of which the texts are compared word by word in one reading of a feed."""


class ArticleCatalog:
    """The articles of one run: all are read once; those that changed are written."""

    def __init__(self, store: Articles, publication: Publication, feeds: Sequence[Feed]) -> None:
        self._store = store
        self._publication = publication
        self._feeds = {feed.url: feed for feed in feeds}
        self._articles = {article.id: article for article in store.as_found()}

    def match(
        self, feed: Feed, entries: Sequence[Entry], gone: Collection[str] = ()
    ) -> tuple[dict[str, Article], dict[str, Article]]:
        """The known articles by the identities of their entries, and those that belong to another feed.

        An article belongs to the feed in which it was seen first. The articles of feeds that the publication no longer
        has may be taken over: a feed may have moved to another address. `gone` are the ids of the last copy: those that
        are not in this one any more may be there under another name, with a word edited.
        """
        mine = [a for a in self._articles.values() if a.feed == feed.url or a.feed not in self._feeds]
        found = match_entries(feed.url, entries, mine, EDITIONS if feed.edits_are_news else KINDS)
        for entry in entries:
            if entry.identity not in found and (article := self._by_id(feed, entry)) is not None:
                found[entry.identity] = article
        if feed.edits_are_news:
            found = {name: each for name, each in found.items() if self._is_edition(feed, entries, name, each)}
        else:
            # What is known by its words alone must be of this very feed.
            here = self.of_feed(feed)
            found |= match_titles(*_left(entries, here, found))
            rest, left = _left(entries, here, found)
            found |= self._nearly_same(rest, [a for a in left if a.id in gone or a.withdrawn])
            found |= self._repeated(*_left(entries, here, found))
        others = [a for a in self._articles.values() if a.feed != feed.url and a.feed in self._feeds]
        rest = [entry for entry in entries if entry.identity not in found]
        return found, match_entries(feed.url, rest, others, (TEXT,) if feed.edits_are_news else (LINK, TEXT))

    def new_id(self, feed: Feed, entry: Entry) -> str:
        """The id of a new article.

        An identity that another article has had before (an address can be used again) gets the date, or the title, of
        the entry added; an edition of a series all that makes it one.
        """
        name = article_id(feed.url, entry.identity)
        if name not in self._articles:
            return name
        if feed.edits_are_news:
            return article_id(feed.url, f"{entry.identity}\n{fingerprints(feed.url, entry, editions=True)[-1]}")
        return article_id(feed.url, f"{entry.identity}\n{iso(entry.published) if entry.published else entry.title}")

    def add(self, feed: Feed, entry: Entry, listing: Listing) -> Article:
        """A new article."""
        article = replace(
            self._made(feed, entry, self.new_id(feed, entry), listing.at),
            archived=listing.archived,
            fingerprints=fingerprints(feed.url, entry, editions=feed.edits_are_news),
        )
        return self._kept(article, None, entry)

    def update(self, feed: Feed, entry: Entry, before: Article, listed_at: datetime) -> Article:
        """The known article as the entry has it now, written if that changed anything; it is not withdrawn any more."""
        seen = fingerprints(feed.url, entry, editions=feed.edits_are_news)
        article = replace(
            self._made(feed, entry, before.id, listed_at),
            archived=before.archived,
            fingerprints=merge_fingerprints(before.fingerprints, seen),
        )
        return self._kept(article, before, entry)

    def withdraw(self, article: str, because: str) -> bool:
        """Have readers not get an article; False when that was so, or there is no such article."""
        before = self._articles.get(article)
        if before is None or before.withdrawn:
            return False
        self._articles[article] = replace(before, withdrawn=because)
        return self._store.put(self._articles[article])

    def replaced_by(self, article: Article) -> list[str]:
        """The ids of other articles of the same feed at the same address, or with the same guid, that are not out."""
        names = set(names_among(article.fingerprints))
        return [
            each.id
            for each in self._articles.values()
            if each.feed == article.feed
            and each.id != article.id
            and not each.withdrawn
            and names.intersection(each.fingerprints)
        ]

    def get(self, article: str) -> Article | None:
        """The article with that id, as its feed has it."""
        return self._articles.get(article)

    def of_feed(self, feed: Feed) -> list[Article]:
        """Every article that was found in the feed."""
        return [article for article in self._articles.values() if article.feed == feed.url]

    def reclassify(self) -> int:
        """Give every article the topics that the publication has now; the number of articles that changed."""
        changed = 0
        for article in list(self._articles.values()):
            now = self._classified(article)
            if now != article:
                changed += self._store.put(now)
                self._articles[article.id] = now
        return changed

    def _is_edition(self, feed: Feed, entries: Sequence[Entry], name: str, article: Article) -> bool:
        """Whether the article is this edition of its page: also one from before editions were told apart."""
        known = [each for each in article.fingerprints if each.startswith(f"{EDITION}:")]
        entry = next(entry for entry in entries if entry.identity == name)
        return not known or fingerprints(feed.url, entry, editions=True)[-1] in known

    def _nearly_same(self, entries: Sequence[Entry], articles: Sequence[Article]) -> dict[str, Article]:
        """The article of each entry that says nearly the same; an article is matched once."""
        found: dict[str, Article] = {}
        texts: dict[str, str] = {}
        for entry in entries[:MAX_COMPARED]:
            for article in articles[:MAX_COMPARED]:
                if article in found.values():
                    continue
                if article.id not in texts:
                    texts[article.id] = self._text(article)
                if is_nearly_same(entry, article, texts[article.id]):
                    found[entry.identity] = article
                    break
        return found

    def _repeated(self, entries: Sequence[Entry], articles: Sequence[Article]) -> dict[str, Article]:
        """The article of each entry that repeats one of the same title, though that is in the feed no more."""
        by_title: dict[str, list[Article]] = {}
        for article in articles:
            by_title.setdefault(title_words(article.title), []).append(article)
        found: dict[str, Article] = {}
        for entry in entries[:MAX_COMPARED]:
            for article in by_title.get(title_words(entry.title), ())[-MAX_COMPARED:]:
                if article not in found.values() and repeats(entry, article.published, self._text(article)):
                    found[entry.identity] = article
                    break
        return found

    def _text(self, article: Article) -> str:
        return plain(self._store.body(article.id)) if article.body else article.summary

    def _kept(self, article: Article, before: Article | None, entry: Entry) -> Article:
        if article != before:
            if entry.html and (before is None or article.body != before.body):
                self._store.put_body(article.id, entry.html)
            self._store.put(article, before.listed_at if before else None)
            self._articles[article.id] = article
        return article

    def _by_id(self, feed: Feed, entry: Entry) -> Article | None:
        """The article that has the entry's own id, or the second one that `new_id` gives."""
        first = self._articles.get(article_id(feed.url, entry.identity))
        if first is None or entry.guid or is_same_article(LINK, entry, first):
            return first
        return self._articles.get(self.new_id(feed, entry))

    def _made(self, feed: Feed, entry: Entry, name: str, listed_at: datetime) -> Article:
        return self._classified(article_of(entry, feed, self._publication, name, listed_at))

    def _classified(self, article: Article) -> Article:
        feed = self._feeds.get(article.feed)
        out = excluded_because(article, feed.exclude) if feed else article.excluded
        return replace(classified(article, self._publication), excluded=out)


def _left(
    entries: Sequence[Entry], articles: Sequence[Article], found: Mapping[str, Article]
) -> tuple[list[Entry], list[Article]]:
    """Those that are not matched yet."""
    taken = {article.id for article in found.values()}
    return (
        [entry for entry in entries if entry.identity not in found],
        [article for article in articles if article.id not in taken],
    )
