"""What became of each line of an import, or would become of it, page by page and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from newsletter.platform.errors import NotFound, NotNow
from newsletter.platform.words.said import say
from newsletter.readers.imports.import_file import REPORT_COLUMNS
from newsletter.readers.imports.spreadsheet import guarded
from newsletter.readers.transfers.transfer import ImportJob
from newsletter.readers.transfers.transfer_files_store import CHECKED, RESULTS

if TYPE_CHECKING:
    from newsletter.container import Container

FORGOTTEN = say("the lines of this import are kept no longer")


@dataclass(frozen=True)
class LinesPage:
    """The lines of one chunk. `after` is the number of the next chunk; None after the last."""

    lines: tuple[dict[str, Any], ...]
    after: int | None


def lines_of(job: ImportJob, chunk: int, now: datetime, app: Container) -> LinesPage:
    """What the import made of the lines of a chunk, or else what the check says would become of them.

    Raises NotFound for a chunk that was not looked at yet, and NotNow when its day is over.
    """
    known = max(job.checked, job.imported)
    if not 0 <= chunk < max(known, 1):
        raise NotFound("line")
    if known == 0:
        return LinesPage((), None)
    kept = app.transfer_files.get_json(job, RESULTS if chunk < job.imported else CHECKED, chunk, now)
    if kept is None:
        raise NotNow(FORGOTTEN)
    why = {line[0]: (line[1], line[2]) for line in kept["refused"]}
    lines = []
    for number, result, address in kept["results"]:
        field, problem = why.get(str(number), ("", ""))
        lines.append({"line": number, "address": address, "result": result, "field": field, "problem": problem})
    return LinesPage(tuple(lines), chunk + 1 if chunk + 1 < known else None)


def refused_lines(job: ImportJob, number: int, now: datetime, app: Container, said: Callable[[str], str] = str) -> str:
    """The refused lines as CSV: line, field and problem before their own cells; mended, that is a file to import.

    `number` counts the files from 1 on; `said` puts a problem into another language. Raises NotFound, and NotNow.
    """
    if not 1 <= number <= len(job.cuts):
        raise NotFound("file")
    ends = [*job.cuts[1:], job.checked]
    with io.StringIO(newline="") as text:
        writer = csv.writer(text)
        writer.writerow((*REPORT_COLUMNS, *map(guarded, job.facts.get("header", ()))))
        for chunk in range(job.cuts[number - 1], ends[number - 1]):
            kept = app.transfer_files.get_json(job, RESULTS if chunk < job.imported else CHECKED, chunk, now)
            if kept is None:
                raise NotNow(FORGOTTEN)
            for line, field, problem, *cells in kept["refused"]:
                writer.writerow([guarded(cell) for cell in (line, field, said(problem), *cells)])
        return text.getvalue()
