"""What each partition is asked for within a second, and what AWS bills for it."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from math import ceil
from typing import TYPE_CHECKING, Any, Literal

from rehearsal.aws.dynamodb.errors import throttled

if TYPE_CHECKING:
    from collections.abc import Callable

LIMITS: dict[Literal["write", "read"], float] = {"write": 1_000.0, "read": 3_000.0}
"""Units a second that one partition gives (AWS, DynamoDB Developer Guide, "Burst and adaptive capacity")."""


START: dict[Literal["write", "read"], float] = {"write": 4_000.0, "read": 12_000.0}
"""Units a second that a new on-demand table gives, and each of its indexes."""
DOUBLES_AFTER = 30 * 60
"""Seconds. A table gives twice the most that it was asked for before; twice of what came within this time is too soon
(AWS, DynamoDB Developer Guide, "On-demand capacity mode")."""


def write_units(size: int) -> int:
    """One for each started KB."""
    return max(1, ceil(size / 1024))


def read_units(size: int, *, consistent: bool) -> float:
    """One for each started 4 KB, half where the read need not be consistent."""
    return max(1, ceil(size / 4096)) * (1.0 if consistent else 0.5)


class Meter:
    """`calls` by "service operation resource", `units` by "write table" and "read table"; read and set back at once.

    What indexes cost is not counted.
    """

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.units: defaultdict[str, float] = defaultdict(float)

    def call(self, service: str, operation: str, resource: str = "") -> None:
        """One request."""
        self.calls[f"{service} {operation} {resource}".strip()] += 1

    def spend(self, kind: Literal["write", "read"], table: str, units: float) -> None:
        """Units that AWS bills; a write whose condition does not hold costs as much."""
        self.units[f"{kind} {table}"] += units

    def read_off(self) -> dict[str, Any]:
        """The counts so far; counting begins anew."""
        counts = {"calls": dict(self.calls), "units": dict(self.units)}
        self.calls.clear()
        self.units.clear()
        return counts


class Capacity:
    """What a table or index gives in a second: what it began with, or twice its peak of half an hour ago."""

    def __init__(self, kind: Literal["write", "read"]) -> None:
        self._settled = START[kind] / 2
        self._minutes: deque[tuple[int, float]] = deque()

    def at(self, second: int) -> float:
        """Units that it gives in that second; the seconds come in their order."""
        while self._minutes and self._minutes[0][0] * 60 + DOUBLES_AFTER <= second:
            self._settled = max(self._settled, self._minutes.popleft()[1])
        return 2 * self._settled

    def was_asked(self, second: int, units: float) -> None:
        """So many units were given in that second."""
        minute = second // 60
        if self._minutes and self._minutes[-1][0] == minute:
            units = max(units, self._minutes.pop()[1])
        self._minutes.append((minute, units))


class Throughput:
    """Counts units by table or index and partition key, by the second. `refuse`: throttle what goes beyond.

    That is beyond what a partition gives, or a table as a whole. AWS splits partitions that stay hot, which begins
    after some ten minutes; here they stay whole. `throttled` counts the calls that were refused, by table or index and
    partition, of the whole table under the partition `*`.
    """

    def __init__(self, now: Callable[[], float], *, refuse: bool) -> None:
        self._now, self._refuse = now, refuse
        self._second = 0
        self._spent: dict[tuple[str, str, Any], float] = {}
        self._together: dict[tuple[Literal["write", "read"], str], float] = {}
        self._capacity: dict[tuple[Literal["write", "read"], str], Capacity] = {}
        self._peaks: dict[str, float] = {}
        self.throttled: Counter[tuple[str, str, Any]] = Counter()

    def check(self, kind: Literal["write", "read"], table: str, partition: object, arn: str) -> None:
        """Raise AwsError where the partition, or the table, has had its share of this second."""
        self._turn()
        if not self._refuse:
            return
        hot = self._spent.get((kind, table, partition), 0.0) >= LIMITS[kind]
        if hot or self._together.get((kind, table), 0.0) >= self._capacity_of(kind, table).at(self._second):
            self.throttled[kind, table, partition if hot else "*"] += 1
            raise throttled("Index" if "/" in table else "Table", arn, kind.capitalize())

    def spend(self, kind: Literal["write", "read"], table: str, partition: object, units: float) -> None:
        """Count units of a partition of a table, or of an index (`table/index`)."""
        spent = self._spent
        spent[kind, table, partition] = spent.get((kind, table, partition), 0.0) + units
        self._together[kind, table] = self._together.get((kind, table), 0.0) + units

    @property
    def peaks(self) -> dict[str, float]:
        """The most that a partition was asked for within a second so far, by "write table" and so on."""
        self._fold()
        return dict(sorted(self._peaks.items()))

    def _turn(self) -> None:
        second = int(self._now())
        if second != self._second:
            self._fold()
            if self._refuse:
                for (kind, table), units in self._together.items():
                    self._capacity_of(kind, table).was_asked(self._second, units)
            self._spent.clear()
            self._together.clear()
            self._second = second

    def _capacity_of(self, kind: Literal["write", "read"], table: str) -> Capacity:
        found = self._capacity.get((kind, table))
        if found is None:
            found = self._capacity[kind, table] = Capacity(kind)
        return found

    def _fold(self) -> None:
        for (kind, table, _), units in self._spent.items():
            name = f"{kind} {table}"
            if units > self._peaks.get(name, 0.0):
                self._peaks[name] = units
