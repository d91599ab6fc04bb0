"""Items under one partition key, in the order of their sort keys."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rehearsal.aws.dynamodb.errors import Item

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Part = str | Decimal
Place = Any
"""Where an item lies in its partition: the sort key in a table ("" where there is none), and in an index a tuple of the
index's sort key and the table's keys, for many items may have the same."""


@dataclass(frozen=True, slots=True)
class Record:
    """An item, which nobody changes, and its size in bytes."""

    item: Item
    size: int


@dataclass(frozen=True)
class Span:
    """Which sort keys a query asks for: one, a range with or without its ends, or those that begin with a text."""

    sign: str = ""
    low: Part = ""
    high: Part = ""

    def within(self, order: list[Place], sort_key: Callable[[Place], Part]) -> tuple[int, int]:
        """The first place that belongs to it, and the first behind it that does not."""
        match self.sign:
            case "=" | "BETWEEN":
                return bisect_left(order, self.low, key=sort_key), bisect_right(order, self.high, key=sort_key)
            case "<":
                return 0, bisect_left(order, self.high, key=sort_key)
            case "<=":
                return 0, bisect_right(order, self.high, key=sort_key)
            case ">":
                return bisect_right(order, self.low, key=sort_key), len(order)
            case ">=":
                return bisect_left(order, self.low, key=sort_key), len(order)
            case "begins_with":
                length = len(str(self.low))
                end = bisect_right(order, self.low, key=lambda place: str(sort_key(place))[:length])
                return bisect_left(order, self.low, key=sort_key), end
        return 0, len(order)


class Partition:
    """The records of one partition key."""

    def __init__(self, sort_key: Callable[[Place], Part]) -> None:
        self._sort_key = sort_key
        self._records: dict[Place, Record] = {}
        self._order: list[Place] = []

    def __len__(self) -> int:
        return len(self._records)

    def get(self, place: Place) -> Record | None:
        """What lies there."""
        return self._records.get(place)

    def put(self, place: Place, record: Record) -> None:
        """Let the record lie there, instead of what did."""
        if place not in self._records:
            insort(self._order, place)
        self._records[place] = record

    def remove(self, place: Place) -> None:
        """Let nothing lie there."""
        if self._records.pop(place, None) is not None:
            del self._order[bisect_left(self._order, place)]

    def records(self, span: Span, after: Place | None, *, forward: bool) -> Iterator[Record]:
        """Those of the span in their order, or backwards, from the place behind `after` on."""
        low, high = span.within(self._order, self._sort_key)
        if after is not None and forward:
            low = max(low, bisect_right(self._order, after))
        elif after is not None:
            high = min(high, bisect_left(self._order, after))
        for number in range(low, high) if forward else range(high - 1, low - 1, -1):
            yield self._records[self._order[number]]
