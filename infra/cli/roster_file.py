"""CSV files of readers, as spreadsheets write them: any of the usual encodings and separators, line by line."""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from cli.faults import Fault
from newsletter.usecases.import_readers import Row

COLUMNS = {
    "email": ("email", "e-mail", "address", "sähköposti", "sähköpostiosoite", "e-post", "e-postadress"),
    "name": ("name", "first name", "first_name", "nimi", "etunimi", "namn", "förnamn"),
    "language": ("language", "kieli", "språk"),
    "topics": ("topics", "aiheet", "ämnen"),
    "frequency": ("frequency", "väli", "frekvens"),
}
"""What each field may be called in the first line."""
SEPARATORS = (";", ",", "\t")
CHUNK = 1 << 20


def fingerprint(path: Path) -> str:
    """12 hex characters that are the same for the same content. Raises Fault."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(CHUNK):
                digest.update(block)
    except OSError as error:
        raise Fault(f"{path} cannot be read ({error.strerror})") from error
    return digest.hexdigest()[:12]


def encoding_of(path: Path) -> str:
    """`utf-8-sig` (with or without a byte order mark) when the whole file is UTF-8, else `cp1252`, Excel's Latin-1."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            while file.read(CHUNK):
                pass
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def rows_of(path: Path) -> Iterator[tuple[int, Row]]:
    """Each row with the number of the line on which it begins.

    Raises Fault for a file without addresses, and for one in which a quotation mark swallows all that follows.
    """
    encoding = encoding_of(path)
    with path.open(encoding=encoding, newline="", errors="replace") as file:
        header = file.readline()
        separator = max(SEPARATORS, key=header.count)
        file.seek(0)
        reader = csv.reader(file, delimiter=separator)
        columns = _columns(path, next(reader, []))
        line = reader.line_num + 1
        try:
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield line, _row(cells, columns)
                line = reader.line_num + 1
        except csv.Error as error:
            raise Fault(f"{path}, line {line}: {error}; is a quotation mark left open there?") from error


def _columns(path: Path, header: list[str]) -> dict[str, int]:
    names = [" ".join(cell.casefold().split()) for cell in header]
    found = {
        field: next((names.index(name) for name in known if name in names), -1) for field, known in COLUMNS.items()
    }
    if found["email"] < 0:
        raise Fault(f"{path}, line 1: no column is called email (or {', '.join(COLUMNS['email'][1:])})")
    return {field: place for field, place in found.items() if place >= 0}


def _row(cells: list[str], columns: dict[str, int]) -> Row:
    values = {field: cells[place].strip() if place < len(cells) else "" for field, place in columns.items()}
    topics = tuple(filter(None, re.split(r"[\s,;|]+", values.pop("topics", ""))))
    return Row(topics=topics, **values)
