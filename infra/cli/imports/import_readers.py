"""`newsletter import`: readers from a CSV file, streaming, safe to stop and to repeat."""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import dropwhile, islice
from pathlib import Path

from cli.faults import Fault
from cli.imports.report import Progress, RejectedRows
from cli.output import say
from cli.progress import bar
from newsletter.container import app
from newsletter.platform.aws.items import GET_LIMIT
from newsletter.platform.errors import InvalidInput
from newsletter.platform.times import whole_seconds
from newsletter.readers.imports.encodings import fingerprint
from newsletter.readers.imports.import_file import Line
from newsletter.readers.imports.import_subscribers import Imported, ImportList, Mode, import_rows
from newsletter.readers.imports.options import NO_OPTIONS, ImportOptions
from newsletter.readers.imports.read_row import Row
from newsletter.readers.imports.scan import FileScan, open_file, scan_file
from newsletter.readers.transfers.words import RESULTS_IN_WORDS, fault_in_words

WORKERS = 16
ReadLine = tuple[Line, Row | InvalidInput]


@dataclass(frozen=True)
class Outcome:
    """Counts by result, the number of rejected rows, and the path of their report."""

    counts: Counter[str]
    rejected: int
    report: Path


def import_file(
    path: Path, how: str, evidence: str, *, dry: bool, options: ImportOptions = NO_OPTIONS, as_json: bool = False
) -> int:
    """Import the file. Returns 1 when rows could not be used: they are in the report beside the file."""
    mode = Mode(how)
    if mode is Mode.CONFIRMED and not evidence.strip():
        raise Fault('--as confirmed needs --evidence TEXT: where and when these readers agreed, e.g. "fair 2026-10-02"')
    mark = fingerprint(path)
    scan = scan_file(open_file(path, options.encoding), options, mode, app)
    name = f"{path.stem[:40]}-{mark}"
    import_list = ImportList(name, mode, evidence.strip(), scan.strictest, same_pepper=scan.same_pepper)
    progress = Progress(path, _progress_mark(mark, mode, options), dry=dry)
    if progress.line:
        tell = partial(print, file=sys.stderr) if as_json else say
        tell(f"Going on after line {progress.line}, where the last run stopped.")
    outcome = _run(scan, import_list, progress, dry=dry)
    progress.forget()
    if as_json:
        print(json.dumps(_as_json(scan, import_list, outcome, dry=dry), ensure_ascii=False, indent=2))
    else:
        _print(scan, outcome, dry=dry)
    return 1 if outcome.rejected else 0


def _run(scan: FileScan, import_list: ImportList, progress: Progress, *, dry: bool) -> Outcome:
    resumed = progress.begun
    counts: Counter[str] = Counter()
    progress.begin()
    path, header = scan.file.path, scan.file.header
    with RejectedRows(path, header, progress.line, dry=dry) as rejected, bar() as shown:
        task = shown.add_task("Importing" if not dry else "Looking", total=scan.rows)
        for chunk in _chunks(scan, progress.line):
            for (line, row), result in _import(chunk, import_list, dry=dry, again=resumed):
                if isinstance(result, InvalidInput):
                    rejected.add(line, result.field, fault_in_words(row, result, app))
                else:
                    counts[result] += 1
            shown.advance(task, len(chunk))
            progress.reach(chunk[-1][0].number)
            resumed = False
    return Outcome(counts, rejected.rows, rejected.path)


def _progress_mark(mark: str, mode: Mode, options: ImportOptions) -> str:
    """Identifies file, mode and options: with other options a stopped import is not continued, but begun anew."""
    return f"{mark}-{hashlib.sha256(repr((mode.value, options)).encode()).hexdigest()[:12]}"


def _import(
    chunk: list[ReadLine], import_list: ImportList, *, dry: bool, again: bool
) -> Iterator[tuple[ReadLine, Imported | InvalidInput]]:
    now = whole_seconds(app.now())
    parts = [chunk[start : start + GET_LIMIT] for start in range(0, len(chunk), GET_LIMIT)]
    with ThreadPoolExecutor(WORKERS) as pool:
        rows = [[row for _, row in part if isinstance(row, Row)] for part in parts]
        done = pool.map(lambda part: import_rows(part, import_list, now, app, dry=dry, again=again), rows)
        for part, results in zip(parts, done, strict=True):
            found = iter(results)
            for line, row in part:
                yield (line, row), (row if isinstance(row, InvalidInput) else next(found))


def _chunks(scan: FileScan, after: int) -> Iterator[list[ReadLine]]:
    rows = dropwhile(lambda read: read[0].number <= after, scan.read())
    while chunk := list(islice(rows, GET_LIMIT * WORKERS)):
        yield chunk


def _print(scan: FileScan, outcome: Outcome, *, dry: bool) -> None:
    for result, words in RESULTS_IN_WORDS.items():
        if outcome.counts[result]:
            say(f"{outcome.counts[result]:>9,} {words[dry]}")
    if outcome.rejected:
        say(f"{outcome.rejected:>9,} could not be used: {outcome.report}")
    columns = scan.columns
    if columns.statuses:
        say(f"Who left is taken from: {', '.join(column.name for column in columns.statuses)}")
    if columns.unused:
        say(f"Not used: {', '.join(columns.unused)}")


def _as_json(scan: FileScan, import_list: ImportList, outcome: Outcome, *, dry: bool) -> dict[str, object]:
    file, columns = scan.file, scan.columns
    return {
        "file": str(file.path),
        "import": import_list.name,
        "as": import_list.mode.value,
        "dry_run": dry,
        "rows": scan.rows,
        "results": {result.value: outcome.counts[result] for result in Imported},
        "rejected": outcome.rejected,
        "report": str(outcome.report) if outcome.rejected else None,
        "columns": {
            "fields": {field: file.header[place] for field, place in columns.places.items()},
            "status": [column.name for column in columns.statuses],
            "unused": list(columns.unused),
        },
    }
