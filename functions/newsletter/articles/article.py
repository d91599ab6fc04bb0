"""Articles of a blog, and what marketing decides about them."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

CHOSEN = "chosen by marketing"
REPLACED = "a newer edition is at its address"
"""Why an earlier edition of a page is withdrawn, where edits are news."""


@dataclass(frozen=True)
class Entry:
    """An article as its feed has it, parsed and cleaned.

    `identity` is unique among the entries of one feed: the guid, else the address. `html` is sanitised and its
    addresses are absolute; `text` is the same as plain text. The other fields are those of Article.
    """

    identity: str
    guid: str
    url: str
    title: str
    summary: str
    categories: tuple[str, ...]
    author: str
    published: datetime | None
    html: str = ""
    text: str = ""
    language: str = ""
    image: str = ""
    image_alt: str = ""
    image_width: int = 0
    image_height: int = 0
    minutes: int = 0


@dataclass(frozen=True)
class Article:
    """One entry of a blog feed.

    `listed_at` decides to which digest window it belongs: the moment of the reading that found it; for entries of the
    first reading, the moment of publication; for an article dated in the future, that date. Once it has come it never
    changes, so edits, back-dating and missing dates cannot move an article from one digest to another.

    `topic_reasons` says for each of `topics`, in the same order, why the article has it. Width and height of the image
    are in pixels, 0 where the feed does not say; `minutes` is the time it takes to read, 0 where the feed has no more
    than an excerpt. `pinned` and `skipped` are marketing's choice.

    `feed` and `fingerprints` identify it when the feed is read again (deduplication), `body` is a hash of its text.
    `archived` says that it was published before the product read the feed: it counts as listed when it was published,
    and no later digest has it as new. `withdrawn` says why readers do not get it although it was found: its feed
    dropped it, its address is gone, or it got a password; `excluded`, which rule of the publication keeps it out.
    `again_at` is when marketing asked that the next digest carries it once more.
    """

    id: str
    url: str
    title: str
    summary: str
    topics: tuple[str, ...]
    categories: tuple[str, ...]
    language: str
    author: str
    image: str
    published: datetime | None
    listed_at: datetime
    image_alt: str = ""
    image_width: int = 0
    image_height: int = 0
    minutes: int = 0
    topic_reasons: tuple[str, ...] = ()
    pinned: bool = False
    skipped: bool = False
    feed: str = ""
    fingerprints: tuple[str, ...] = ()
    body: str = ""
    archived: bool = False
    withdrawn: str = ""
    excluded: str = ""
    again_at: datetime | None = None

    @property
    def is_kept_out(self) -> bool:
        """Whether no mail may have it: marketing skips it, its blog withdrew it, or the publication excludes it."""
        return self.skipped or bool(self.withdrawn or self.excluded)

    def as_mailed(self) -> Article:
        """The article as it belongs into a mailing that went out: what replaced or excludes it now changes nothing."""
        return replace(self, excluded="", withdrawn="" if self.withdrawn == REPLACED else self.withdrawn)


@dataclass(frozen=True)
class Choice:
    """What marketing decided about an article; stored apart from the feed's data, so that no reading undoes it.

    `pinned` puts the article on top of its digest, `skipped` keeps it out of every digest; `topics` replace those that
    were found (None for no change). `again_at` is when the article was to be carried once more by the next digest.
    """

    pinned: bool = False
    skipped: bool = False
    topics: tuple[str, ...] | None = None
    again_at: datetime | None = None

    def applied_to(self, article: Article) -> Article:
        """The article as readers get it."""
        article = replace(article, pinned=self.pinned, skipped=self.skipped, again_at=self.again_at)
        if self.topics is None:
            return article
        return replace(article, topics=self.topics, topic_reasons=(CHOSEN,) * len(self.topics))


def article_id(feed: str, identity: str) -> str:
    """A stable id of 16 base32 characters from the feed's address and the entry's guid (or link)."""
    return short_hash(f"{feed}\n{identity}")


def short_hash(text: str) -> str:
    """16 base32 characters: 80 bits of SHA-256."""
    return base64.b32encode(hashlib.sha256(text.encode()).digest()[:10]).decode().lower()
