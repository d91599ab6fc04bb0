"""What people do with an import: upload, say what its columns are, check, start, cancel."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.platform.errors import InvalidInput, NotFound, NotNow, UnreadableList, text_of
from newsletter.platform.messages import CarryOnTransfer
from newsletter.platform.text import cut, one_line
from newsletter.platform.words.said import say
from newsletter.readers.imports.import_subscribers import Mode
from newsletter.readers.imports.listed_status import ListedStatus
from newsletter.readers.imports.options import MAPPED, ImportOptions, options_of
from newsletter.readers.transfers.transfer import (
    MOST_BYTES,
    MOST_COLUMNS,
    MOST_IN_HEADER,
    PART,
    PIECE,
    ImportJob,
    ImportState,
)
from newsletter.readers.transfers.transfer_files_store import FILE

if TYPE_CHECKING:
    from newsletter.container import Container

ANSWERS = ("ignore", "status", "yes_is_left", "yes_is_mail")
"""What can be said of a column besides that it is one of MAPPED: it is not used, or it says who may be mailed."""
MEANINGS = (ListedStatus.LEFT, ListedStatus.ACTIVE, ListedStatus.PENDING)
MAX_EVIDENCE = 500
MAX_ENCODING = 40
MOST_VALUES, MAX_VALUE = 100, 100
"""Values that are said to mean the same, and characters of one."""
MAX_NAME = 200
"""Bytes of the name of a file without its ending, under which it is opened: file systems take 255 for both."""
UNSAFE = re.compile(r"[^\w .()+@-]")


def new_import(file_name: str, size: int, who: str, now: datetime, app: Container) -> ImportJob:
    """Begin an import of a file of `size` bytes, which `put_part` then brings. Raises InvalidInput."""
    if size < 1:
        raise InvalidInput("file", say("a CSV file with a line for each reader; this one is empty"))
    if size > MOST_BYTES:
        raise InvalidInput(
            "file",
            say(
                "at most {most} MB; this one has {size}: divide it, each part alone",
                most=MOST_BYTES // 1_000_000,
                size=size // 1_000_000,
            ),
        )
    job = ImportJob(id=_id(now, app), at=now, who=who, file_name=_safe(file_name), size=size)
    app.transfers.add(job)
    return job


def put_part(job: ImportJob, number: int, content: bytes, app: Container) -> ImportJob:
    """Keep a part of the file, PART bytes long but for the last. The one that makes it whole says so. Repeatable."""
    if job.state not in (ImportState.UPLOADING, ImportState.UPLOADED):
        raise NotNow(say("the file is there already; the import is {state}", state=job.state.in_words))
    expected = min(PART, job.size - number * PART)
    if number < 0 or expected < 1:
        raise InvalidInput("part", say("a whole number from {least} to {most}", least=0, most=(job.size - 1) // PART))
    if len(content) != expected:
        raise InvalidInput(
            "part",
            say(
                "{expected} bytes for part {number}; these are {size}",
                expected=expected,
                number=number,
                size=len(content),
            ),
        )
    for start in range(0, len(content), PIECE):
        app.transfer_files.put(job, FILE, (number * PART + start) // PIECE, content[start : start + PIECE])
    is_last = number == (job.size - 1) // PART
    if not is_last or job.state is ImportState.UPLOADED:
        return job
    changed = app.transfers.change(job, replace(job, state=ImportState.UPLOADED))
    return changed or find_import(job.id, app)


def find_import(job: str, app: Container) -> ImportJob:
    """The import of that id. Raises NotFound."""
    found = app.transfers.get_import(job)
    if found is None:
        raise NotFound("import")
    return found


def check_import(
    job: ImportJob,
    mode: str,
    evidence: str,
    options: ImportOptions,
    app: Container,
    *,
    start: bool = False,
) -> ImportJob:
    """Look through the whole file and say line by line what would happen. With `start`, import it after that.

    Raises InvalidInput, and NotNow once the import has begun.
    """
    if job.state in (ImportState.IMPORTING, ImportState.DONE, ImportState.CANCELLED):
        raise NotNow(say("the import is {state}", state=job.state.in_words))
    if job.state is ImportState.UPLOADING:
        raise NotNow(say("the file is not here yet: upload its last part"))
    check_mode(mode, evidence)
    fresh = ImportJob(id=job.id, at=job.at, who=job.who, file_name=job.file_name, size=job.size, version=job.version)
    after = replace(
        fresh,
        state=ImportState.CHECKING,
        mode=Mode(mode),
        evidence=one_line(evidence),
        options=options,
        start_after_check=start,
        check=job.version + 1,
        earlier=(job.check, job.chunks) if job.chunks else job.earlier,
    )
    return _go_on(job, after, app)


def check_mode(mode: str, evidence: str) -> None:
    """Raises InvalidInput unless it is said as what the readers come, and of those who agreed where and when."""
    if mode not in tuple(Mode):
        raise InvalidInput("as", say("one of {values}", values=", ".join(Mode)))
    if Mode(mode) is Mode.CONFIRMED and not one_line(evidence):
        raise InvalidInput("evidence", say('where and when these readers agreed, such as "fair 2026-10-02, form 4"'))
    if len(evidence) > MAX_EVIDENCE:
        raise InvalidInput("evidence", say("at most {most} characters", most=MAX_EVIDENCE))


def start_import(job: ImportJob, app: Container) -> ImportJob:
    """Import what was checked; again, nothing happens. Raises NotNow before the check is over."""
    if job.state in (ImportState.IMPORTING, ImportState.DONE):
        _carry_on(job, app)
        return job
    if job.state is not ImportState.CHECKED:
        raise NotNow(say("the import is {state}; it can be started once it is checked", state=job.state.in_words))
    return _go_on(job, replace(job, state=ImportState.IMPORTING), app)


def cancel_import(job: ImportJob, app: Container) -> ImportJob:
    """Stop the import; who is in stays in. Its file is deleted. Again, nothing happens. Raises NotNow if it is done."""
    if job.state is ImportState.DONE:
        raise NotNow(say("the import is {state}", state=job.state.in_words))
    if job.state is ImportState.CANCELLED:
        _carry_on(job, app)
        return job
    return _go_on(job, replace(job, state=ImportState.CANCELLED), app)


def read_columns(said: Mapping[str, str], meanings: Mapping[ListedStatus, str], *, encoding: str = "") -> ImportOptions:
    """The options of what is said of each column by its name: one of MAPPED or ANSWERS, or empty for as it is
    recognised. `meanings` are values of the columns with `status`, separated by commas. Raises InvalidInput.
    """
    _check_lengths(said, meanings, encoding)
    by_answer: dict[str, list[str]] = {answer: [] for answer in ANSWERS}
    fields = []
    for name, what in said.items():
        if what in MAPPED:
            fields.append((name, what))
        elif what in by_answer:
            by_answer[what].append(name)
        elif what:
            raise InvalidInput(
                "columns",
                say(
                    "{field}: {message}",
                    field=name,
                    message=say("one of {values}", values=", ".join((*MAPPED, *ANSWERS))),
                ),
            )
    try:
        return options_of(
            by_answer["ignore"],
            by_answer["status"],
            meanings,
            yes_is_left=by_answer["yes_is_left"],
            yes_is_mail=by_answer["yes_is_mail"],
            encoding=encoding,
            fields=fields,
        )
    except UnreadableList as wrong:
        said_there = say("say which column has these values") if "--status-column" in str(wrong) else text_of(wrong)
        raise InvalidInput("columns", said_there) from wrong


def _check_lengths(said: Mapping[str, str], meanings: Mapping[ListedStatus, str], encoding: str) -> None:
    if len(said) > MOST_COLUMNS or sum(len(name.encode()) for name in said) > MOST_IN_HEADER:
        raise InvalidInput(
            "columns",
            say("at most {count} columns, with {most} bytes in their names", count=MOST_COLUMNS, most=MOST_IN_HEADER),
        )
    for values in (text.split(",") for text in meanings.values()):
        if len(values) > MOST_VALUES or any(len(value) > MAX_VALUE for value in values):
            raise InvalidInput(
                "columns",
                say("at most {count} values of one meaning, {most} characters each", count=MOST_VALUES, most=MAX_VALUE),
            )
    if len(encoding) > MAX_ENCODING:
        raise InvalidInput("encoding", say("at most {most} characters", most=MAX_ENCODING))


def _go_on(before: ImportJob, after: ImportJob, app: Container) -> ImportJob:
    changed = app.transfers.change(before, after)
    if changed is None:
        raise NotNow(say("somebody else changed this import at the same time; look at it again"))
    _carry_on(changed, app)
    return changed


def _carry_on(job: ImportJob, app: Container) -> None:
    app.queues.send(app.queues.transfers, CarryOnTransfer(job.id))


def _id(now: datetime, app: Container) -> str:
    """It begins with the time, so that the newest come last, and ends with what nobody can guess."""
    return f"{now:%Y%m%d%H%M%S}-{app.nonce()}"


def _safe(file_name: str) -> str:
    """The name without folders and without signs that a file system may mind."""
    name = UNSAFE.sub("_", one_line(file_name).replace("\\", "/").rpartition("/")[2]).strip(". ")
    stem, dot, ending = name.rpartition(".")
    return f"{_shortened(stem)}{dot}{cut(ending, 8)}" if stem else _shortened(name) or "list.csv"


def _shortened(name: str) -> str:
    """Beginning and end of a long name: either may say that those on the list left."""
    whole = name.encode()
    if len(whole) <= MAX_NAME:
        return name
    half = MAX_NAME // 2 - 1
    return f"{whole[:half].decode(errors='ignore')}_{whole[-half:].decode(errors='ignore')}"
