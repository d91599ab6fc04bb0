"""A table: its items, the indexes made from them, and the items that expire."""

from __future__ import annotations

import heapq
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import md5
from itertools import count
from operator import itemgetter
from typing import Any, Protocol

from rehearsal.aws.dynamodb.errors import Item
from rehearsal.aws.dynamodb.partition import Part, Partition, Place, Record, Span
from rehearsal.aws.dynamodb.schema import Index, Schema, schema
from rehearsal.aws.dynamodb.values import weigh_item

FIVE_YEARS = 5 * 365 * 86_400
"""AWS: what expired longer ago than that is not deleted, lest a wrong unit empty a table."""
HASHES = 2**128


class Unwritten(Protocol):
    """Items that are there though nobody has written them, like a million readers, for which there is no memory."""

    indexes: tuple[str, ...]
    """The indexes that it answers for, whatever has been written since."""

    def item(self, key: Item) -> Item | None:
        """The item with this key."""

    def page(self, index: str, partition: Part, after: Item | None, limit: int | None) -> tuple[list[Item], bool]:
        """At most `limit` items of an index behind the key `after`, and whether there are more."""


@dataclass(frozen=True)
class Change:
    """What a write does to an index, from a time on."""

    at: float
    index: Index
    before: Item | None
    after: Item | None


class Table:
    """The items of a table by its physical `name`; `label` is its logical one, for meters.

    `index_delay` says for each write how many seconds later the indexes show it; None: at once.
    """

    def __init__(
        self,
        name: str,
        properties: Mapping[str, Any],
        *,
        label: str = "",
        now: Callable[[], float],
        index_delay: Callable[[], float] | None = None,
        unwritten: Unwritten | None = None,
    ) -> None:
        self.name, self.label, self.properties = name, label or name, dict(properties)
        self.schema: Schema = schema(properties)
        self.created_at = now()
        self.unwritten = unwritten
        self._now, self._index_delay = now, index_delay
        self._partitions: dict[Part, Partition] = {}
        self._scan_order: list[tuple[int, Part]] = []
        self._indexes: dict[str, dict[Part, Partition]] = {name: {} for name in self.schema.indexes}
        self._on_the_way: deque[Change] = deque()
        self._expiring: list[tuple[int, int, Item]] = []
        self._numbers = count()
        self.expires_by = ""
        self.backed_up = False
        self.size = self.count = 0

    # -- items

    def find(self, key: Item) -> Record | None:
        """The record with a key, which has been checked; the key may come with more attributes."""
        first, second = self.schema.key.of(key)
        partition = self._partitions.get(first)
        record = partition.get(second) if partition else None
        if record is None and self.unwritten is not None:
            item = self.unwritten.item(key)
            return Record(item, weigh_item(item)) if item else None
        return record

    def put(self, record: Record, before: Record | None) -> None:
        """Keep a record instead of what was there `before`."""
        first, second = self.schema.key.of(record.item)
        partition = self._partitions.get(first)
        if partition is None:
            partition = self._partitions[first] = Partition(_itself)
            insort(self._scan_order, (_hash(first), first))
        self.count += partition.get(second) is None
        self.size += record.size - (before.size if before else 0)
        partition.put(second, record)
        self._note_expiry(record.item, before.item if before else {})
        self._index(before.item if before else None, record.item)

    def remove(self, before: Record) -> None:
        """Let a record be gone."""
        first, second = self.schema.key.of(before.item)
        partition = self._partitions.get(first)
        if partition is None or partition.get(second) is None:
            return
        partition.remove(second)
        if not partition:
            del self._partitions[first]
            del self._scan_order[bisect_left(self._scan_order, (_hash(first), first))]
        self.count -= 1
        self.size -= before.size
        self._index(before.item, None)

    # -- reads

    def query(self, partition: Part, span: Span, after: Item | None, *, forward: bool) -> Iterator[Record]:
        """The records of a partition in the order of their sort keys, behind the key `after`."""
        found = self._partitions.get(partition)
        start = self.schema.key.of(after)[1] if after else None
        return found.records(span, start, forward=forward) if found else iter(())

    def query_index(
        self, index: Index, partition: Part, span: Span, after: Item | None, *, forward: bool
    ) -> Iterator[Record]:
        """The same in an index, as it shows the items by now."""
        self._catch_up()
        found = self._indexes[index.name].get(partition)
        start = self.schema.place_in(index, after)[1] if after else None
        return found.records(span, start, forward=forward) if found else iter(())

    def scan(self, segment: int, segments: int, after: Item | None) -> Iterator[Record]:
        """The records of a segment in DynamoDB's order, which is nobody's: by a hash of the partition key."""
        low = bisect_left(self._scan_order, -(-segment * HASHES // segments), key=itemgetter(0))
        high = bisect_left(self._scan_order, -(-(segment + 1) * HASHES // segments), key=itemgetter(0))
        rest: Place = None
        if after is not None:
            first, rest = self.schema.key.of(after)
            low = max(low, bisect_left(self._scan_order, (_hash(first), first)))
            if low < high and self._scan_order[low][1] != first:
                rest = None
        for number in range(low, high):
            yield from self._partitions[self._scan_order[number][1]].records(Span(), rest, forward=True)
            rest = None

    # -- indexes

    def add_index(self, described: Mapping[str, Any], definitions: list[Mapping[str, str]]) -> None:
        """Make another index, and fill it."""
        together = {
            **self.properties,
            "AttributeDefinitions": definitions,
            "GlobalSecondaryIndexes": [*self.properties.get("GlobalSecondaryIndexes", ()), described],
        }
        self.schema = schema(together)
        self.properties = together
        name = described["IndexName"]
        self._indexes[name] = {}
        for record in self.scan(0, 1, None):
            self._show(Change(0.0, self.schema.indexes[name], None, record.item))

    def drop_index(self, name: str) -> None:
        """Forget an index."""
        left = [each for each in self.properties["GlobalSecondaryIndexes"] if each["IndexName"] != name]
        self.properties = {**self.properties, "GlobalSecondaryIndexes": left}
        self.schema = schema(self.properties)
        del self._indexes[name]
        self._on_the_way = deque(each for each in self._on_the_way if each.index.name != name)

    def _index(self, before: Item | None, after: Item | None) -> None:
        for index in self.schema.indexes.values():
            old = before if before is not None and index.has(before) else None
            new = after if after is not None and index.has(after) else None
            if old is None and new is None:
                continue
            if self._index_delay is None:
                self._show(Change(0.0, index, old, new))
                continue
            # No change overtakes another: an index shows an item as it was, never as it never was.
            last = self._on_the_way[-1].at if self._on_the_way else 0.0
            self._on_the_way.append(Change(max(last, self._now() + self._index_delay()), index, old, new))

    def _catch_up(self) -> None:
        while self._on_the_way and self._on_the_way[0].at <= self._now():
            self._show(self._on_the_way.popleft())

    def _show(self, change: Change) -> None:
        index, held = change.index, self._indexes[change.index.name]
        if change.before is not None:
            first, place = self.schema.place_in(index, change.before)
            if first in held:
                held[first].remove(place)
        if change.after is not None:
            first, place = self.schema.place_in(index, change.after)
            item = index.projected(change.after)
            held.setdefault(first, Partition(itemgetter(0))).put(place, Record(item, weigh_item(item)))

    # -- expiry

    def expire_by(self, attribute: str) -> None:
        """Delete items some time after the Unix time in this attribute; "": never."""
        self.expires_by = attribute
        self._expiring.clear()
        for record in self.scan(0, 1, None):
            self._note_expiry(record.item, {})

    def expire(self, until: float) -> None:
        """Delete what expired until then."""
        while self._expiring and self._expiring[0][0] <= until:
            moment, _, key = heapq.heappop(self._expiring)
            record = self.find(key)
            if record is not None and _expiry(record.item, self.expires_by) == moment and moment > until - FIVE_YEARS:
                self.remove(record)

    def _note_expiry(self, item: Item, before: Item) -> None:
        moment = _expiry(item, self.expires_by)
        if moment is not None and moment != _expiry(before, self.expires_by):
            key = {name: item[name] for name in self.schema.key.names}
            heapq.heappush(self._expiring, (moment, next(self._numbers), key))


def _expiry(item: Item, attribute: str) -> int | None:
    """When an item expires; None for one whose attribute is missing or no number."""
    number = item.get(attribute, {}).get("N") if attribute else None
    return None if number is None else int(float(number))


def _itself(place: Place) -> Part:
    return place  # type: ignore[no-any-return]


def _hash(partition: Part) -> int:
    return int.from_bytes(md5(str(partition).encode(), usedforsecurity=False).digest())
