"""Deduplication: which entry of a feed is which known article, by its guid, else its link, else its text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from newsletter.articles.article import Article, Entry, article_id, short_hash

GUID, LINK, TEXT = "guid", "link", "text"
KINDS = (GUID, LINK, TEXT)
MAX_FINGERPRINTS = 12
"""Of one article, the newest are kept: enough for three changes of guid, link and text."""
SAME_TIME = timedelta(days=2)
"""Dates of one article may differ by so much: time zones and small corrections."""
LEAST_TEXT = 200
"""Characters that a text without a date must have to identify an article; shorter ones may come every week."""
LEAST_DATED_TEXT = 20
"""The same for a text with a date."""


def fingerprints(feed: str, entry: Entry) -> tuple[str, ...]:
    """What identifies the entry, the most reliable first: `guid:…`, `link:…`, `text:…`, each only where it has one.

    A guid is unique within its feed only. A link is compared without its scheme, `www.` and trailing slash; the address
    of a front page identifies nothing.
    """
    found = [f"{GUID}:{article_id(feed, entry.guid)}"] if entry.guid else []
    if link := _canonical(entry.url):
        found.append(f"{LINK}:{short_hash(link)}")
    said = " ".join(f"{entry.title} {entry.text or entry.summary}".casefold().split())
    if len(said) >= (LEAST_DATED_TEXT if entry.published else LEAST_TEXT):
        found.append(f"{TEXT}:{short_hash(said)}")
    return tuple(found)


def merge_fingerprints(old: Sequence[str], new: Sequence[str]) -> tuple[str, ...]:
    """The fingerprints of an article that was seen again: new ones last, so that the oldest are dropped."""
    return (*(each for each in old if each not in new), *new)[-MAX_FINGERPRINTS:]


def match_entries(
    feed: str, entries: Sequence[Entry], known: Iterable[Article], kinds: Sequence[str] = KINDS
) -> dict[str, Article]:
    """The known article of each entry, by the entry's identity; new entries are left out.

    All entries are matched by guid first, the rest by link, and what is left by text; an article is matched once. A
    link or text that several entries or articles have in common identifies none of them.
    """
    found: dict[str, Article] = {}
    taken: set[str] = set()
    of_entry = {entry.identity: fingerprints(feed, entry) for entry in entries}
    shared_here = _shared(of_entry.values())
    articles = list(known)
    shared_there = _shared(article.fingerprints for article in articles)
    owners = {each: article for article in articles for each in article.fingerprints}
    for kind in kinds:
        shared = set() if kind == GUID else shared_here | shared_there
        for entry in entries:
            if entry.identity in found:
                continue
            for each in of_entry[entry.identity]:
                article = owners.get(each)
                if not each.startswith(f"{kind}:") or each in shared or article is None or article.id in taken:
                    continue
                if kind == GUID or is_same_article(kind, entry, article):
                    found[entry.identity] = article
                    taken.add(article.id)
    return found


def is_same_article(kind: str, entry: Entry, article: Article) -> bool:
    """Whether an article with the same link or text as the entry is the same article.

    A site may use a link again, or publish the same text every week, so the dates must be close, or for a link the
    titles equal.
    """
    return _close_in_time(entry.published, article.published) or (kind == LINK and entry.title == article.title)


def _close_in_time(one: datetime | None, other: datetime | None) -> bool:
    return one is None or other is None or abs(one - other) <= SAME_TIME


def _shared(of_each: Iterable[Sequence[str]]) -> set[str]:
    times = Counter(fingerprint for each in of_each for fingerprint in set(each))
    return {fingerprint for fingerprint, number in times.items() if number > 1}


def _canonical(url: str) -> str:
    parts = urlsplit(url)
    host, path = parts.netloc.lower().removeprefix("www."), parts.path.rstrip("/")
    if not path and not parts.query:
        return ""
    return f"{host}{path}?{parts.query}"
