"""How many readers get mail, in all and by language, topic and frequency."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from newsletter.mailings.count_audience import active_recipients

if TYPE_CHECKING:
    from newsletter.container import Container

MOST_READ = 100_000
"""Readers whose choices are read: some 30 queries, two seconds. How many there are is counted whatever there is."""


@dataclass
class ReaderCount:
    """`active` get mail. The others are of the `read` first of them; `every_topic` chose no topic."""

    active: int
    read: int = 0
    every_topic: int = 0
    languages: Counter[str] = field(default_factory=Counter)
    topics: Counter[str] = field(default_factory=Counter)
    frequencies: Counter[str] = field(default_factory=Counter)

    @property
    def complete(self) -> bool:
        """Whether the choices of all readers were read."""
        return self.read >= self.active

    @property
    def as_json(self) -> dict[str, Any]:
        """As the API and `newsletter subscribers count --json` answer."""
        return {
            "count": self.active,
            "active": self.active,
            "read": self.read,
            "complete": self.complete,
            "every_topic": self.every_topic,
            "languages": dict(self.languages.most_common()),
            "topics": dict(self.topics.most_common()),
            "frequencies": dict(self.frequencies.most_common()),
        }


def count_readers(app: Container, most_read: int = MOST_READ) -> ReaderCount:
    """As of now, or a second ago. Ids are spread evenly, so that the first `most_read` of many are a fair sample."""
    found = ReaderCount(app.reader_list.active())
    for recipient in active_recipients(app, most_read):
        if recipient is None:
            break
        found.read += 1
        if recipient.broken:
            continue
        choices = recipient.choices
        found.languages[choices.language] += 1
        found.frequencies[choices.frequency.value] += 1
        found.topics.update(choices.topics)
        found.every_topic += not choices.topics
    return found
