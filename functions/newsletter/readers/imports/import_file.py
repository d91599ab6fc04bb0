"""CSV files of readers, as spreadsheets and other systems write them, in any usual encoding, read line by line."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, NamedTuple

from newsletter.platform.errors import UnreadableList
from newsletter.platform.words.said import say
from newsletter.readers.imports.encodings import encoding_of, stated_encoding
from newsletter.readers.imports.spreadsheet import unguarded

SEPARATORS = (",", ";", "\t", "|")
SEPARATOR_LINE = re.compile(r'"?sep=([^"])"?')
"""What Excel writes before the header of some files."""
ADDRESS = re.compile(r"[^\s@<>\"]+@[^\s@<>\"]+\.[^\s@<>\"]+")
REPORT_COLUMNS = ("line", "field", "problem")
"""The first columns of a report of rejected rows; the columns of the file itself follow."""


class Line(NamedTuple):
    """One row: the number of the line on which it begins, and its cells without blanks around them.

    `open_end`: the file ends without a line break after it, and may have been cut off within it.
    """

    number: int
    cells: list[str]
    open_end: bool = False


class ImportFile:
    """A CSV file of readers. It is read anew for each pass, so that its size does not matter to memory.

    `header` are the names of the columns. A list of addresses without such a line has one column, `email`.
    Raises UnreadableList for a file that cannot be read.
    """

    def __init__(self, path: Path, seems_right: Callable[[list[str]], bool], encoding: str = "") -> None:
        """`seems_right` tells from the names whether the first line was split by the right separator; an empty
        `encoding` is detected.
        """
        self.path = path
        self._encoding = stated_encoding(path, encoding) if encoding else encoding_of(path)
        self._skipped, self._separator, self.header = self._read_header(seems_right)
        self._report = tuple(self.header[: len(REPORT_COLUMNS)]) == REPORT_COLUMNS
        if self._report:
            self.header = self.header[len(REPORT_COLUMNS) :]
        named = [name for name in self.header if name]
        self.bare = len(named) == 1 and ADDRESS.fullmatch(named[0]) is not None
        if self.bare:
            self.header = ["email"]

    def lines(self) -> Iterator[Line]:
        """Every row that is not empty. Raises UnreadableList where an open quotation mark takes in rows after it."""
        with self._open() as file:
            text = _QuoteCounter(file)
            reader = csv.reader(text, delimiter=self._separator)
            if not self.bare:
                next(reader, [])
            number = self._skipped + reader.line_num + 1
            try:
                for cells in reader:
                    if text.quotes % 2 and self._skipped + reader.line_num > number:
                        raise self._left_open(number, say("the file ends within quotation marks"))
                    if any("\n" in cell and self._holds_rows(cell) for cell in cells):
                        raise self._left_open(number, say("other rows stand within quotation marks"))
                    found = [unguarded(cell.strip()) for cell in cells]
                    if any(found):
                        yield Line(number, found[len(REPORT_COLUMNS) :] if self._report else found, text.open_end)
                    number = self._skipped + reader.line_num + 1
                    text.quotes = 0
            except csv.Error as error:
                raise self._left_open(number, str(error)) from error

    def _left_open(self, number: int, what: str) -> UnreadableList:
        return UnreadableList(
            say(
                "{path}, line {line}: {message}; is a quotation mark left open there?",
                path=self.path,
                line=str(number),
                message=what,
            )
        )

    def _holds_rows(self, cell: str) -> bool:
        """Whether a cell of several lines has one that looks like a row of its own."""
        separators = len(self.header) - 1 + len(REPORT_COLUMNS) * self._report
        return any(
            "@" in line
            and line.count(self._separator) == separators
            and (separators or ADDRESS.fullmatch(line.strip()))
            for line in cell.splitlines()[1:]
        )

    def _open(self) -> IO[str]:
        file = self.path.open(encoding=self._encoding, newline="", errors="replace")
        for _ in range(self._skipped):
            file.readline()
        return file

    def _read_header(self, seems_right: Callable[[list[str]], bool]) -> tuple[int, str, list[str]]:
        """How many lines come before the header, what separates its names, and the names.

        The header itself is parsed in each way: a name in quotation marks may hold any of the separators.
        """
        self._skipped = 0
        with self._open() as file:
            line = SEPARATOR_LINE.fullmatch(file.readline().rstrip("\r\n"))
        self._skipped = 1 if line else 0
        separators = (line.group(1),) if line else SEPARATORS
        headers = {separator: self._first(separator) for separator in separators}
        separator = max(separators, key=lambda each: (seems_right(headers[each]), len(headers[each])))
        return self._skipped, separator, headers[separator]

    def _first(self, separator: str) -> list[str]:
        with self._open() as file:
            try:
                return [unguarded(cell.strip()) for cell in next(csv.reader(file, delimiter=separator), [])]
            except csv.Error as error:
                raise self._left_open(self._skipped + 1, str(error)) from error


class _QuoteCounter:
    """The lines of a file. `quotes` counts quotation marks since it was last set to 0."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self.quotes = 0
        self.open_end = False

    def __iter__(self) -> Iterator[str]:
        for line in self._file:
            self.quotes += line.count('"')
            self.open_end = not line.endswith(("\n", "\r"))
            yield line
