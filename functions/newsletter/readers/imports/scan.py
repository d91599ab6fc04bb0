"""Reads a whole import file before anything is written: who left by it, and what the operator has to answer first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.platform.errors import InvalidInput, UnreadableList
from newsletter.platform.words.said import say
from newsletter.readers.email_address import normalised
from newsletter.readers.imports.columns import Columns, columns_of, seems_right
from newsletter.readers.imports.import_file import ADDRESS, ImportFile, Line
from newsletter.readers.imports.import_subscribers import Mode
from newsletter.readers.imports.listed_status import ListedStatus, strictest
from newsletter.readers.imports.options import ImportOptions
from newsletter.readers.imports.read_row import ID, Row

if TYPE_CHECKING:
    from newsletter.container import Container

NAMED_AS_LEFT = re.compile(
    r"unsub|cleaned|suppress|bounce|blocklist|blacklist|complain|opt-?out|perunee|perut|poistun|estet"
)
NAMED_AS_NEVER_ASKED = re.compile(r"non-?subscribed")
"""Parts of file names. Mailchimp's exports have no status column, but a name: `cleaned_members_export_….csv`."""
PEPPER_SAMPLE = 100
"""Rows with id and address that are compared to find out whether the file comes from a stack with our pepper."""


@dataclass(frozen=True)
class FileScan:
    """What the whole file says. `strictest` is the strictest status of each id, by whatever row it stands in."""

    file: ImportFile
    columns: Columns
    rows: int
    strictest: dict[str, ListedStatus]
    same_pepper: bool

    def read(self) -> Iterator[tuple[Line, Row | InvalidInput]]:
        """Every line, as a row, or as the reason why it is none."""
        return _read(self.file, self.columns)


def scan_file(file: ImportFile, options: ImportOptions, mode: Mode, app: Container) -> FileScan:
    """Read the whole file once. Raises UnreadableList for what cannot be read, ColumnsNotUnderstood with questions."""
    columns = columns_of(file, options)
    if not columns.statuses:
        _ask_about_name(file, mode)
    # In a list of people who left, a row without a status means that, too.
    least = ListedStatus.LEFT if mode is Mode.LEFT else ListedStatus.UNSAID
    mild = (ListedStatus.UNSAID, ListedStatus.ACTIVE, least)
    rows, active = 0, 0
    same_ids: list[bool] = []
    found: dict[str, ListedStatus] = {}
    for line, row in _read(file, columns):
        rows += 1
        if isinstance(row, InvalidInput):
            for subscriber, listed in _left_by_unusable(line, columns, app):
                found[subscriber] = strictest((found.get(subscriber, least), listed))
            continue
        active += row.listed is ListedStatus.ACTIVE
        if len(same_ids) < PEPPER_SAMPLE and row.email and ID.fullmatch(row.id):
            same_ids.append(row.id == id_of(row.email, app))
        listed = strictest((row.listed, least))
        if listed not in mild and not columns.is_sign_up(line) and (subscriber := id_of(row.email, app)):
            found[subscriber] = strictest((found.get(subscriber, least), listed))
    if active and mode is Mode.LEFT:
        raise UnreadableList(
            say(
                "{path}: {active} of {rows} rows are called active in {columns}; {option} would end them. Nothing was"
                " written. Export those who left alone, or leave these columns out: {ignore}",
                path=file.path,
                active=active,
                rows=rows,
                columns=_names(columns),
                option="--as left",
                ignore="--ignore-column NAME",
            )
        )
    return FileScan(file, columns, rows, found, bool(same_ids) and all(same_ids))


def _read(file: ImportFile, columns: Columns) -> Iterator[tuple[Line, Row | InvalidInput]]:
    for line in file.lines():
        try:
            yield line, columns.row(line)
        except InvalidInput as wrong:
            yield line, wrong


def _left_by_unusable(line: Line, columns: Columns, app: Container) -> Iterator[tuple[str, ListedStatus]]:
    """Who left according to a row that cannot be used, such as one with a cell too many: another row of the same reader
    may say nothing of it.
    """
    listed = columns.strictest_word_anywhere(line.cells)
    for cell in line.cells:
        if listed.left and ADDRESS.fullmatch(cell) and (subscriber := id_of(cell, app)):
            yield subscriber, listed


def id_of(email: str, app: Container) -> str:
    try:
        return app.ids.of(normalised(email, allow_test_domains=app.settings.local))
    except InvalidInput:
        return ""


def _ask_about_name(file: ImportFile, mode: Mode) -> None:
    name = file.path.stem.casefold()
    if NAMED_AS_NEVER_ASKED.search(name):
        if mode is Mode.CONFIRMED:
            raise UnreadableList(
                say(
                    "{path} is called a list of people who never subscribed: import it {option}, or rename it",
                    path=file.path,
                    option="--as pending",
                )
            )
    elif NAMED_AS_LEFT.search(name) and mode is not Mode.LEFT:
        raise UnreadableList(
            say(
                "{path} is called a list of people who left: import it {option}, or rename it",
                path=file.path,
                option="--as left",
            )
        )


def _names(columns: Columns) -> str:
    return ", ".join(column.name for column in columns.statuses)


def open_file(path: Path, encoding: str = "") -> ImportFile:
    """The file with its header read; an empty encoding is found out. Raises UnreadableList."""
    return ImportFile(path, seems_right, encoding)
