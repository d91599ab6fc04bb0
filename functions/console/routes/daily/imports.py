"""/console/imports: upload a list of readers, say what its columns are, see what would happen, import it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from console.principal import Principal
from console.request import Request
from console.responses import page, redirect
from console.wording.language import words
from newsletter.container import app
from newsletter.platform.errors import InvalidInput
from newsletter.platform.times import whole_seconds
from newsletter.platform.web.answer import BARE, Answer, json_answer
from newsletter.platform.web.multipart import UploadedFile
from newsletter.platform.words.said import say
from newsletter.readers.imports.import_subscribers import Imported, Mode
from newsletter.readers.imports.listed_status import ListedStatus
from newsletter.readers.imports.options import MAPPED
from newsletter.readers.transfers.columns_shown import ShownColumns, show_columns
from newsletter.readers.transfers.import_lines import lines_of, refused_lines
from newsletter.readers.transfers.manage_import import (
    cancel_import,
    check_import,
    find_import,
    new_import,
    put_part,
    read_columns,
    start_import,
)
from newsletter.readers.transfers.transfer import MOST_BYTES, MOST_ROWS, PART, ImportJob, ImportState
from newsletter.readers.transfers.words import RESULTS_IN_WORDS

ON_A_PAGE = 25
MOST_CHUNKS = 1_000_000
MOST_DIGITS = 12
ROW_FAULTS = ("pages.errors.email", "pages.errors.email_local")
FIELD_WORDS = {
    "email": say("Mail address"),
    "name": say("Name"),
    "language": say("Language"),
    "topics": say("Topics"),
    "frequency": say("How often"),
    "left_at": say("Day on which they left"),
}
ANSWER_WORDS = {
    "yes_is_left": say("Says who left: a yes or a day means that they left"),
    "yes_is_mail": say("Says who may be mailed: a yes or a day means yes"),
    "status": say("Says who may be mailed, with the words below"),
    "ignore": say("Not used"),
}
MODE_WORDS = {
    Mode.PENDING: (say("Ask each of them"), say("Everybody gets one mail and is a reader once they press its button.")),
    Mode.CONFIRMED: (
        say("They agreed elsewhere"),
        say("They are readers at once. Say below where and when they agreed."),
    ),
    Mode.LEFT: (say("They all left"), say("Nobody on the list gets mail, also not who is a reader here now.")),
}


def show_list(request: Request, who: Principal) -> Answer:
    """The form for a file, and earlier imports."""
    return _list(request, who)


def upload(request: Request, who: Principal) -> Answer:
    """Take a file that fits into one request; with `size` instead of one, a script sends it in parts."""
    now = whole_seconds(app.now())
    try:
        if request.field("size"):
            size = _number(request.field("size")) or 0
            job = new_import(request.field("file_name"), size, who.name, now, app)
            return json_answer(201, {"id": job.id, "part": PART})
        file = _chosen(request)
        job = new_import(file.name, len(file.content), who.name, now, app)
    except InvalidInput as wrong:
        if request.field("size"):
            raise
        return _list(request, who, error=wrong.message, status=422)
    for number, start in enumerate(range(0, len(file.content), PART)):
        job = put_part(job, number, file.content[start : start + PART], app)
    return redirect(f"/console/imports/{job.id}")


def _chosen(request: Request) -> UploadedFile:
    file = request.files.get("file")
    if file is None or not file.name:
        raise InvalidInput("file", say("choose a CSV file"))
    return file


def upload_part(request: Request, _who: Principal, job: str, part: str) -> Answer:
    """Take a part that the script of the page sends."""
    content = request.files.get("part")
    number = _number(part)
    if content is None or number is None:
        raise InvalidInput("part", say("a part of the file"))
    return json_answer(200, {"state": put_part(find_import(job, app), number, content.content, app).state})


def _number(text: str) -> int | None:
    """The whole number, if it is one of a size that a file may have."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS else None


def show(request: Request, who: Principal, job: str) -> Answer:
    """How far the import is, and what can be done."""
    return _one(request, who, find_import(job, app))


def check(request: Request, who: Principal, job: str) -> Answer:
    """Look through the file with what the form says of its columns."""
    found = find_import(job, app)
    try:
        shown = show_columns(found, app.now(), app)
        said = {column.name: request.field(f"column_{place}") for place, column in enumerate(shown.columns)}
        meanings = {listed: request.field(f"means_{listed}") for listed in _MEANINGS}
        options = read_columns(said, meanings, encoding=request.field("encoding"))
        check_import(found, request.field("as"), request.field("evidence"), options, app)
    except InvalidInput as wrong:
        return _one(request, who, found, errors={wrong.field: wrong.message})
    return redirect(f"/console/imports/{job}")


def start(_request: Request, _who: Principal, job: str) -> Answer:
    """Import what was checked; again, nothing happens."""
    start_import(find_import(job, app), app)
    return redirect(f"/console/imports/{job}")


def cancel(_request: Request, _who: Principal, job: str) -> Answer:
    """Stop the import, or throw the file away."""
    cancel_import(find_import(job, app), app)
    return redirect(f"/console/imports/{job}")


def show_lines(request: Request, who: Principal, job: str) -> Answer:
    """What became, or would become, of each line."""
    found = find_import(job, app)
    number = request.number("part", 1, MOST_CHUNKS)
    shown = lines_of(found, number - 1, app.now(), app)
    after = shown.after + 1 if shown.after is not None else 0
    lines, fault = shown.lines, _row_fault
    return page(
        "import_lines", who, job=found, lines=lines, words=_words(found), number=number, after=after, fault=fault
    )


def _row_fault(problem: str) -> str:
    """What is wrong with a line, which is kept in English, in the language of the page."""
    for key in ROW_FAULTS:
        if problem == app.templates.text(key, app.publication.language("en")):
            return app.templates.text(key, app.publication.language(words().language))
    return words().said(problem)


def show_refused(request: Request, _who: Principal, job: str) -> Answer:
    """The refused lines as a file."""
    found = find_import(job, app)
    number = request.number("file", 1, MOST_CHUNKS)
    lines = refused_lines(found, number, app.now(), app, _row_fault)
    return csv_answer(lines, f"{Path(found.file_name).stem}.refused-{number}.csv")


def csv_answer(text: str, name: str) -> Answer:
    """A CSV file to download; the mark before it tells Excel that it is UTF-8."""
    plain = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-._") else "_" for sign in name)
    headers = {"Content-Type": "text/csv; charset=utf-8", "Content-Disposition": f'attachment; filename="{plain}"'}
    return Answer(200, {**BARE, **headers}, f"\ufeff{text}")


def show_script(_request: Request) -> Answer:
    """The script of the pages: sends large files in parts, and shows how an import gets on."""
    text = (app.settings.templates / "console/import.js").read_text(encoding="utf-8")
    return Answer(200, {**BARE, "Content-Type": "text/javascript; charset=utf-8"}, text)


_MEANINGS = (ListedStatus.LEFT, ListedStatus.ACTIVE, ListedStatus.PENDING)


def _list(request: Request, who: Principal, *, error: str = "", status: int = 200) -> Answer:
    jobs = app.transfers.imports(ON_A_PAGE, request.place_of_job())
    return page(
        "imports",
        who,
        status=status,
        script=True,
        jobs=jobs,
        older=jobs[-1].id if len(jobs) == ON_A_PAGE else "",
        first=not request.query("cursor"),
        error=error,
        most_megabytes=MOST_BYTES // 1_000_000,
        most_rows=MOST_ROWS,
        part=PART,
    )


def _one(request: Request, who: Principal, job: ImportJob, errors: dict[str, str] | None = None) -> Answer:
    asks = job.state in (ImportState.UPLOADED, ImportState.QUESTION) or bool(errors) or _changes(request, job)
    columns = show_columns(job, app.now(), app) if asks else ShownColumns(())
    given = {name: request.field(name) for name in ("as", "evidence", "encoding")} if errors else _given(job)
    shown = [
        (
            place,
            column,
            request.field(f"column_{place}") if errors else _said(job, column.name),
            _asked(job, column.name),
        )
        for place, column in enumerate(columns.columns)
    ]
    counts: list[tuple[str, int]] = []
    for result in Imported:
        words, number = _words(job)[result.value], (job.counts if _has_begun(job) else job.would).get(result.value, 0)
        counts += [(words, number)] if number else []
    return page(
        "import",
        who,
        status=422 if errors else 200,
        script=True,
        job=job,
        asks=asks,
        columns=shown,
        column_problem=columns.problem,
        fields=[(name, FIELD_WORDS[name]) for name in MAPPED],
        answers=list(ANSWER_WORDS.items()),
        modes=[(mode.value, *MODE_WORDS[mode]) for mode in Mode],
        meanings=[(str(listed), _typed(job, listed)) for listed in _MEANINGS],
        given=given,
        counts=counts,
        errors=errors or {},
        forgotten=job.forgotten_at <= app.now(),
    )


def _changes(request: Request, job: ImportJob) -> bool:
    return job.state is ImportState.CHECKED and request.query("change") == "yes"


def _has_begun(job: ImportJob) -> bool:
    return job.state in (ImportState.IMPORTING, ImportState.DONE) or job.imported > 0


def _words(job: ImportJob) -> dict[str, str]:
    """The words of each result: what would happen, or once the import has begun what did."""
    return {result.value: both[0 if _has_begun(job) else 1] for result, both in RESULTS_IN_WORDS.items()}


def _given(job: ImportJob) -> dict[str, Any]:
    return {"as": job.mode.value if job.mode else "", "evidence": job.evidence, "encoding": job.options.encoding}


def _said(job: ImportJob, name: str) -> str:
    options = job.options
    fields = dict(options.fields)
    lists = {"ignore": options.ignore, "status": options.status}
    lists |= {"yes_is_left": options.yes_is_left, "yes_is_mail": options.yes_is_mail}
    return fields.get(name) or next((answer for answer, names in lists.items() if name in names), "")


def _asked(job: ImportJob, name: str) -> str:
    return dict(job.questions).get(name, "")


def _typed(job: ImportJob, listed: ListedStatus) -> str:
    return ", ".join(value for value, means in job.options.meanings.items() if means is listed)
