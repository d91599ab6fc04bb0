"""/api/v1/imports: the same as the pages, for programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from console.principal import Principal
from console.request import Request
from newsletter.container import app
from newsletter.platform.errors import InvalidInput
from newsletter.platform.times import iso, whole_seconds
from newsletter.platform.web.answer import Answer, json_answer
from newsletter.readers.imports.import_subscribers import Imported
from newsletter.readers.imports.listed_status import ListedStatus
from newsletter.readers.imports.options import ImportOptions
from newsletter.readers.transfers.import_lines import lines_of
from newsletter.readers.transfers.manage_import import (
    cancel_import,
    check_import,
    check_mode,
    find_import,
    new_import,
    put_part,
    read_columns,
    start_import,
)
from newsletter.readers.transfers.transfer import PART, REFUSED, ImportJob, ImportState


def list_all(request: Request, _who: Principal) -> Answer:
    """The last imports."""
    limit = request.limit()
    jobs = app.transfers.imports(limit, request.query("cursor"))
    cursor = jobs[-1].id if len(jobs) == limit else None
    return json_answer(200, {"imports": [as_json(job) for job in jobs], "cursor": cursor})


def create(request: Request, who: Principal) -> Answer:
    """Take a list and check it; with `dry_run` false, import it after that. Without `csv` the file comes in parts."""
    given = request.json_object()
    text, size = given.get("csv"), given.get("size")
    if (text is None) is (size is None):
        raise InvalidInput("csv", "the lines themselves, or `size` (bytes) of a file that comes in parts")
    if text is not None:
        _read(given)  # what needs mending is said before anything is kept
    content = text.encode() if text is not None else b""
    name = given.get("file_name") or "list.csv"
    job = new_import(name, len(content) if text is not None else int(size or 0), who.name, _now(), app)
    for number, start_at in enumerate(range(0, len(content), PART)):
        job = put_part(job, number, content[start_at : start_at + PART], app)
    if text is not None:
        job = _check(job, given)
    return json_answer(202, {"import": as_json(job)}, {"Location": f"/api/v1/imports/{job.id}"})


def show(_request: Request, _who: Principal, job: str) -> Answer:
    """How far it is, and what came of it."""
    return _shown(find_import(job, app))


def put(request: Request, _who: Principal, job: str, part: str) -> Answer:
    """A part of the file, as it is."""
    return _shown(put_part(find_import(job, app), int(part), request.body, app))


def check(request: Request, _who: Principal, job: str) -> Answer:
    """Look through the whole file; with `dry_run` false, import it after that."""
    return _shown(_check(find_import(job, app), request.json_object()), 202)


def start(_request: Request, _who: Principal, job: str) -> Answer:
    """Import what was checked."""
    return _shown(start_import(find_import(job, app), app), 202)


def cancel(_request: Request, _who: Principal, job: str) -> Answer:
    """Stop it; who is in stays in."""
    return _shown(cancel_import(find_import(job, app), app))


def show_lines(request: Request, _who: Principal, job: str) -> Answer:
    """What became of each line, or would."""
    found = lines_of(find_import(job, app), int(request.query("cursor") or 0), app.now(), app)
    after = None if found.after is None else str(found.after)
    return json_answer(200, {"lines": list(found.lines), "cursor": after})


def as_json(job: ImportJob) -> dict[str, Any]:
    """What a program is told of an import."""
    has_begun = job.state in (ImportState.IMPORTING, ImportState.DONE) or job.imported > 0
    return {
        "id": job.id,
        "at": iso(job.at),
        "who": job.who,
        "file_name": job.file_name,
        "state": job.state.value,
        "as": job.mode.value if job.mode else None,
        "evidence": job.evidence,
        "rows": job.rows,
        "percent": job.percent,
        "would": _counts(job.would),
        "results": _counts(job.counts) if has_begun else None,
        "problem": job.problem,
        "questions": [{"column": name, "question": what} for name, what in job.questions],
        "columns": {
            name: job.facts.get(name, {} if name == "fields" else []) for name in ("fields", "status", "unused")
        },
        "expires": iso(job.forgotten_at),
        "upload": _upload(job),
    }


def _counts(counts: Mapping[str, int]) -> dict[str, int]:
    return {name: counts.get(name, 0) for name in (*(each.value for each in Imported), REFUSED)}


def _upload(job: ImportJob) -> dict[str, Any] | None:
    if job.state is not ImportState.UPLOADING:
        return None
    parts = -(-job.size // PART)
    return {"parts": [f"/api/v1/imports/{job.id}/parts/{number}" for number in range(parts)], "part_bytes": PART}


def _check(job: ImportJob, given: Mapping[str, Any]) -> ImportJob:
    mode, evidence, options, dry = _read(given)
    return check_import(job, mode, evidence, options, app, start=not dry)


def _read(given: Mapping[str, Any]) -> tuple[str, str, ImportOptions, bool]:
    said = {ListedStatus(name): ",".join(values) for name, values in given.get("meanings", {}).items()}
    mode, evidence = given.get("as", ""), given.get("evidence", "")
    options = read_columns(given.get("columns", {}), said, encoding=given.get("encoding", ""))
    check_mode(mode, evidence)
    return mode, evidence, options, given.get("dry_run", True)


def _shown(job: ImportJob, status: int = 200) -> Answer:
    return json_answer(status, {"import": as_json(job)})


def _now() -> Any:
    return whole_seconds(app.now())
