"""Readers as CSV: all of them, or those of a status, a topic or a language; at once, or in the background."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from newsletter.platform.errors import NotFound, NotNow
from newsletter.platform.messages import CarryOnTransfer
from newsletter.platform.words.said import say
from newsletter.readers.imports.spreadsheet import guarded
from newsletter.readers.manage.list_readers import FIELDS, ReaderFilter, read_filter
from newsletter.readers.profiles.reader_export_store import COLUMNS
from newsletter.readers.profiles.reader_list_store import ListedReader
from newsletter.readers.transfers.transfer import ExportJob, ExportState
from newsletter.readers.transfers.transfer_files_store import LONGEST, WRITTEN

if TYPE_CHECKING:
    from newsletter.container import Container

LONGEST_FILE = 3_500_000
"""Bytes of one file, some 15,000 readers: an answer of a function has at most 6 MB, with every sign escaped."""
READS = 8
"""Reads of the table in a step."""


def export_lines(wanted: ReaderFilter, app: Container) -> Iterator[dict[str, Any]]:
    """A line for each reader that fits, as plain values by COLUMNS. Without a filter also the marks of erased ones, so
    that another stack gets all that is known."""
    return (line for line in app.reader_export.lines() if fits(line, wanted))


def fits(line: Mapping[str, Any], wanted: ReaderFilter) -> bool:
    """Whether the line is in an export with this filter."""
    if wanted == ReaderFilter():
        return True
    listed = ListedReader(
        id=str(line.get("id", "")),
        status=str(line.get("status", "")),
        language=str(line.get("language", "")),
        topics=tuple(line.get("topics", ())),
    )
    return wanted.fits(listed)


def as_csv(lines: Iterable[Mapping[str, Any]], *, header: bool) -> str:
    """The lines as CSV; cells that a spreadsheet would compute are guarded."""
    with io.StringIO(newline="") as text:
        writer = csv.DictWriter(text, COLUMNS, restval="")
        if header:
            writer.writeheader()
        for line in lines:
            writer.writerow({name: _cell(value) for name, value in line.items()})
        return text.getvalue()


def _cell(value: Any) -> str:
    return guarded(" ".join(value) if isinstance(value, list) else "" if value is None else str(value))


# --- in the background -----------------------------------------------------------------------------------------------


def start_export(given: Mapping[str, str], who: str, now: datetime, app: Container) -> ExportJob:
    """Begin to write the files. Raises InvalidInput for a filter that fits nobody by its words."""
    wanted = read_filter(given, app.publication)
    job = ExportJob(id=f"{now:%Y%m%d%H%M%S}-{app.nonce()}", at=now, who=who, wanted=vars(wanted))
    app.transfers.add(job)
    app.queues.send(app.queues.transfers, CarryOnTransfer(job.id))
    return job


def find_export(job: str, app: Container) -> ExportJob:
    """The export of that id. Raises NotFound."""
    found = app.transfers.get_export(job)
    if found is None:
        raise NotFound("export")
    return found


def file_of(job: ExportJob, number: int, now: datetime, app: Container) -> str:
    """The file of that number, from 1 on. Raises NotFound, and NotNow while it is written or when its day is over."""
    if not 1 <= number <= len(job.files):
        raise NotFound("file")
    if job.state is not ExportState.DONE:
        raise NotNow(say("the export is still being written"))
    ends = [*job.files[1:], job.parts]
    pieces = app.transfer_files.get_all(job, WRITTEN, range(job.files[number - 1], ends[number - 1]), now)
    if any(piece is None for piece in pieces):
        raise NotNow(say("the files of this export are kept no longer: export anew"))
    return as_csv((), header=True) + b"".join(piece for piece in pieces if piece).decode()


def next_export_step(job: ExportJob, now: datetime, app: Container) -> bool:
    """Write the next part; whether there is another one. Repeated, it writes the same part again."""
    if job.state is ExportState.DONE:
        return False
    if job.forgotten_at <= now:
        app.transfers.change(job, replace(job, state=ExportState.DONE))
        return False
    wanted = ReaderFilter(**{name: job.wanted.get(name, "") for name in FIELDS})
    text, place, readers = "", job.place, 0
    for _ in range(READS):
        lines, place = app.reader_export.page(place)
        chosen = [line for line in lines if fits(line, wanted)]
        text += as_csv(chosen, header=False)
        readers += len(chosen)
        if place is None or len(text.encode()) > LONGEST:
            break
    parts = _put(job, text.encode(), app)
    size = len(text.encode())
    is_full = job.bytes_in_file > 0 and job.bytes_in_file + size > LONGEST_FILE
    after = replace(
        job,
        place=place,
        parts=job.parts + parts,
        readers=job.readers + readers,
        files=(*job.files, job.parts) if is_full else job.files,
        bytes_in_file=size if is_full else job.bytes_in_file + size,
        state=ExportState.DONE if place is None else ExportState.WRITING,
    )
    changed = app.transfers.change(job, after)
    return changed is not None and place is not None


def _put(job: ExportJob, content: bytes, app: Container) -> int:
    """Keep the text in pieces; how many there are."""
    starts = range(0, len(content), LONGEST)
    for number, start in enumerate(starts):
        app.transfer_files.put(job, WRITTEN, job.parts + number, content[start : start + LONGEST])
    return len(starts)
