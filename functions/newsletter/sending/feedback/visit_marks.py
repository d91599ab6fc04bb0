"""What a recipient's visits were judged to be, as the ledger keeps it: a short text for each position of a batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

MOST_VISITS = 9_999
"""More visits of one recipient are not told apart."""
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
HOURS = 36 * 36
"""Hours are kept by their remainder, in two characters: 54 days until one comes again."""
BEFORE = timedelta(days=4)
"""How long before the batch's last change in the ledger a visit may have been: doubt about it is settled later."""
PERSON, MACHINE, OFFERED = 1, 2, 4


@dataclass(frozen=True)
class VisitMark:
    """The judgement on all visits of a recipient that were known when it was reached: `visits` of them.

    `person` and `machine` say who opened anything at all (nobody knows who: a machine), `offered` that a person looked
    at the page of an offer. `people` and `machines` are the places, among the links of the variant in the order of
    their keys, of links that each of them opened. `read_at` and `scanned_at` are the hours in which that began.
    """

    visits: int
    person: bool = False
    machine: bool = False
    offered: bool = False
    people: frozenset[int] = frozenset()
    machines: frozenset[int] = frozenset()
    read_at: datetime | None = None
    scanned_at: datetime | None = None


def written(mark: VisitMark) -> str:
    """The mark as text; one of more visits comes later in the alphabet."""
    flags = PERSON * mark.person | MACHINE * mark.machine | OFFERED * mark.offered
    links = ".".join(_base36(sum(1 << place for place in places)) for places in (mark.people, mark.machines))
    hours = "".join(_hour(at) for at in (mark.read_at, mark.scanned_at))
    return f"{number_of(mark)}{flags}{hours}{links}"


def number_of(mark: VisitMark, more: int = 0) -> str:
    """How the text of a mark of so many visits begins, or of one with `more`."""
    return f"{min(mark.visits, MOST_VISITS) + more:05}"


def read_marks(item: Mapping[str, str], size: int, sent_at: datetime) -> dict[int, VisitMark]:
    """The marks of an item by position, within the size of its batch."""
    texts = {position: item[f"p{position}"] for position in range(size) if f"p{position}" in item}
    return {position: read_mark(text, sent_at) for position, text in texts.items()}


def read_mark(text: str, sent_at: datetime) -> VisitMark:
    """The mark of a text, in a batch that was sent about then. Raises ValueError for a text that is none."""
    flags = int(text[5])
    people, machines = (_places(int(bits, 36)) for bits in text[10:].split("."))
    read_at, scanned_at = (_moment(text[at : at + 2], sent_at) for at in (6, 8))
    return VisitMark(
        int(text[:5]), bool(flags & PERSON), bool(flags & MACHINE), bool(flags & OFFERED),
        people, machines, read_at, scanned_at,
    )  # fmt: skip


def _places(bits: int) -> frozenset[int]:
    return frozenset(place for place in range(bits.bit_length()) if bits >> place & 1)


def _hour(at: datetime | None) -> str:
    if at is None:
        return "--"
    first, second = divmod(int(at.timestamp()) // 3600 % HOURS, 36)
    return DIGITS[first] + DIGITS[second]


def _moment(text: str, sent_at: datetime) -> datetime | None:
    if text == "--":
        return None
    first = int((sent_at - BEFORE).timestamp()) // 3600
    return datetime.fromtimestamp((first + (int(text, 36) - first) % HOURS) * 3600, UTC)


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = DIGITS[digit] + digits
    return digits or "0"
