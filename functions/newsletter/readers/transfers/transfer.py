"""What is known of an import or an export that runs in the background."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from newsletter.platform.words.said import say
from newsletter.readers.imports.import_subscribers import Mode
from newsletter.readers.imports.options import NO_OPTIONS, ImportOptions

KEPT = timedelta(days=1)
"""How long files are kept: what was uploaded (or until it is imported), the lines of a check, what was exported."""
PIECE = 250_000
"""Bytes of the pieces in which a file is kept: an item of DynamoDB has at most 400 KB, and Base64 adds a third."""
PART = 8 * PIECE
"""Bytes in which a large file is sent to us. API Gateway hands a function at most 6 MB with all that is around it."""
MOST_BYTES = 100_000_000
MOST_ROWS = 1_000_000
MOST_COLUMNS = 1_000
MOST_IN_HEADER = 20_000
"""Bytes of the names of all columns. With what is said of each, they stand in the one item of the import."""
MOST_QUESTIONS = 50
"""Columns that are asked about at a time."""
MOST_FILES = 10_000
"""Files of an export."""
ROWS = 1_000
"""Lines of a list that are imported at a time, after which it is noted how far the import came."""


class ImportState(StrEnum):
    """How far an import is; `question` waits for an answer about a column. No reader is touched before `importing`."""

    UPLOADING = "uploading"
    UPLOADED = "uploaded"
    CHECKING = "checking"
    QUESTION = "question"
    CHECKED = "checked"
    IMPORTING = "importing"
    DONE = "done"
    CANCELLED = "cancelled"

    @property
    def moves(self) -> bool:
        """Whether it goes on by itself."""
        return self in (ImportState.CHECKING, ImportState.IMPORTING)

    @property
    def in_words(self) -> str:
        """The same word, for a sentence."""
        return IN_WORDS[self]


IN_WORDS = {
    ImportState.UPLOADING: say("uploading"),
    ImportState.UPLOADED: say("uploaded"),
    ImportState.CHECKING: say("checking"),
    ImportState.QUESTION: say("question"),
    ImportState.CHECKED: say("checked"),
    ImportState.IMPORTING: say("importing"),
    ImportState.DONE: say("done"),
    ImportState.CANCELLED: say("cancelled"),
}


@dataclass(frozen=True)
class ImportJob:
    """An import with its file of `size` bytes. `version` counts its changes.

    Each check has a number, and what it keeps has that number too: a step of an earlier one, which may still be at
    work, changes nothing of it. `earlier` are number and `chunks` of the check before, whose lines are to be forgotten.

    `chunks` are the parts of at most ROWS lines that a check has made of the file, of which `checked` and `imported`
    are behind us; `trying` is the part that was begun last. `would` and `counts` say how many lines had which result in
    the check and in the import. `facts` are the columns as they were read. `cuts` are the parts with which files of
    refused lines begin: one file is no longer than an answer may be.
    """

    id: str
    at: datetime
    who: str
    file_name: str
    size: int
    state: ImportState = ImportState.UPLOADING
    version: int = 0
    mode: Mode | None = None
    evidence: str = ""
    options: ImportOptions = NO_OPTIONS
    start_after_check: bool = False
    check: int = 0
    earlier: tuple[int, int] = (0, 0)
    list_name: str = ""
    same_pepper: bool = False
    is_read: bool = False
    rows: int = 0
    chunks: int = 0
    checked: int = 0
    imported: int = 0
    trying: int = -1
    would: Mapping[str, int] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    cuts: tuple[int, ...] = (0,)
    bytes_since_cut: int = 0
    problem: str = ""
    questions: tuple[tuple[str, str], ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def forgotten_at(self) -> datetime:
        """When the file and the lines are kept no longer."""
        return self.at + KEPT

    @property
    def pieces(self) -> int:
        """In how many pieces the file is kept."""
        return -(-self.size // PIECE)

    @property
    def percent(self) -> int:
        """How much of the check, or of the import, is done."""
        done = self.imported if self.state in (ImportState.IMPORTING, ImportState.DONE) else self.checked
        return 100 * done // self.chunks if self.chunks else 0

    @property
    def refused(self) -> int:
        """Lines that cannot be used."""
        return self.would.get(REFUSED, 0)


REFUSED = "refused"
"""The key of `would` and `counts` for lines that cannot be used; the others are values of Imported."""


class ExportState(StrEnum):
    """Whether an export is still being written."""

    WRITING = "writing"
    DONE = "done"


@dataclass(frozen=True)
class ExportJob:
    """An export: whom it is of, and how far it came. `place` is where in the table it goes on.

    A file has the parts from one number of `files` up to the next; the last is still being added to.
    """

    id: str
    at: datetime
    who: str
    wanted: Mapping[str, str]
    state: ExportState = ExportState.WRITING
    version: int = 0
    place: tuple[str, str] | None = None
    parts: int = 0
    readers: int = 0
    files: tuple[int, ...] = (0,)
    bytes_in_file: int = 0

    @property
    def forgotten_at(self) -> datetime:
        """When its files are kept no longer."""
        return self.at + KEPT
