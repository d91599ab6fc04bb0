"""Which columns of a list say who left, and what their cells mean. What is not understood is asked about, not guessed.

A name tells how to read a column, the values tell whether it was read right: a column counts only where every value in
it is understood.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cli.imports import status_names
from cli.imports.status_names import Kind, kind_of, left_as, no_is
from cli.imports.status_words import blank, fold, parts_of, status_in, subscribes, telling, truth_in
from newsletter.readers.imports.listed_status import ListedStatus, strictest

MOST_VALUES = 30
"""Different values that a column of some status has at most; of more, only as many are kept."""
ANY = "*"
"""Stands for every other value, where the operator says what values mean."""
_DATE = re.compile(
    r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}\b|\d{8}$"
    r"|(?:\w+ )?(?:\d{1,2}\.? )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*\.? \d{1,2},? \d{4}"
    r"|\d{1,2}\.? (?:jan|feb|mar|apr|ma[iyj]|jun|jul|aug|sep|o[ck]t|nov|de[cz])\w*\.? \d{4}",
    re.IGNORECASE,
)
_POSTAL = re.compile(
    r"(?:.* )?(?:city|town|zip|zip code|postal code|postcode|post code|country|postinumero|postiosoite|kaupunki"
    r"|maa|postnummer|ort|land|address|street.*|region)"
)
_MILD = (ListedStatus.ACTIVE, ListedStatus.PENDING)


@dataclass(frozen=True)
class StatusColumn:
    """One column: its name as it is written, its place, how its cells are read, and what the operator said of them."""

    name: str
    place: int
    kind: Kind = Kind.WORDS
    said: Mapping[str, ListedStatus] = field(default_factory=dict)
    dates_are_yes: bool = False

    def takes_any(self, values: Values) -> bool:
        """Whether any number of different cells is understood: days and reasons, or what the operator said of all."""
        if self.kind is Kind.FILLED_IS_LEFT or ANY in self.said:
            return True
        return values.truths and (
            self.kind is Kind.YES_IS_LEFT or (self.kind is Kind.YES_IS_MAIL and self.dates_are_yes)
        )

    def read(self, value: str) -> ListedStatus | None:
        """What the cell says of the reader; None where nobody can tell."""
        if fold(value) in self.said:
            return self.said[fold(value)]
        if blank(value):
            return ListedStatus.PENDING if self.kind is Kind.YES_IS_MAIL else ListedStatus.UNSAID
        if (found := self._read(value)) is None and self.said:
            return self._said_of_parts(value)
        return found

    def _read(self, value: str) -> ListedStatus | None:
        truth, word, dated = truth_in(value), status_in(value), _DATE.match(value) is not None
        match self.kind:
            case Kind.ASK:
                return None
            case Kind.FILLED_IS_LEFT if word not in _MILD:
                return ListedStatus.UNSAID if truth is False else left_as(self.name)
            case Kind.YES_IS_LEFT if truth is not None or dated or value.isdecimal():
                # Reasons are numbers in some systems (Mautic): 0 is none.
                return ListedStatus.UNSAID if truth is False else left_as(self.name)
            case Kind.FILLED_IS_LEFT | Kind.YES_IS_LEFT if word in _MILD and not subscribes(value):
                # "Markkinointikielto: voimassa": in force is the refusal.
                return None
            case Kind.YES_IS_MAIL if truth is not None or (dated and self.dates_are_yes):
                return no_is(self.name) if truth is False else ListedStatus.ACTIVE
        return word

    def _said_of_parts(self, value: str) -> ListedStatus | None:
        """Of a list in one cell (`Turku, unsubscribed`) the strictest word; the rest must be said, too."""
        other = self.said.get(ANY)
        found = [self.said.get(fold(part), status_in(part) or other) for part in parts_of(value)]
        return strictest(word for word in found if word is not None) if found and None not in found else other


class Values:
    """The different values of a column and how often each is there, as far as they are kept.

    Of all cells, kept or not: `telling` are those with a word of somebody who left, `truths` tells whether every one
    that is filled is a yes, a no or a day, and `days` whether every one is a day.
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.telling: Counter[str] = Counter()
        self.many = False
        self.truths = True
        self.days = True

    def add(self, value: str) -> None:
        """One more cell."""
        if value in self.counts:
            self.counts[value] += 1
            return
        if len(self.counts) < MOST_VALUES:
            self.counts[value] = 1
        else:
            self.many = True
        if telling(value) and len(self.telling) < MOST_VALUES:
            self.telling[value] += 1
        if self.truths and not blank(value):
            dated = _DATE.match(value) is not None
            self.days = self.days and dated
            self.truths = dated or truth_in(value) is not None

    @property
    def empty(self) -> bool:
        """Whether no cell says anything."""
        return not self.many and all(map(blank, self.counts))


def by_name(name: str, place: int) -> StatusColumn | None:
    """How the column of that name is read; None for one whose name has nothing to do with a status."""
    kind = kind_of(name)
    if kind is None:
        return None
    return StatusColumn(name, place, kind, dates_are_yes=status_names.date_is_yes(name))


def by_values(name: str, place: int, values: Values, header: Iterable[str] = ()) -> StatusColumn | None:
    """A column with words in it that say who left; or with nothing but yes, no and days under a name that nobody knows,
    which is asked about. None for any other.
    """
    if values.telling and not (status_names.of_another_channel(name) and status_names.says_more_than_a_channel(name)):
        return StatusColumn(name, place)
    if values.truths and not status_names.harmless(name, header, days=values.days):
        return StatusColumn(name, place, Kind.ASK)
    return None


def is_postal_state(name: str, values: Values, header: Iterable[str]) -> bool:
    """Whether a column called State is that of an address: others of an address are there, and no word of a status."""
    return (
        fold(name) == "state"
        and any(_POSTAL.fullmatch(fold(other)) for other in header)
        and not any(status_in(value) for value in values.counts)
    )


def unclear(column: StatusColumn, values: Values) -> list[tuple[str, int]]:
    """The values that are not understood: first those that say who left, then the most frequent."""
    counts = {**{value: values.counts[value] or 1 for value in values.telling}, **dict(values.counts.most_common())}
    return [(value, count) for value, count in counts.items() if column.read(value) is None]
