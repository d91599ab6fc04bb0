"""Deduplication: which entry of a feed is which known article, by its guid, link, text, or title and date."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

from newsletter.articles.article import Article, Entry, article_id, short_hash
from newsletter.platform.text import folded
from newsletter.platform.times import iso

EDITION, GUID, LINK, TEXT = "edition", "guid", "link", "text"
KINDS = (GUID, LINK, TEXT)
EDITIONS = (EDITION, *KINDS)
"""Of a feed whose edits are news: what an entry says at all, before what it is called."""
MAX_FINGERPRINTS = 12
"""Of one article, the newest are kept: enough for three changes of guid, link and text."""
SAME_TIME = timedelta(days=2)
"""Dates of one article may differ by so much: time zones and small corrections."""
SAME_DATE = timedelta(hours=12)
"""The same for articles of which only the titles are equal: a column may have one title every day."""
SAME_WEEKS = timedelta(days=28)
"""The same for a text of LEAST_TEXT characters: an article that is published again with another date."""
LEAST_TEXT = 200
"""Characters that a text without a date must have to identify an article; shorter ones may come every week."""
LEAST_DATED_TEXT = 20
"""The same for a text with a date."""
LEAST_WORDS, LEAST_TITLE = 20, 3
"""Words from which a text is compared as a whole; of fewer, a title of three words or more tells something."""
MAX_WORDS = 1_000
"""Of a text, so many are compared."""
MAX_OTHERS = 20
"""Entries of one title that are compared with each other."""
CACHED_TEXTS = 64
"""Texts that are compared with one another, one after the other: to fold a long one takes milliseconds."""


def fingerprints(feed: str, entry: Entry, *, editions: bool = False) -> tuple[str, ...]:
    """What identifies the entry, the most reliable first: `guid:…`, `link:…`, `text:…`, each only where it has one.

    A guid is unique within its feed only. A link is compared without its scheme, `www.` and trailing slash; the address
    of a front page identifies nothing. With `editions`, the last one is of all that a new edition at the same address
    changes.
    """
    found = [f"{GUID}:{article_id(feed, entry.guid)}"] if entry.guid else []
    if link := _canonical(entry.url):
        found.append(f"{LINK}:{short_hash(link)}")
    said = _said(entry)
    if len(said) >= (LEAST_DATED_TEXT if entry.published else LEAST_TEXT):
        found.append(f"{TEXT}:{short_hash(said)}")
    if editions:
        date = iso(entry.published) if entry.published else ""
        found.append(f"{EDITION}:{article_id(feed, chr(10).join((entry.guid, date, said)))}")
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
    of_entry = {entry.identity: fingerprints(feed, entry, editions=EDITION in kinds) for entry in entries}
    shared_here = _shared(of_entry.values())
    articles = list(known)
    shared_there = _shared(article.fingerprints for article in articles)
    owners = {each: article for article in articles for each in article.fingerprints}
    for kind in kinds:
        shared = set() if kind in (EDITION, GUID) else shared_here | shared_there
        for entry in entries:
            if entry.identity in found:
                continue
            for each in of_entry[entry.identity]:
                article = owners.get(each)
                if not each.startswith(f"{kind}:") or each in shared or article is None or article.id in taken:
                    continue
                if kind in (EDITION, GUID) or is_same_article(kind, entry, article):
                    found[entry.identity] = article
                    taken.add(article.id)
    return found


def match_titles(entries: Sequence[Entry], known: Iterable[Article]) -> dict[str, Article]:
    """The known article of each entry by title and date, where exactly one of them has both.

    For what nothing else identifies: entries and articles that are matched already are not among these.
    """
    by_title: dict[str, list[Article]] = {}
    for article in known:
        by_title.setdefault(folded(article.title), []).append(article)
    times = Counter(folded(entry.title) for entry in entries)
    found = {}
    for entry in entries:
        title = folded(entry.title)
        fitting = [each for each in by_title.get(title, ()) if _dated_alike(entry.published, each.published, SAME_DATE)]
        if len(fitting) == 1 and times[title] == 1:
            found[entry.identity] = fitting[0]
    return found


def repeated_in_feed(entries: Sequence[Entry], matched: Collection[str]) -> set[str]:
    """The identities of entries that only repeat the title and text of another entry of the same copy.

    `matched` are those that are known articles; of several unknown ones the first is taken.
    """
    first: dict[str, list[Entry]] = {}
    repeated = set()
    titles = {entry.identity: title_words(entry.title) for entry in entries}
    for entry in sorted(entries, key=lambda entry: (titles[entry.identity], entry.identity not in matched)):
        others = first.setdefault(titles[entry.identity], [])
        if entry.identity not in matched and any(
            repeats(entry, other.published, other.text or other.summary) for other in others[:MAX_OTHERS]
        ):
            repeated.add(entry.identity)
        else:
            others.append(entry)
    return repeated


def title_words(title: str) -> str:
    """What two titles have in common that differ in marks and capitals alone."""
    return " ".join(_words(title)) or folded(title)


def repeats(entry: Entry, published: datetime | None, text: str) -> bool:
    """Whether an entry repeats one of the same title, which has that date and text: with a word edited at most.

    The dates may lie weeks apart, and the text has to be a real one: short ones may come every week.
    """
    now = entry.text or entry.summary
    if not _close_in_time(entry.published, published, SAME_WEEKS):
        return False
    if min(_folded_length(f"{entry.title} {each}") for each in (now, text)) < LEAST_TEXT:
        return False
    return _edited_words(text, now) <= 1


def names_among(fingerprints: Iterable[str]) -> tuple[str, ...]:
    """Those of the guid and the address, which stay when an edition of the same page says something else."""
    return tuple(each for each in fingerprints if each.startswith((f"{GUID}:", f"{LINK}:")))


def is_same_article(kind: str, entry: Entry, article: Article) -> bool:
    """Whether an article with the same link or text as the entry is the same article.

    A site may use a link again, or publish the same few words every week, so the dates must be close, or for a link the
    titles equal. A whole text may come again weeks later with another date.
    """
    most = SAME_WEEKS if kind == TEXT and len(_said(entry)) >= LEAST_TEXT else SAME_TIME
    same_title = kind == LINK and entry.title == article.title
    return same_title or _close_in_time(entry.published, article.published, most)


def is_nearly_same(entry: Entry, article: Article, text: str) -> bool:
    """Whether the entry is the article with a word or so edited; `text` is the article's, or its summary.

    Numbers must be the same: number 48 of a series is another article than 47. Of few words, one may differ, and the
    dates must be the same; of more, one in ten, within weeks.
    """
    before, now = f"{article.title} {text}", f"{entry.title} {entry.text or entry.summary}"
    changed, length = _edited_words(before, now), max(_counted(before).total(), _counted(now).total())
    if length < LEAST_WORDS:
        return length >= LEAST_TITLE and changed <= 1 and _dated_alike(entry.published, article.published, SAME_DATE)
    return changed * 10 <= length and _close_in_time(entry.published, article.published, SAME_WEEKS)


def _edited_words(before: str, now: str) -> int:
    """How many words of a text are others now; all of them if one has a digit."""
    old, new = _counted(before), _counted(now)
    gone, come = old - new, new - old
    if any(letter.isdigit() for word in (*gone, *come) for letter in word):
        return MAX_WORDS
    return max(gone.total(), come.total())


def _said(entry: Entry) -> str:
    return folded(f"{entry.title} {entry.text or entry.summary}")


@lru_cache(CACHED_TEXTS)
def _folded_length(text: str) -> int:
    return len(folded(text))


@lru_cache(CACHED_TEXTS)
def _counted(text: str) -> Counter[str]:
    return Counter(_words(text))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", folded(text))[:MAX_WORDS]


def _dated_alike(one: datetime | None, other: datetime | None, most: timedelta) -> bool:
    return one is not None and other is not None and abs(one - other) <= most


def _close_in_time(one: datetime | None, other: datetime | None, most: timedelta) -> bool:
    return one is None or other is None or abs(one - other) <= most


def _shared(of_each: Iterable[Sequence[str]]) -> set[str]:
    times = Counter(fingerprint for each in of_each for fingerprint in set(each))
    return {fingerprint for fingerprint, number in times.items() if number > 1}


def _canonical(url: str) -> str:
    parts = urlsplit(url)
    host, path = parts.netloc.lower().removeprefix("www."), parts.path.rstrip("/")
    if not path and not parts.query:
        return ""
    return f"{host}{path}?{parts.query}"
