"""What the columns of an import file are: fields of a reader, columns that say who left, and what is not used."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from newsletter.platform.errors import InvalidInput, UnreadableList
from newsletter.platform.words.said import say
from newsletter.readers.choices import CHOICES
from newsletter.readers.imports.import_file import ADDRESS, ImportFile, Line
from newsletter.readers.imports.listed_status import ListedStatus, strictest
from newsletter.readers.imports.options import ImportOptions
from newsletter.readers.imports.read_row import Row
from newsletter.readers.imports.status_columns import (
    ColumnValues,
    StatusColumn,
    column_by_name,
    column_by_values,
    is_postal_state,
    quoted_short,
    raise_questions,
)
from newsletter.readers.imports.status_names import ColumnKind
from newsletter.readers.imports.status_words import fold, strictest_status_word
from newsletter.readers.profiles.reader_export_store import is_form

EMAIL_NAMES = (
    *("email", "e mail", "email address", "e mail address", "emailaddress", "mail", "mail address", "primary email"),
    *("e mail 1 value", "email 1", "e mail 1", "e mail 1 address", "email 1 value", "user email address", "user email"),
    *("subscriber email", "contact email", "work email", "sähköposti", "sähköpostiosoite", "sähköposti osoite"),
    *("sähköposti 1", "sposti", "e post", "epost", "e postadress", "epostadress", "e post adress", "emailadresse"),
    *("e mail adresse", "email osoite", "e mail osoite"),
)
MAYBE_EMAIL_NAMES = ("address", "osoite", "adress", "subscriber", "contact", "tilaaja", "mailadresse")
"""Names that mean something else in other files (in Mailchimp's, Address is the postal one): the cells decide."""
FIELDS = {
    "name": (
        "name",
        "first name",
        "firstname",
        "given name",
        "fname",
        "nimi",
        "etunimi",
        "namn",
        "förnamn",
        "full name",
    ),
    "language": ("language", "kieli", "språk"),
    "topics": ("topics", "aiheet", "ämnen"),
    "frequency": ("frequency", "väli", "frekvens"),
    "left_at": (
        *("left at", "unsub time", "unsubscribed at", "unsubscription date", "unsubscribe date", "unsubscribed date"),
        *("date unsubscribed", "clean time", "deleted at", "poistumispäivä", "peruutuspäivä"),
    ),
}
"""What each field may be called in the first line, besides the name we give it ourselves. Further choices of readers
are read under their own names."""
OURS = (
    *("id", "tracking", "paused_until", "confirmed_at", "consent_version", "left_how", "left_why", "erased_at"),
    *("record",),
)
"""Columns of our own export that are read under the very names it gives them."""
SAMPLE_ROWS = 100
"""Rows that are read to find out whether a column has addresses."""


@dataclass(frozen=True)
class Columns:
    """The place of each field, by its name in Row; the status columns; the names of the columns that are not used."""

    width: int
    places: dict[str, int]
    statuses: tuple[StatusColumn, ...] = ()
    unused: tuple[str, ...] = ()

    def row(self, line: Line) -> Row:
        """The line as a row. Raises InvalidInput for a line with more cells than the header has names."""
        cells = line.cells
        if any(cells[self.width :]):
            raise InvalidInput(
                "line",
                say("{count} cells, and only {width} names in the first line", count=len(cells), width=self.width),
            )
        if line.open_end and self.statuses and max(column.place for column in self.statuses) >= len(cells):
            raise InvalidInput(
                "line", say("{count} cells at the end of the file: was it cut off before who left?", count=len(cells))
            )
        values = {name: cells[place] if place < len(cells) else "" for name, place in self.places.items()}
        values.pop("record", "")
        choices = {name: values.pop(name) for name in CHOICES if name in values}
        return Row(choices=choices, listed=self.listed(cells), **values)

    def listed(self, cells: Sequence[str]) -> ListedStatus:
        """The strictest status in any of the columns. Cells that Excel left out at the end of a row have none."""
        return strictest(
            _understood(column, "".join(cells[column.place : column.place + 1])) for column in self.statuses
        )

    def strictest_word_anywhere(self, cells: Sequence[str]) -> ListedStatus:
        """The strictest status in a row with too many cells: each status column is read at its place and at each to
        which a surplus cell may have moved it, and the words of a status count in every cell.
        """
        moved = range(max(len(cells) - self.width, 0) + 1)
        read = (
            column.read(cell) for column in self.statuses for by in moved for cell in cells[column.place + by :][:1]
        )
        words = map(strictest_status_word, cells)
        return strictest(word for word in (*read, *words) if word and word.left)

    def is_sign_up(self, line: Line) -> bool:
        """Whether the line of our own export is a form that waits for its confirmation: it is no word on the reader."""
        place = self.places.get("record", -1)
        return 0 <= place < len(line.cells) and is_form(line.cells[place])


def columns_of(file: ImportFile, options: ImportOptions) -> Columns:
    """Find out what the columns are, from their names and from every row.

    Raises UnreadableList for a file without addresses, and ColumnsNotUnderstood where a column looks like a status and
    is not understood: the question says what can be answered.
    """
    header = file.header
    ignored = {place for name in options.ignore for place in _named(file, name)}
    answers = _answers(file, options)
    places = _places(file, ignored, options)
    values = _values(file)
    taken = set(places.values()) - {places.get("left_at", -1)}
    if places["email"] in ignored | set(answers):
        raise UnreadableList(
            say(
                "{path}: {column} has the addresses and cannot be anything else",
                path=file.path,
                column=repr(header[places["email"]]),
            )
        )
    statuses = []
    for place, name in enumerate(header):
        if place in ignored or (place in taken and place not in answers) or values[place].empty:
            continue
        column = column_by_name(name, place) or column_by_values(name, place, values[place], header)
        if place in answers:
            column = _answered(column or StatusColumn(name, place), answers[place], options)
        elif is_postal_state(name, values[place], header):
            column = None
        if column is not None:
            statuses.append(column)
    raise_questions(file, statuses, values, options)
    used = set(places.values()) | {column.place for column in statuses}
    unused = tuple(name for place, name in enumerate(_names(header)) if place not in used)
    return Columns(len(header), places, tuple(statuses), unused)


def _answers(file: ImportFile, options: ImportOptions) -> dict[int, ColumnKind]:
    """How the operator says that columns are to be read, by the places of the columns."""
    said = (
        (ColumnKind.WORDS, options.status),
        (ColumnKind.YES_IS_LEFT, options.yes_is_left),
        (ColumnKind.YES_IS_MAIL, options.yes_is_mail),
    )
    return {place: kind for kind, names in said for name in names for place in _named(file, name)}


def _answered(column: StatusColumn, kind: ColumnKind, options: ImportOptions) -> StatusColumn:
    if kind is ColumnKind.WORDS:
        return replace(column, meanings=options.meanings, kind=kind if column.kind is ColumnKind.ASK else column.kind)
    return replace(column, kind=kind, dates_are_yes=True)


def seems_right(header: list[str]) -> bool:
    """Whether one of the names is that of a column of addresses."""
    return _first(EMAIL_NAMES, header) >= 0 or _first(MAYBE_EMAIL_NAMES, header) >= 0


def _places(file: ImportFile, ignored: set[int], options: ImportOptions) -> dict[str, int]:
    header = [name if place not in ignored else "" for place, name in enumerate(file.header)]
    named = dict(_said(file, options))
    email = named["email"] if "email" in named else _email(file)
    places = {"email": email, **{name: _first((fold(name), *also), header) for name, also in FIELDS.items()}}
    places |= {name: _first((fold(name),), header) for name in CHOICES if name not in (*FIELDS, *OURS)}
    places |= {name: header.index(name) if name in header else -1 for name in OURS}
    taken = set(named.values())
    places = {name: place for name, place in places.items() if place not in taken} | named
    return {name: place for name, place in places.items() if place >= 0}


def _said(file: ImportFile, options: ImportOptions) -> Iterator[tuple[str, int]]:
    """The fields whose columns the operator has named, with their places."""
    return ((field, _named(file, name)[0]) for name, field in options.fields)


def _email(file: ImportFile) -> int:
    place = _first(EMAIL_NAMES, file.header)
    if place >= 0:
        return place
    rows = [line.cells for line, _ in zip(file.lines(), range(SAMPLE_ROWS), strict=False)]
    with_addresses = [
        place
        for place in range(len(file.header))
        if sum(any(map(ADDRESS.fullmatch, cells[place : place + 1])) for cells in rows) * 2 > len(rows)
    ]
    maybe = [place for place in with_addresses if fold(file.header[place]) in MAYBE_EMAIL_NAMES]
    if maybe:
        return maybe[0]
    raise UnreadableList(
        say(
            "{path}, line {line}: {message}", path=file.path, line=1, message=_no_addresses(file.header, with_addresses)
        )
    )


def _no_addresses(header: list[str], with_addresses: list[int]) -> str:
    if any(ADDRESS.fullmatch(name) for name in header):
        return say(
            "no column is called email: this line is a reader already. Put a line with the names of the columns first"
        )
    found = ", ".join(name or "(no name)" for name in header[:20]) or "none"
    if with_addresses:
        return say(
            "no column is called email (or sähköposti, e-post, Email Address). Found: {found}; {column} seems to have"
            " them; name it email",
            found=found,
            column=header[with_addresses[0]] or say("one without a name"),
        )
    return say(
        "no column is called email (or sähköposti, e-post, Email Address). Found: {found}; name it email", found=found
    )


def _values(file: ImportFile) -> list[ColumnValues]:
    values = [ColumnValues() for _ in file.header]
    for line in file.lines():
        if not any(line.cells[len(values) :]):
            for kept, cell in zip(values, line.cells, strict=False):
                kept.add(cell)
    return values


def _understood(column: StatusColumn, value: str) -> ListedStatus:
    found = column.read(value)
    if found is None:
        raise InvalidInput(column.name, say("{value} is not understood", value=quoted_short(value)))
    return found


def _names(header: Sequence[str]) -> list[str]:
    """The names of all columns; one without a name is called by its number."""
    return [name or f"column {place + 1}" for place, name in enumerate(header)]


def _named(file: ImportFile, name: str) -> list[int]:
    """The places of the columns of that name: a file may have several. Raises UnreadableList where there is none."""
    places = [place for place, other in enumerate(_names(file.header)) if fold(other) == fold(name)]
    if not places:
        raise UnreadableList(
            say(
                "{path} has no column {column}; there are: {columns}",
                path=file.path,
                column=repr(name),
                columns=", ".join(filter(None, file.header)),
            )
        )
    return places


def _first(names: Sequence[str], header: Sequence[str]) -> int:
    """The place of the first column that has one of the names, in the order of the names; -1 for none."""
    folded = [fold(name) for name in header]
    return next((folded.index(name) for name in names if name in folded), -1)
