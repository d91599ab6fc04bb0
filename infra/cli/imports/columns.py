"""What the columns of a list of readers are: what we take from it, who left by it, and what is not used."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from cli.faults import Fault
from cli.imports.import_file import ADDRESS, ImportFile, Line
from cli.imports.options import ImportOptions
from cli.imports.status_columns import ANY, StatusColumn, Values, by_name, by_values, is_postal_state, unclear
from cli.imports.status_names import Kind
from cli.imports.status_words import fold, parts_of, told_by
from newsletter.platform.errors import InvalidInput
from newsletter.readers.choices import CHOICES
from newsletter.readers.imports.listed_status import ListedStatus, strictest
from newsletter.readers.imports.read_row import Row
from newsletter.readers.profiles.reader_export_store import is_form

EMAIL = (
    *("email", "e mail", "email address", "e mail address", "emailaddress", "mail", "mail address", "primary email"),
    *("e mail 1 value", "email 1", "e mail 1", "e mail 1 address", "email 1 value", "user email address", "user email"),
    *("subscriber email", "contact email", "work email", "sähköposti", "sähköpostiosoite", "sähköposti osoite"),
    *("sähköposti 1", "sposti", "e post", "epost", "e postadress", "epostadress", "e post adress", "emailadresse"),
    *("e mail adresse", "email osoite", "e mail osoite"),
)
MAYBE_EMAIL = ("address", "osoite", "adress", "subscriber", "contact", "tilaaja", "mailadresse")
"""Names that mean something else in other files (Mailchimp's Address is the postal one): the cells decide."""
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
SAMPLE = 100
"""Rows that are looked at to tell whether a column has addresses."""


@dataclass(frozen=True)
class Columns:
    """Where each field is, by its name in Row; the columns of a status; and the names of those that are not used."""

    width: int
    places: dict[str, int]
    statuses: tuple[StatusColumn, ...] = ()
    unused: tuple[str, ...] = ()

    def row(self, line: Line) -> Row:
        """The line as a row. Raises InvalidInput for one whose cells do not lie under the names of the first line."""
        cells = line.cells
        if any(cells[self.width :]):
            raise InvalidInput("line", f"{len(cells)} cells, and only {self.width} names in the first line")
        if line.open_end and self.statuses and max(column.place for column in self.statuses) >= len(cells):
            raise InvalidInput("line", f"{len(cells)} cells at the end of the file: was it cut off before who left?")
        values = {name: cells[place] if place < len(cells) else "" for name, place in self.places.items()}
        values.pop("record", "")
        choices = {name: values.pop(name) for name in CHOICES if name in values}
        return Row(choices=choices, listed=self.listed(cells), **values)

    def listed(self, cells: Sequence[str]) -> ListedStatus:
        """The strictest word of all columns. Excel leaves out empty cells at the end of a row: they say nothing."""
        return strictest(
            _understood(column, "".join(cells[column.place : column.place + 1])) for column in self.statuses
        )

    def strict_word(self, cells: Sequence[str]) -> ListedStatus:
        """The strictest word of a row whose cells do not lie under their names, wherever in it that may stand: each
        column is read at its place and at each to which a cell too many may have moved it.
        """
        moved = range(max(len(cells) - self.width, 0) + 1)
        read = (
            column.read(cell) for column in self.statuses for by in moved for cell in cells[column.place + by :][:1]
        )
        told = map(told_by, cells)
        return strictest(word for word in (*read, *told) if word and word.left)

    def is_sign_up(self, line: Line) -> bool:
        """Whether the line is a form that waits, in our own export: it says nothing of the reader of that address."""
        place = self.places.get("record", -1)
        return 0 <= place < len(line.cells) and is_form(line.cells[place])


def columns_of(file: ImportFile, options: ImportOptions) -> Columns:
    """The columns of the file, with every row looked at.

    Raises Fault for a file without addresses, and for one with a column that looks like a status and is not understood:
    the question says what can be answered.
    """
    header = file.header
    ignored = {place for name in options.ignore for place in _named(file, name)}
    answers = _answers(file, options)
    places = _places(file, ignored)
    values = _values(file)
    taken = set(places.values()) - {places.get("left_at", -1)}
    if places["email"] in ignored | set(answers):
        raise Fault(f"{file.path}: {header[places['email']]!r} has the addresses and cannot be anything else")
    statuses = []
    for place, name in enumerate(header):
        if place in ignored or (place in taken and place not in answers) or values[place].empty:
            continue
        column = by_name(name, place) or by_values(name, place, values[place], header)
        if place in answers:
            column = _answered(column or StatusColumn(name, place), answers[place], options)
        elif is_postal_state(name, values[place], header):
            column = None
        if column is not None:
            statuses.append(column)
    _ask(file, statuses, values, options)
    used = set(places.values()) | {column.place for column in statuses}
    unused = tuple(name for place, name in enumerate(_names(header)) if place not in used)
    return Columns(len(header), places, tuple(statuses), unused)


def _answers(file: ImportFile, options: ImportOptions) -> dict[int, Kind]:
    """How the operator says that columns are read, by their places."""
    said = (
        (Kind.WORDS, options.status),
        (Kind.YES_IS_LEFT, options.yes_is_left),
        (Kind.YES_IS_MAIL, options.yes_is_mail),
    )
    return {place: kind for kind, names in said for name in names for place in _named(file, name)}


def _answered(column: StatusColumn, kind: Kind, options: ImportOptions) -> StatusColumn:
    if kind is Kind.WORDS:
        return replace(column, said=options.said, kind=kind if column.kind is Kind.ASK else column.kind)
    return replace(column, kind=kind, dates_are_yes=True)


def seems_right(header: list[str]) -> bool:
    """Whether the names have one for addresses."""
    return _first(EMAIL, header) >= 0 or _first(MAYBE_EMAIL, header) >= 0


def _places(file: ImportFile, ignored: set[int]) -> dict[str, int]:
    header = [name if place not in ignored else "" for place, name in enumerate(file.header)]
    places = {"email": _email(file), **{name: _first((fold(name), *also), header) for name, also in FIELDS.items()}}
    places |= {name: _first((fold(name),), header) for name in CHOICES if name not in (*FIELDS, *OURS)}
    places |= {name: header.index(name) if name in header else -1 for name in OURS}
    return {name: place for name, place in places.items() if place >= 0}


def _email(file: ImportFile) -> int:
    place = _first(EMAIL, file.header)
    if place >= 0:
        return place
    rows = [line.cells for line, _ in zip(file.lines(), range(SAMPLE), strict=False)]
    with_addresses = [
        place
        for place in range(len(file.header))
        if sum(any(map(ADDRESS.fullmatch, cells[place : place + 1])) for cells in rows) * 2 > len(rows)
    ]
    maybe = [place for place in with_addresses if fold(file.header[place]) in MAYBE_EMAIL]
    if maybe:
        return maybe[0]
    raise Fault(f"{file.path}, line 1: {_no_addresses(file.header, with_addresses)}")


def _no_addresses(header: list[str], with_addresses: list[int]) -> str:
    if any(ADDRESS.fullmatch(name) for name in header):
        return (
            "no column is called email: this line is a reader already. Put a line with the names of the columns first"
        )
    found = ", ".join(name or "(no name)" for name in header[:20]) or "none"
    also = f"; {header[with_addresses[0]] or 'one without a name'} seems to have them" if with_addresses else ""
    return f"no column is called email (or sähköposti, e-post, Email Address). Found: {found}{also}; name it email"


def _values(file: ImportFile) -> list[Values]:
    values = [Values() for _ in file.header]
    for line in file.lines():
        if not any(line.cells[len(values) :]):
            for kept, cell in zip(values, line.cells, strict=False):
                kept.add(cell)
    return values


def _ask(file: ImportFile, statuses: Sequence[StatusColumn], values: Sequence[Values], options: ImportOptions) -> None:
    """Raises Fault with a question for every column that is not understood."""
    questions = list(_questions(statuses, values))
    if questions:
        names = [_quoted(name) for name, _ in questions]
        left, mail, ignore = (
            " ".join(f"{option} {name}" for name in names)
            for option in ("--yes-is-left", "--yes-is-mail", "--ignore-column")
        )
        raise Fault(
            f"{file.path}: {'; '.join(what for _, what in questions)}. Nothing was written. "
            f"Say of each column what is true, with one of these options. A yes or a day means that the reader left: "
            f"{left}. A yes means that they may be mailed: {mail}. Other values: --status-column {names[0]} "
            f"--left VALUE,VALUE --active VALUE (--pending VALUE; {ANY} is every other value). It says nothing of who "
            f"may be mailed: {ignore}"
        )
    there = {fold(value) for column in statuses if column.said for value in values[column.place].counts}
    there |= {fold(part) for value in there for part in parts_of(value)} | {ANY}
    missing = [value for value in options.said if value not in there]
    if missing and not any(values[column.place].many for column in statuses if column.said):
        raise Fault(f"{file.path}: no row has {', '.join(map(repr, missing))} in {', '.join(options.status)}")


def _questions(statuses: Sequence[StatusColumn], values: Sequence[Values]) -> Iterator[tuple[str, str]]:
    for column in statuses:
        found, name = unclear(column, values[column.place]), _names([""] * column.place + [column.name])[-1]
        if found or (values[column.place].many and not column.takes_any(values[column.place])):
            shown = ", ".join(f"{_short(value)} ({count})" for value, count in found[:8])
            more = " and others" if len(found) > 8 or values[column.place].many else ""
            yield (
                name,
                f"the column {name!r} looks like it says who left, but not what {shown}{more} mean",
            )


def _understood(column: StatusColumn, value: str) -> ListedStatus:
    found = column.read(value)
    if found is None:
        raise InvalidInput(column.name, f"{_short(value)} is not understood")
    return found


def _names(header: Sequence[str]) -> list[str]:
    """The names of all columns; one without is called by its place."""
    return [name or f"column {place + 1}" for place, name in enumerate(header)]


def _named(file: ImportFile, name: str) -> list[int]:
    """The places of all columns of that name, of which a file may have more than one."""
    places = [place for place, other in enumerate(_names(file.header)) if fold(other) == fold(name)]
    if not places:
        raise Fault(f"{file.path} has no column {name!r}; there are: {', '.join(filter(None, file.header))}")
    return places


def _first(names: Sequence[str], header: Sequence[str]) -> int:
    """The place of the first column that has one of the names, in the order of the names; -1 for none."""
    folded = [fold(name) for name in header]
    return next((folded.index(name) for name in names if name in folded), -1)


def _quoted(name: str) -> str:
    """As a shell takes it."""
    if re.fullmatch(r"[\w.-]+", name):
        return name
    return shlex.quote(name) if re.search(r"[\"$`\\!%]", name) else f'"{name}"'


def _short(value: str) -> str:
    return f'"{value[:40]}…"' if len(value) > 40 else f'"{value}"'
