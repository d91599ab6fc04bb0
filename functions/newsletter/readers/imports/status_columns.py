"""Which columns of an import file say who left, and what their cells mean. The operator is asked about what is unclear.

The name of a column says how to read it, and its values must agree: it is used only where every value is understood.
"""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from newsletter.platform.errors import ColumnsNotUnderstood, UnreadableList
from newsletter.platform.words.said import say
from newsletter.readers.imports import status_names
from newsletter.readers.imports.import_file import ImportFile
from newsletter.readers.imports.listed_status import ListedStatus, strictest
from newsletter.readers.imports.options import ImportOptions
from newsletter.readers.imports.status_names import ColumnKind, kind_of, left_as, no_is
from newsletter.readers.imports.status_words import (
    blank,
    fold,
    has_status_word,
    parts_of,
    status_in,
    subscribes,
    truth_in,
)

MOST_VALUES = 30
"""The most different values that a status column has; of a column with more only as many are kept."""
ANY = "*"
"""Means every other value in the operator's options."""
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
    """A column: its name as written, its place, how its cells are read, and what its values mean by the options."""

    name: str
    place: int
    kind: ColumnKind = ColumnKind.WORDS
    meanings: Mapping[str, ListedStatus] = field(default_factory=dict)
    dates_are_yes: bool = False

    def accepts_any(self, values: ColumnValues) -> bool:
        """Whether any number of different values is understood: dates and reasons, or all of them by an option `*`."""
        if self.kind is ColumnKind.FILLED_IS_LEFT or ANY in self.meanings:
            return True
        return values.truths and (
            self.kind is ColumnKind.YES_IS_LEFT or (self.kind is ColumnKind.YES_IS_MAIL and self.dates_are_yes)
        )

    def read(self, value: str) -> ListedStatus | None:
        """The status of the reader by this cell; None where it is not understood."""
        if fold(value) in self.meanings:
            return self.meanings[fold(value)]
        if blank(value):
            return ListedStatus.PENDING if self.kind is ColumnKind.YES_IS_MAIL else ListedStatus.UNSAID
        if (found := self._read(value)) is None and self.meanings:
            return self._said_of_parts(value)
        return found

    def _read(self, value: str) -> ListedStatus | None:
        truth, word, dated = truth_in(value), status_in(value), _DATE.match(value) is not None
        match self.kind:
            case ColumnKind.ASK:
                return None
            case ColumnKind.FILLED_IS_LEFT if word not in _MILD:
                return ListedStatus.UNSAID if truth is False else left_as(self.name)
            case ColumnKind.YES_IS_LEFT if truth is not None or dated or value.isdecimal():
                # Reasons are numbers in some systems (Mautic): 0 is none.
                return ListedStatus.UNSAID if truth is False else left_as(self.name)
            case ColumnKind.FILLED_IS_LEFT | ColumnKind.YES_IS_LEFT if word in _MILD and not subscribes(value):
                # "Markkinointikielto: voimassa": in force is the refusal.
                return None
            case ColumnKind.YES_IS_MAIL if truth is not None or (dated and self.dates_are_yes):
                return no_is(self.name) if truth is False else ListedStatus.ACTIVE
        return word

    def _said_of_parts(self, value: str) -> ListedStatus | None:
        """The strictest status of a list in one cell (`Turku, unsubscribed`), if every part of it is understood."""
        other = self.meanings.get(ANY)
        found = [self.meanings.get(fold(part), status_in(part) or other) for part in parts_of(value)]
        return strictest(word for word in found if word is not None) if found and None not in found else other


class ColumnValues:
    """The different values of a column with their counts, as far as they are kept.

    Of all cells, kept or not: `with_status_words` are those with a word for somebody who left; `truths` is whether
    every filled one is a yes, a no or a day, `days` whether every one is a day.
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.with_status_words: Counter[str] = Counter()
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
        if has_status_word(value) and len(self.with_status_words) < MOST_VALUES:
            self.with_status_words[value] += 1
        if self.truths and not blank(value):
            dated = _DATE.match(value) is not None
            self.days = self.days and dated
            self.truths = dated or truth_in(value) is not None

    @property
    def empty(self) -> bool:
        """Whether no cell says anything."""
        return not self.many and all(map(blank, self.counts))


def column_by_name(name: str, place: int) -> StatusColumn | None:
    """The status column of that name; None where the name says nothing of a status."""
    kind = kind_of(name)
    if kind is None:
        return None
    return StatusColumn(name, place, kind, dates_are_yes=status_names.date_is_yes(name))


def column_by_values(name: str, place: int, values: ColumnValues, header: Iterable[str] = ()) -> StatusColumn | None:
    """A status column by its cells: with words for who left, or with only yes, no and days under an unknown name,
    which is asked about. None for any other.
    """
    if values.with_status_words and not (
        status_names.of_another_channel(name) and status_names.says_more_than_a_channel(name)
    ):
        return StatusColumn(name, place)
    if values.truths and not status_names.is_unrelated(name, header, days=values.days):
        return StatusColumn(name, place, ColumnKind.ASK)
    return None


def is_postal_state(name: str, values: ColumnValues, header: Iterable[str]) -> bool:
    """Whether a column called State is part of a postal address: other parts are there, and no cell has a status."""
    return (
        fold(name) == "state"
        and any(_POSTAL.fullmatch(fold(other)) for other in header)
        and not any(status_in(value) for value in values.counts)
    )


def not_understood(column: StatusColumn, values: ColumnValues) -> list[tuple[str, int]]:
    """The values that are not understood: first those that say who left, then the most frequent."""
    counts = {
        **{value: values.counts[value] or 1 for value in values.with_status_words},
        **dict(values.counts.most_common()),
    }
    return [(value, count) for value, count in counts.items() if column.read(value) is None]


def raise_questions(
    file: ImportFile, statuses: Sequence[StatusColumn], values: Sequence[ColumnValues], options: ImportOptions
) -> None:
    """Raise UnreadableList with a question for each column that is not understood."""
    questions = list(_questions(statuses, values))
    if questions:
        names = [_quoted(name) for name, _ in questions]
        left, mail, ignore = (
            " ".join(f"{option} {name}" for name in names)
            for option in ("--yes-is-left", "--yes-is-mail", "--ignore-column")
        )
        raise ColumnsNotUnderstood(
            f"{file.path}: {'; '.join(what for _, what in questions)}. Nothing was written. "
            f"Say of each column what is true, with one of these options. A yes or a day means that the reader left: "
            f"{left}. A yes means that they may be mailed: {mail}. Other values: --status-column {names[0]} "
            f"--left VALUE,VALUE --active VALUE (--pending VALUE; {ANY} is every other value). It says nothing of who "
            f"may be mailed: {ignore}",
            questions,
        )
    there = {fold(value) for column in statuses if column.meanings for value in values[column.place].counts}
    there |= {fold(part) for value in there for part in parts_of(value)} | {ANY}
    missing = [value for value in options.meanings if value not in there]
    if missing and not any(values[column.place].many for column in statuses if column.meanings):
        raise UnreadableList(
            say(
                "{path}: no row has {values} in {columns}",
                path=file.path,
                values=", ".join(map(repr, missing)),
                columns=", ".join(options.status),
            )
        )


def _questions(statuses: Sequence[StatusColumn], values: Sequence[ColumnValues]) -> Iterator[tuple[str, str]]:
    for column in statuses:
        found, name = not_understood(column, values[column.place]), column.name or f"column {column.place + 1}"
        if found or (values[column.place].many and not column.accepts_any(values[column.place])):
            shown = ", ".join(f"{quoted_short(value)} ({count})" for value, count in found[:8])
            if len(found) > 8 or values[column.place].many:
                shown = say("{values} and others", values=shown)
            yield (
                name,
                say(
                    "the column {column} looks like it says who left, but not what {values} mean",
                    column=repr(name),
                    values=shown,
                ),
            )


def _quoted(name: str) -> str:
    """The name as it can be pasted into a shell."""
    if re.fullmatch(r"[\w.-]+", name):
        return name
    return shlex.quote(name) if re.search(r"[\"$`\\!%]", name) else f'"{name}"'


def quoted_short(value: str) -> str:
    """A value within quotation marks, cut to 40 characters."""
    return f'"{value[:40]}…"' if len(value) > 40 else f'"{value}"'
