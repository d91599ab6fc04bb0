"""Numbers with their noun."""

from __future__ import annotations


def counted(number: int, noun: str, plural: str = "") -> str:
    """`1 reader`, `2,000 readers`; with `plural`, `2 addresses`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
