"""What became of parts of a mailing's mails: counts that add up to those of its certificate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

K = TypeVar("K")
NEW, EARLIER = "new", "earlier"
"""Keys of Groups.readers: who had joined in the 30 days before (sending/send_batch.NEW_FOR), and everybody else."""


class GroupCount(NamedTuple):
    """Of some mails: how many SES accepted, in how many people opened a link, and how many readers left with."""

    mails: int = 0
    people: int = 0
    left: int = 0

    def plus(self, other: GroupCount) -> GroupCount:
        """Of both together."""
        return GroupCount(self.mails + other.mails, self.people + other.people, self.left + other.left)


class VariantGroup(NamedTuple):
    """The mails of one language and subject; `example` is the key of a variant that was sent so, to be looked at."""

    counted: GroupCount
    example: str

    def plus(self, other: VariantGroup) -> VariantGroup:
        """Of both together; the example does not depend on the order."""
        return VariantGroup(self.counted.plus(other.counted), min(self.example, other.example))


@dataclass(frozen=True)
class Groups:
    """`variants` by language and subject; `topics` by key, of mails with an article on the topic, where people are
    those who opened such an article; `readers` by NEW and EARLIER.

    `bounces` are mails that came back by the stored BounceReason, `reasons` readers who left by what they chose, with
    an empty text for those who chose nothing. `in_words` of them added words of their own.
    """

    variants: Mapping[tuple[str, str], VariantGroup] = field(default_factory=dict)
    topics: Mapping[str, GroupCount] = field(default_factory=dict)
    readers: Mapping[str, GroupCount] = field(default_factory=dict)
    bounces: Mapping[str, int] = field(default_factory=dict)
    reasons: Mapping[str, int] = field(default_factory=dict)
    in_words: int = 0

    def __add__(self, other: Groups) -> Groups:
        """Of two parts of a mailing together."""
        return Groups(
            added(*self.variants.items(), *other.variants.items()),
            added(*self.topics.items(), *other.topics.items()),
            added(*self.readers.items(), *other.readers.items()),
            _sums(self.bounces, other.bounces),
            _sums(self.reasons, other.reasons),
            self.in_words + other.in_words,
        )

    @property
    def languages(self) -> dict[str, GroupCount]:
        """The variants by language alone."""
        return added(*((language, group.counted) for (language, _), group in self.variants.items()))

    @property
    def stored(self) -> dict[str, Any]:
        """As plain values for a table."""
        return {
            "variants": [[*names, *group.counted, group.example] for names, group in self.variants.items()],
            "topics": {key: list(counted) for key, counted in self.topics.items()},
            "readers": {key: list(counted) for key, counted in self.readers.items()},
            "bounces": dict(self.bounces),
            "reasons": [[why, number] for why, number in self.reasons.items()],
            "in_words": self.in_words,
        }


def from_stored(values: Mapping[str, Any]) -> Groups:
    """The inverse of `Groups.stored`."""
    return Groups(
        {
            (language, subject): VariantGroup(GroupCount(*counted), example)
            for language, subject, *counted, example in values["variants"]
        },
        {key: GroupCount(*counted) for key, counted in values["topics"].items()},
        {key: GroupCount(*counted) for key, counted in values["readers"].items()},
        values["bounces"],
        dict(values["reasons"]),
        values["in_words"],
    )


Counted = TypeVar("Counted", GroupCount, VariantGroup)


def added(*pairs: tuple[K, Counted]) -> dict[K, Counted]:
    """The counts by key, those of the same key together."""
    sums: dict[K, Counted] = {}
    for key, counted in pairs:
        sums[key] = sums[key].plus(counted) if key in sums else counted
    return sums


def _sums(*parts: Mapping[str, int]) -> dict[str, int]:
    keys: Iterable[str] = dict.fromkeys(key for part in parts for key in part)
    return {key: sum(part.get(key, 0) for part in parts) for key in keys}
