"""Articles of a blog and how they get their topics."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from newsletter.domain.publication import Topic

WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
CHOSEN = "chosen by marketing"
SENTENCE_END = re.compile(r"[.!?…](?=\s)")


@dataclass(frozen=True)
class Entry:
    """What a feed says of one article, as plain text; nothing of it is trusted beyond being text."""

    identity: str
    url: str
    title: str
    summary: str
    categories: tuple[str, ...]
    author: str
    image: str
    published: datetime | None


@dataclass(frozen=True)
class Article:
    """One entry of a blog feed.

    `listed_at` decides to which digest window it belongs and never changes: the moment we first saw it, or,
    for what was in the feed at its first fetch, the moment it was published. Edits, back-dating and missing
    dates therefore cannot move an article between digests.

    `topic_reasons` says for each of `topics`, in the same order, why the article has it. Width and height of the image
    are in pixels, 0 where the feed does not say; `minutes` is the time it takes to read, 0 where the feed has no more
    than an excerpt. `pinned` and `skipped` are marketing's choice.
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


@dataclass(frozen=True)
class Choice:
    """What marketing decided about an article. It is kept apart from what the feed says, which cannot undo it.

    `pinned` puts it on top of its digest, `skipped` keeps it out; `topics` are in place of those that were found.
    """

    pinned: bool = False
    skipped: bool = False
    topics: tuple[str, ...] | None = None

    def applied_to(self, article: Article) -> Article:
        """The article as readers get it."""
        article = replace(article, pinned=self.pinned, skipped=self.skipped)
        if self.topics is None:
            return article
        return replace(article, topics=self.topics, topic_reasons=(CHOSEN,) * len(self.topics))


def article_id(feed: str, identity: str) -> str:
    """A stable id of 16 base32 characters from the feed's address and the entry's guid (or link)."""
    digest = hashlib.sha256(f"{feed}\n{identity}".encode()).digest()
    return base64.b32encode(digest[:10]).decode().lower()


def classify(title: str, categories: Iterable[str], topics: Iterable[Topic]) -> tuple[str, ...]:
    """Keys of the topics that list one of the categories, or a word of the title, in the publication's order."""
    labels = {category.strip().casefold() for category in categories}
    words = {word.casefold() for word in WORD.findall(title)}
    return tuple(
        topic.key
        for topic in topics
        if labels & {name.casefold() for name in topic.categories}
        or words & {word.casefold() for word in topic.keywords}
    )


def excerpt(text: str, most: int) -> str:
    """At most `most` characters: whole sentences if one ends in the second half, else whole words and an ellipsis."""
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    ends = [match.end() for match in SENTENCE_END.finditer(text[: most + 1])]
    if ends and ends[-1] >= most // 2:
        return text[: ends[-1]]
    return text[: most - 1].rsplit(" ", 1)[0].rstrip(" ,;:–-") + "…"
