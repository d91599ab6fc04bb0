"""Which entry of a feed is which article: by its guid, else its canonical link, else what it says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from newsletter.domain.article import Article, Entry, article_id, short_hash

GUID, LINK, TEXT = "guid", "link", "text"
KINDS = (GUID, LINK, TEXT)
MAX_MARKS = 12
"""Of one article, the newest: as many as three changes of everything leave."""
SAME_TIME = timedelta(days=2)
"""Between two dates of one article: moves between time zones and small corrections."""
LEAST_TEXT = 200
"""Characters that make two texts the same article where no date helps; less could be a formula of every week."""
LEAST_DATED_TEXT = 20
"""The same where both have the same date."""
TRACKING = re.compile(
    r"utm_.*|mc_[ce]id|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|igshid|igsh|li_fat_id"
    r"|_hs(?:enc|mi)|__hs\w+|hsctatracking|mkt_tok|vero_(?:id|conv)|oly_(?:anon|enc)_id|_openstat|s_cid|ml_subscriber(?:_hash)?"
    r"|pk_(?:campaign|kwd|source|medium|content)|mtm_.*|matomo_.*|piwik_.*|at_(?:medium|campaign|custom\d)|cmpid|ns_mchannel|wt_z?mc|traffic_source",
    re.IGNORECASE,
)


def is_tracking(name: str, value: str) -> bool:
    """Whether a parameter of an address only counts readers (Medium's `source=rss…` among them)."""
    return bool(TRACKING.fullmatch(name)) or (name == "source" and value.startswith("rss"))


def marks(feed: str, entry: Entry) -> tuple[str, ...]:
    """What the entry can be recognised by, the surest first: `guid:…`, `link:…`, `text:…`, each only where it has one.

    A guid counts within its feed; a link without its scheme, `www.` and closing slash, and not if it is a front page.
    """
    found = [f"{GUID}:{article_id(feed, entry.guid)}"] if entry.guid else []
    if link := _canonical(entry.url):
        found.append(f"{LINK}:{short_hash(link)}")
    said = " ".join(f"{entry.title} {entry.text or entry.summary}".casefold().split())
    if len(said) >= (LEAST_DATED_TEXT if entry.published else LEAST_TEXT):
        found.append(f"{TEXT}:{short_hash(said)}")
    return tuple(found)


def merged(old: Sequence[str], new: Sequence[str]) -> tuple[str, ...]:
    """The marks of an article that was seen again: those of today last, so that yesterday's are forgotten first."""
    return (*(mark for mark in old if mark not in new), *new)[-MAX_MARKS:]


def recognised(
    feed: str, entries: Sequence[Entry], known: Iterable[Article], kinds: Sequence[str] = KINDS
) -> dict[str, Article]:
    """The article that each entry is, under the entry's identity; entries that are new are not in it.

    First every entry is looked up by its guid, then those left over by link, then by text; an article is one entry at
    most. A link or text that several entries or articles share identifies none of them.
    """
    found: dict[str, Article] = {}
    taken: set[str] = set()
    of_entry = {entry.identity: marks(feed, entry) for entry in entries}
    shared_here = _shared(of_entry.values())
    articles = list(known)
    shared_there = _shared(article.marks for article in articles)
    owners = {mark: article for article in articles for mark in article.marks}
    for kind in kinds:
        shared = set() if kind == GUID else shared_here | shared_there
        for entry in entries:
            if entry.identity in found:
                continue
            for mark in of_entry[entry.identity]:
                article = owners.get(mark)
                if not mark.startswith(f"{kind}:") or mark in shared or article is None or article.id in taken:
                    continue
                if kind == GUID or is_same(kind, entry, article):
                    found[entry.identity] = article
                    taken.add(article.id)
    return found


def is_same(kind: str, entry: Entry, article: Article) -> bool:
    """Whether an article with the same link or text is the same article.

    A link may be used again, and a text come every week: so the time must fit too, or for a link the title.
    """
    return _same_time(entry.published, article.published) or (kind == LINK and entry.title == article.title)


def _same_time(one: datetime | None, other: datetime | None) -> bool:
    return one is None or other is None or abs(one - other) <= SAME_TIME


def _shared(of_each: Iterable[Sequence[str]]) -> set[str]:
    times = Counter(mark for each in of_each for mark in set(each))
    return {mark for mark, number in times.items() if number > 1}


def _canonical(url: str) -> str:
    parts = urlsplit(url)
    host, path = parts.netloc.lower().removeprefix("www."), parts.path.rstrip("/")
    if not path and not parts.query:
        return ""
    return f"{host}{path}?{parts.query}"
