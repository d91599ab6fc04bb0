"""The work of an import, a step for each message. A step that is repeated, at any line, does nothing twice."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from newsletter.platform.aws.items import GET_LIMIT, side_by_side
from newsletter.platform.errors import ColumnsNotUnderstood, InvalidInput, UnreadableList
from newsletter.platform.text import cut
from newsletter.platform.times import whole_seconds
from newsletter.platform.words.said import say
from newsletter.readers.imports.encodings import fingerprint
from newsletter.readers.imports.import_subscribers import Imported, ImportList, Mode, import_rows
from newsletter.readers.imports.listed_status import ListedStatus
from newsletter.readers.imports.read_row import Row
from newsletter.readers.imports.scan import FileScan, id_of, open_file, scan_file
from newsletter.readers.transfers.transfer import (
    MOST_COLUMNS,
    MOST_IN_HEADER,
    MOST_QUESTIONS,
    MOST_ROWS,
    REFUSED,
    ROWS,
    ImportJob,
    ImportState,
)
from newsletter.readers.transfers.transfer_files_store import CHECKED, FILE, LONGEST
from newsletter.readers.transfers.transfer_files_store import RESULTS as RESULTS_KIND
from newsletter.readers.transfers.transfer_files_store import ROWS as ROWS_KIND
from newsletter.readers.transfers.words import fault_in_words, without_options

if TYPE_CHECKING:
    from newsletter.container import Container
    from newsletter.readers.imports.import_file import ImportFile

LONGEST_LINE = 20_000
"""Bytes of a line with all its cells. A longer one cannot be used."""
CUT = 3_500_000
"""Bytes of refused lines in one file; what is beyond is in the next."""
MAX_PROBLEM = 2_000
"""Characters of what is said of a file that cannot be used; it may quote the file."""
GONE = say("its file is kept no longer: upload it again")

Line = tuple[int, list[str], Row | InvalidInput]
Kept = tuple[int, list[str], dict[str, Any] | None, str, str]
"""A line as it is kept: its number, its cells, the row, or else the field and what is wrong."""


def next_step(job: ImportJob, app: Container) -> bool:
    """Do the next step; whether there is another one. Whoever finds that somebody else did it leaves the rest to them:
    their message comes back until it has seen to the next step.
    """
    now = app.now()
    if job.state is ImportState.CHECKING:
        return _check(job, now, app) if job.is_read else _read(job, now, app)
    if job.state is ImportState.IMPORTING:
        return _import(job, now, app)
    if job.state in (ImportState.DONE, ImportState.CANCELLED):
        app.transfer_files.forget(job, FILE, job.pieces)
        app.transfer_files.forget(job, ROWS_KIND, job.chunks)
        _forget_earlier(job, app)
    return False


# --- the file --------------------------------------------------------------------------------------------------------


def _read(job: ImportJob, now: datetime, app: Container) -> bool:
    """Read the whole file, and keep its lines in chunks, each with what other lines say of the same readers."""
    _forget_earlier(job, app)
    with app.transfer_files.opened(job, now) as path:
        if path is None or job.mode is None:
            return _give_up(job, ImportState.CANCELLED, GONE, app)
        folder = f"{path.parent}/"
        try:
            file = open_file(path, job.options.encoding)
            _require_narrow(file)
            scan = scan_file(file, job.options, job.mode, app)
            chunks = _keep(job, scan, app)
        except ColumnsNotUnderstood as question:
            asked = replace(job, questions=tuple(question.questions[:MOST_QUESTIONS]))
            return _give_up(asked, ImportState.QUESTION, "", app)
        except UnreadableList as wrong:
            return _give_up(job, ImportState.QUESTION, without_options(str(wrong), folder), app)
        name = f"{path.stem[:40]}-{fingerprint(path)}"
    columns = scan.columns
    facts = {
        "header": scan.file.header,
        "fields": {field: scan.file.header[place] for field, place in columns.places.items()},
        "status": [column.name for column in columns.statuses],
        "unused": list(columns.unused),
    }
    known: dict[str, Any] = {
        "rows": scan.rows,
        "chunks": chunks,
        "facts": facts,
        "list_name": name,
        "same_pepper": scan.same_pepper,
    }
    if app.transfers.change(job, replace(job, is_read=True, **known)):
        return True
    found = app.transfers.get_import(job.id)
    if found and (found.check != job.check or found.state is ImportState.CANCELLED):
        app.transfer_files.forget(job, ROWS_KIND, chunks)
    return False


def _forget_earlier(job: ImportJob, app: Container) -> None:
    """Delete the lines of the check before this one."""
    check, chunks = job.earlier
    app.transfer_files.forget(replace(job, check=check), ROWS_KIND, chunks)


def _require_narrow(file: ImportFile) -> None:
    """Raises UnreadableList for a file with more columns than can be told of."""
    size = sum(len(name.encode()) for name in file.header)
    if len(file.header) > MOST_COLUMNS or size > MOST_IN_HEADER:
        raise UnreadableList(
            say(
                "{columns} columns with {size} bytes in their names, and {most} with {most_bytes} are the most: leave"
                " out those that say nothing of readers",
                columns=len(file.header),
                size=size,
                most=MOST_COLUMNS,
                most_bytes=MOST_IN_HEADER,
            )
        )


def _give_up(job: ImportJob, state: ImportState, problem: str, app: Container) -> bool:
    app.transfers.change(job, replace(job, state=state, problem=cut(problem, MAX_PROBLEM)))
    return False


def _keep(job: ImportJob, scan: FileScan, app: Container) -> int:
    if scan.rows > MOST_ROWS:
        raise UnreadableList(
            say("{rows} lines, and {most} are the most: divide the file", rows=scan.rows, most=MOST_ROWS)
        )
    number = -1
    for number, lines in enumerate(_chunks(scan)):
        readers = {id_of(cell, app) for _, cells, _, _, _ in lines for cell in cells if "@" in cell}
        strictest = {each: scan.strictest[each] for each in readers if each in scan.strictest} if scan.strictest else {}
        app.transfer_files.put_json(job, ROWS_KIND, number, {"lines": lines, "strictest": strictest})
    return number + 1


def _chunks(scan: FileScan) -> Iterator[list[Kept]]:
    """At most ROWS lines at a time that fit into a piece; a line is its number, cells, row, and what is wrong."""
    chunk: list[Kept] = []
    size = 0
    for line, row in scan.read():
        if isinstance(row, InvalidInput):
            kept: Kept = (line.number, line.cells, None, row.field, row.message)
        else:
            kept = (line.number, line.cells, vars(row) | {"choices": dict(row.choices)}, "", "")
        length = len(json.dumps(kept, ensure_ascii=False).encode())
        if length > LONGEST_LINE:
            why = f"the line has more than {LONGEST_LINE // 2:,} characters"
            kept = (line.number, [cell[:200] for cell in line.cells[:20]], None, "line", why)
            length = len(json.dumps(kept, ensure_ascii=False).encode())
        if chunk and (len(chunk) == ROWS or size + length > LONGEST // 2):
            yield chunk
            chunk, size = [], 0
        chunk.append(kept)
        size += length
    if chunk:
        yield chunk


# --- its lines -------------------------------------------------------------------------------------------------------


def _check(job: ImportJob, now: datetime, app: Container) -> bool:
    """Say of the next chunk what would become of it; after the last one, the check is over."""
    number = job.checked
    if number == job.chunks:
        goes_on = job.start_after_check
        state = ImportState.IMPORTING if goes_on else ImportState.CHECKED
        return app.transfers.change(job, replace(job, state=state)) is not None and goes_on
    found = _results(job, number, now, app, dry=True, again=False)
    if found is None:
        return _give_up(job, ImportState.CANCELLED, GONE, app)
    results, refused = found
    app.transfer_files.put_json(job, CHECKED, number, {"results": results, "refused": refused})
    counts = _added(job.would, results)
    length = len(json.dumps(refused, ensure_ascii=False).encode())
    is_full = number > 0 and job.bytes_since_cut + length > CUT
    cuts = (*job.cuts, number) if is_full else job.cuts
    since = length if is_full else job.bytes_since_cut + length
    after = replace(job, checked=number + 1, would=counts, cuts=cuts, bytes_since_cut=since)
    return app.transfers.change(job, after) is not None


def _import(job: ImportJob, now: datetime, app: Container) -> bool:
    """Import the next chunk. Before it, the job says so: whoever comes after a crash knows that it was begun."""
    number = job.imported
    if number == job.chunks:
        return app.transfers.change(job, replace(job, state=ImportState.DONE)) is not None
    again = job.trying == number
    begun = job if again else app.transfers.change(job, replace(job, trying=number))
    if begun is None:
        return False
    found = _results(begun, number, now, app, dry=False, again=again)
    if found is None:
        return _give_up(begun, ImportState.CANCELLED, GONE, app)
    results, refused = found
    if again:
        results = _as_first_tried(job, number, results, now, app)
    app.transfer_files.put_json(job, RESULTS_KIND, number, {"results": results, "refused": refused})
    after = replace(begun, imported=number + 1, counts=_added(begun.counts, results))
    return app.transfers.change(begun, after) is not None


def _as_first_tried(
    job: ImportJob, number: int, results: list[list[Any]], now: datetime, app: Container
) -> list[list[Any]]:
    """Whom the attempt before a crash had brought in is known to the second one: the check tells what they were."""
    checked = app.transfer_files.get_json(job, CHECKED, number, now)
    would = {line: result for line, result, _ in checked["results"]} if checked else {}
    return [
        [line, would.get(line, result) if result == Imported.KNOWN.value else result, address]
        for line, result, address in results
    ]


def _results(
    job: ImportJob, number: int, now: datetime, app: Container, *, dry: bool, again: bool
) -> tuple[list[list[Any]], list[list[str]]] | None:
    """Of each line of the chunk its number, result and address, and the refused ones as a report has them.

    None where the chunk is kept no longer.
    """
    kept = app.transfer_files.get_json(job, ROWS_KIND, number, now)
    if kept is None or job.mode is None:
        return None
    lines = [_line(each) for each in kept["lines"]]
    strictest = {reader: ListedStatus(listed) for reader, listed in kept["strictest"].items()}
    import_list = ImportList(job.list_name, Mode(job.mode), job.evidence, strictest, job.same_pepper)
    moment = whole_seconds(now)

    def import_some(rows: Sequence[Row]) -> list[Imported | InvalidInput]:
        return import_rows(rows, import_list, moment, app, dry=dry, again=again)

    results: list[list[Any]] = []
    refused: list[list[str]] = []
    for (line, cells, row), result in zip(lines, _in_order(lines, import_some), strict=True):
        address = "" if isinstance(row, InvalidInput) else row.email
        if isinstance(result, InvalidInput):
            results.append([line, REFUSED, address])
            refused.append([str(line), result.field, fault_in_words(row, result, app), *cells])
        else:
            results.append([line, result.value, address])
    return results, refused


def _in_order(
    lines: Sequence[Line], import_some: Callable[[Sequence[Row]], list[Imported | InvalidInput]]
) -> Iterator[Imported | InvalidInput]:
    rows = [row for _, _, row in lines if isinstance(row, Row)]
    parts = [rows[start : start + GET_LIMIT] for start in range(0, len(rows), GET_LIMIT)]
    found = (result for part in side_by_side(import_some, parts) for result in part)
    return (row if isinstance(row, InvalidInput) else next(found) for _, _, row in lines)


def _line(kept: Sequence[Any]) -> Line:
    number, cells, row, field, message = kept
    if row is None:
        return number, cells, InvalidInput(field, message)
    return number, cells, Row(**(row | {"listed": ListedStatus(row["listed"])}))


def _added(counts: Mapping[str, int], results: Sequence[Sequence[Any]]) -> dict[str, int]:
    return dict(Counter(counts) + Counter(result for _, result, _ in results))
