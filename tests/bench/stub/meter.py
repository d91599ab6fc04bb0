"""Counts calls and DynamoDB's request units by what they were for."""

from __future__ import annotations

from collections import Counter
from math import ceil
from typing import Any


class Meter:
    """`calls` by "service operation resource", `units` by "write table" and "read table"; read and set back at once."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.units: Counter[str] = Counter()

    def call(self, service: str, operation: str, resource: str = "") -> None:
        """One request."""
        self.calls[f"{service} {operation} {resource}".strip()] += 1

    def write(self, table: str, size: int) -> None:
        """A write of an item of `size` bytes: one unit per started KB (AWS: a refused condition costs as much)."""
        self.units[f"write {table}"] += max(1, ceil(size / 1024))

    def read(self, table: str, size: int, *, consistent: bool) -> None:
        """A read of `size` bytes: one unit per started 4 KB, half where it need not be consistent."""
        self.units[f"read {table}"] += max(1, ceil(size / 4096)) * (1.0 if consistent else 0.5)  # type: ignore[assignment]

    def read_off(self) -> dict[str, Any]:
        """The counts so far; counting begins anew."""
        counts = {"calls": dict(self.calls), "units": dict(self.units)}
        self.calls.clear()
        self.units.clear()
        return counts


def item_size(item: dict[str, Any]) -> int:
    """Bytes of an item as DynamoDB bills them (AWS: DynamoDB Developer Guide, "Item sizes and formats")."""
    return sum(len(name.encode()) + value_size(value) for name, value in item.items())


def value_size(value: dict[str, Any]) -> int:
    """Bytes of one attribute value."""
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            return _number_size(content)
        case "BOOL" | "NULL":
            return 1
        case "NS":
            return sum(map(_number_size, content))
        case "SS":
            return sum(len(text.encode()) for text in content)
        case "L":
            return 3 + sum(1 + value_size(element) for element in content)
        case "M":
            return 3 + sum(1 + len(name.encode()) + value_size(element) for name, element in content.items())
    message = f"attribute type {kind}"
    raise ValueError(message)


def _number_size(digits: str) -> int:
    """About one byte for two significant digits, and one more."""
    return (len(digits.strip("-").replace(".", "")) + 1) // 2 + 1
