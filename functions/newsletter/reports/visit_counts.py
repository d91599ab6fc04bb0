"""How many people and how many machines opened the links of a mailing: per link, per variant, and over time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from newsletter.mailings.mailings_store import VariantOutline
from newsletter.sending.ledger import BatchRecord

K = TypeVar("K")
HOURS = 48
"""Hours from the mailing's beginning that are told one by one."""


class Opened(NamedTuple):
    """Recipients: of `people` a person opened it, of `machines` a program did. Both may be so of the same recipient."""

    people: int = 0
    machines: int = 0


class VariantCount(NamedTuple):
    """What became of a mail of one language and subject: to how many it was sent, and who opened a link of it."""

    recipients: int
    people: int
    machines: int


@dataclass(frozen=True)
class VisitCounts:
    """`links` by key, `variants` by language and subject, `hours` by the number of hours since the mailing began, for
    the first HOURS.

    A recipient counts once in each: in an hour, that in which a person, or a machine, first opened one of the links.
    """

    links: Mapping[str, Opened] = field(default_factory=dict)
    variants: Mapping[tuple[str, str], VariantCount] = field(default_factory=dict)
    hours: Mapping[int, Opened] = field(default_factory=dict)

    def __add__(self, other: VisitCounts) -> VisitCounts:
        """Of two parts of a mailing together."""
        return VisitCounts(
            _sums(self.links, other.links),
            {
                each: VariantCount(*map(sum, zip(self._of(each), other._of(each), strict=True)))
                for each in dict.fromkeys((*self.variants, *other.variants))
            },
            _sums(self.hours, other.hours),
        )

    def _of(self, variant: tuple[str, str]) -> VariantCount:
        return self.variants.get(variant, VariantCount(0, 0, 0))

    @property
    def stored(self) -> dict[str, Any]:
        """As plain values for a table."""
        return {
            "links": {key: list(opened) for key, opened in self.links.items()},
            "variants": [[*names, *counted] for names, counted in self.variants.items()],
            "hours": {str(hour): list(opened) for hour, opened in self.hours.items()},
        }


def from_stored(values: Mapping[str, Any]) -> VisitCounts:
    """The inverse of `VisitCounts.stored`."""
    return VisitCounts(
        {key: Opened(*opened) for key, opened in values["links"].items()},
        {(language, subject): VariantCount(*counted) for language, subject, *counted in values["variants"]},
        {int(hour): Opened(*opened) for hour, opened in values["hours"].items()},
    )


def count_visits(
    records: Iterable[BatchRecord], outline: Callable[[str], VariantOutline | None], began: datetime
) -> VisitCounts:
    """The counts of these ledger records; `outline` describes a variant by its key, `began` is when the mailing did."""
    people: Counter[str] = Counter()
    machines: Counter[str] = Counter()
    hours: tuple[Counter[int], Counter[int]] = (Counter(), Counter())
    variants: dict[tuple[str, str], VariantCount] = {}
    known: dict[str, VariantOutline | None] = {}
    for record in records:
        key = record.batch.variant
        if key not in known:
            known[key] = None if record.batch.without_mail else outline(key)
        variant = known[key]
        if variant is None:
            continue
        people.update(dict.fromkeys(variant.links, 0))
        for mark in record.visits.values():
            people.update(variant.links[place] for place in mark.people if place < len(variant.links))
            machines.update(variant.links[place] for place in mark.machines if place < len(variant.links))
            for at, of in zip((mark.read_at, mark.scanned_at), hours, strict=True):
                of.update([] if at is None else [_hour(at, began)])
        names = variant.language, variant.subject
        before = variants.get(names, VariantCount(0, 0, 0))
        recipients = 0 if record.batch.original_id else len(record.batch.recipients)
        variants[names] = VariantCount(
            before.recipients + recipients,
            before.people + sum(mark.person for mark in record.visits.values()),
            before.machines + sum(mark.machine for mark in record.visits.values()),
        )
    return VisitCounts(
        {key: Opened(people[key], machines[key]) for key in sorted({*people, *machines})},
        variants,
        {hour: Opened(hours[0][hour], hours[1][hour]) for hour in sorted({*hours[0], *hours[1]}) if hour < HOURS},
    )


def _hour(at: datetime, began: datetime) -> int:
    """Full hours since the one in which the mailing began; what was a little earlier counts as the first."""
    first = began.replace(minute=0, second=0, microsecond=0)
    return max(0, (at - first) // timedelta(hours=1))


def _sums(one: Mapping[K, Opened], other: Mapping[K, Opened]) -> dict[K, Opened]:
    none = Opened()
    pairs = {each: (one.get(each, none), other.get(each, none)) for each in dict.fromkeys((*one, *other))}
    return {each: Opened(*map(sum, zip(*both, strict=True))) for each, both in pairs.items()}
