"""A copy of a feed beside what is known: which entries are known, left out, new or old."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from newsletter.articles.article import Entry, short_hash
from newsletter.articles.catalog import ArticleCatalog
from newsletter.articles.deduplication import fingerprints, names_among, repeated_in_feed
from newsletter.articles.exclusion import left_out_because, protected_because
from newsletter.articles.feeds.feed_client import Fetched
from newsletter.articles.feeds.feed_state import FeedState
from newsletter.articles.feeds.withdrawals import dropped
from newsletter.articles.listing import LastCopy, Listing, listing_in_archive, listing_of_news, old_entries, waits
from newsletter.publication.publication import Feed

MAX_TITLE = 80
"""Characters of a title in a note for the operator."""


class Reading:
    """What one copy of a feed has.

    `known` are the known articles by the identities of their entries, `kept` the entries to keep, newest page first.
    `ids` are the article ids of the feed's own page in its order, those left out included where they are known, and
    `shared` the ids of articles in it that belong to another feed.
    """

    def __init__(self, feed: Feed, fetched: Fetched, state: FeedState, now: datetime, catalog: ArticleCatalog) -> None:
        self._feed = feed
        self._now = now
        self._state = state
        self._catalog = catalog
        everything = [*fetched.entries, *fetched.archive]
        self.known, elsewhere = catalog.match(feed, everything, state.entries)
        self.shared = tuple(dict.fromkeys(article.id for article in elsewhere.values()))
        repeated = set() if feed.edits_are_news else repeated_in_feed(everything, self.known)
        mine = [each for each in everything if each.identity not in elsewhere and each.identity not in repeated]
        self._left_out = {each.identity: because for each in mine if (because := left_out_because(each, feed))}
        self._protected = {each.identity: because for each in mine if (because := protected_because(each))}
        self.kept = [entry for entry in mine if self._is_kept(entry)]
        self._on_page = {entry.identity for entry in fetched.entries}
        self._page = [entry for entry in mine if entry.identity in self._on_page]
        self._ids = {
            entry.identity: self.known[entry.identity].id
            if entry.identity in self.known
            else catalog.new_id(feed, entry)
            for entry in self._page
            if entry.identity in self.known or self._is_kept(entry)
        }
        self.ids = tuple(dict.fromkeys(self._ids.values()))
        self._editions = self._found_editions() if feed.edits_are_news else {}
        self._old = self._found_old()

    def pages(self) -> frozenset[str]:
        """The ids with those of the earlier editions that today's replace: a page that is rewritten is still there."""
        return frozenset((*self.ids, *self._editions.values()))

    def unknown_dates(self) -> list[datetime | None]:
        """The dates of the entries that are neither a known article nor in the last copy."""
        return [entry.published for entry in self._unknown()]

    def news(self, now: datetime) -> list[Entry]:
        """The unknown entries that would be mailed as new."""
        return [entry for entry in self._unknown() if not self.listing(entry, now).archived]

    def news_if_accepted(self) -> int:
        """How many unknown entries would be mailed as new if a person accepted the copy."""
        last = self._state.read_at
        return sum(1 for entry in self._unknown() if entry.published and last and entry.published > last)

    def listing(self, entry: Entry, seen_at: datetime) -> Listing:
        """When a new entry counts as listed."""
        state = self._state
        may_be_archive = state.never_read or state.has_request or state.rules != rules_of(self._feed)
        if may_be_archive or entry.identity not in self._on_page:
            return listing_in_archive(entry, seen_at, self._now, state.read_at)
        if entry.identity in self._old:
            return listing_in_archive(entry, seen_at, self._now, None)
        return listing_of_news(entry, seen_at, self._now)

    def withdrawn(self) -> Iterator[tuple[str, str]]:
        """The known articles that got a password or became private, and why."""
        for identity, because in self._protected.items():
            if identity in self.known:
                yield self.known[identity].id, because

    def notes(self) -> Iterator[str]:
        """What an operator may want to know of the entries: which ones are left out or wait, and why."""
        for entry in self._page:
            if entry.identity in self._left_out:
                yield f"“{entry.title[:MAX_TITLE]}” is left out: {self._left_out[entry.identity]}"
            elif entry.published and waits(entry.published, self._now):
                yield f"“{entry.title[:MAX_TITLE]}” waits for its day: it is dated {entry.published:%Y-%m-%d %H:%M} UTC"

    def _is_kept(self, entry: Entry) -> bool:
        """What is known and excluded stays up to date, for the rule may go again; a protected post shows nothing."""
        if entry.identity in self._protected:
            return False
        return entry.identity not in self._left_out or entry.identity in self.known

    def _unknown(self) -> list[Entry]:
        last = set(self._state.entries)
        return [
            entry
            for entry in self._page
            if entry.identity in self._ids
            and entry.identity not in self.known
            and entry.identity not in self._editions
            and self._ids[entry.identity] not in last
        ]

    def _found_editions(self) -> dict[str, str]:
        """The articles of the last copy by the identities of the entries that are a new edition of them."""
        names = {
            each: name
            for name in self._state.entries
            if (article := self._catalog.get(name))
            for each in names_among(article.fingerprints)
        }
        return {
            entry.identity: names[each]
            for entry in self._page
            if entry.identity not in self.known
            for each in names_among(fingerprints(self._feed.url, entry))
            if each in names
        }

    def _found_old(self) -> set[str]:
        state = self._state
        if state.first_fetched_at is None or state.read_at is None:
            return set()
        found = {name: self._catalog.get(name) for name in state.entries}
        dates = {name: article.published for name, article in found.items() if article}
        if not any(dates.values()):
            dates |= self._newest_known()
        end = self._page[-1:]
        dated = {**dates, **{self._ids[each.identity]: each.published for each in end if each.identity in self._ids}}
        gone = dropped(state.entries, self.ids, dated, end=self.ids[-1] if self.ids else "")
        complete = not gone and not self._has_slid_out(dates)
        last = LastCopy(dates, complete, state.first_fetched_at, state.read_at)
        return old_entries(self._page, {each.identity for each in self._unknown()}, self._ids, last)

    def _has_slid_out(self, dates: Mapping[str, datetime | None]) -> bool:
        """Whether the feed has older articles than it showed, so that one may come back into it at its end."""
        oldest = min((date for date in dates.values() if date), default=None)
        return oldest is not None and any(
            article.published and article.published < oldest and article.id not in dates and not article.withdrawn
            for article in self._catalog.of_feed(self._feed)
        )

    def is_grown(self) -> bool:
        """Whether all of the last copy is still there, and all that is new but no news is dated before it."""
        dates = [article.published for name in self._state.entries if (article := self._catalog.get(name))]
        oldest = min((date for date in dates if date), default=None)
        news = {entry.identity for entry in self.news(self._now)}
        old = [entry.published for entry in self._unknown() if entry.identity not in news]
        return (
            oldest is not None
            and set(self._state.entries) <= set(self.ids)
            and all(date is not None and date < oldest for date in old)
        )

    def _newest_known(self) -> dict[str, datetime | None]:
        """The newest article of the feed, where the last copy has no date: what lies before it is hardly new."""
        dated = [
            (article.published, article.id)
            for article in self._catalog.of_feed(self._feed)
            if article.published and not waits(article.published, self._now)
        ]
        return {name: date for date, name in sorted(dated)[-1:]}


def rules_of(feed: Feed) -> str:
    """What identifies the rules by which entries of the feed stay out or are new; empty without any."""
    if not feed.exclude and not feed.edits_are_news:
        return ""
    return short_hash("\n".join((*map(str, feed.exclude), str(feed.edits_are_news))))
