"""/console/exports and /api/v1/exports: readers as CSV, written in the background and kept for a day."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from console.principal import Principal
from console.request import Request
from console.responses import page, redirect
from console.routes.daily.imports import csv_answer
from console.wording.language import words
from newsletter.container import app
from newsletter.platform.errors import InvalidInput, NotFound
from newsletter.platform.times import iso, whole_seconds
from newsletter.platform.web.answer import Answer, json_answer
from newsletter.platform.words.said import say
from newsletter.readers.manage.list_readers import FIELDS, STATUS_WORDS
from newsletter.readers.profiles.reader_list_store import STATUSES
from newsletter.readers.transfers.export import file_of, find_export, start_export
from newsletter.readers.transfers.transfer import MOST_FILES, ExportJob, ExportState
from newsletter.reports.descriptions import language_name, topic_label

ON_A_PAGE = 25


def show_list(request: Request, who: Principal) -> Answer:
    """The form with the filters, and earlier exports."""
    return _list(request, who)


def start(request: Request, who: Principal) -> Answer:
    """Begin to write the files."""
    try:
        job = start_export({name: request.field(name) for name in FIELDS}, who.name, whole_seconds(app.now()), app)
    except InvalidInput as wrong:
        return _list(request, who, errors={wrong.field: wrong.message})
    return redirect(f"/console/exports/{job.id}")


def show(_request: Request, who: Principal, job: str) -> Answer:
    """How far the export is, and its files."""
    found = find_export(job, app)
    return page("export", who, script=True, job=found, words=_words(found), forgotten=_is_forgotten(found))


def download(_request: Request, _who: Principal, job: str, file: str) -> Answer:
    """One of the files."""
    found = find_export(job, app)
    text = file_of(found, _number(file), app.now(), app)
    return csv_answer(text, f"readers-{found.at:%Y-%m-%d}-{file}-of-{len(found.files)}.csv")


# --- API -------------------------------------------------------------------------------------------------------------


def api_list(request: Request, _who: Principal) -> Answer:
    """The last exports."""
    limit = request.limit()
    jobs = app.transfers.exports(limit, request.query("cursor"))
    cursor = jobs[-1].id if len(jobs) == limit else None
    return json_answer(200, {"exports": [_as_json(job) for job in jobs], "cursor": cursor})


def api_start(request: Request, who: Principal) -> Answer:
    """Begin to write the files."""
    given = request.json_object()
    wanted = {name: given.get(name, "") for name in FIELDS}
    job = start_export(wanted, who.name, whole_seconds(app.now()), app)
    return json_answer(202, {"export": _as_json(job)}, {"Location": f"/api/v1/exports/{job.id}"})


def api_show(_request: Request, _who: Principal, job: str) -> Answer:
    """How far it is, and where its files are."""
    return json_answer(200, {"export": _as_json(find_export(job, app))})


def _as_json(job: ExportJob) -> dict[str, Any]:
    is_there = job.state is ExportState.DONE and not _is_forgotten(job)
    files = [f"/api/v1/exports/{quote(job.id)}/files/{number}" for number in range(1, len(job.files) + 1)]
    return {
        "id": job.id,
        "at": iso(job.at),
        "who": job.who,
        "state": job.state.value,
        **{name: job.wanted.get(name, "") for name in FIELDS},
        "readers": job.readers,
        "files": files if is_there else [],
        "expires": iso(job.forgotten_at),
    }


# --- pages -----------------------------------------------------------------------------------------------------------


def _list(request: Request, who: Principal, errors: dict[str, str] | None = None) -> Answer:
    publication = app.templates.publication
    jobs = app.transfers.exports(ON_A_PAGE, request.place_of_job())
    return page(
        "exports",
        who,
        status=422 if errors else 200,
        jobs=[(job, _words(job)) for job in jobs],
        older=jobs[-1].id if len(jobs) == ON_A_PAGE else "",
        filter={name: request.query(name) for name in FIELDS},
        statuses=STATUSES,
        languages=[(code, language_name(code)) for code in publication.languages],
        topics=[(topic.key, topic_label(topic.key, publication, words().language)) for topic in publication.topics],
        errors=errors or {},
    )


def _words(job: ExportJob) -> str:
    """Whom it is of."""
    status, language, topic = (job.wanted.get(name, "") for name in FIELDS)
    if not (status or language or topic):
        return say("everybody")
    who = say("{status} readers", status=STATUS_WORDS.get(status, status)) if status else say("readers")
    if language:
        who = say("{who} in {language}", who=who, language=language_name(language))
    if topic:
        label = topic_label(topic, app.templates.publication, words().language)
        who = say("{who} with the topic {topic}", who=who, topic=label)
    return who


def _is_forgotten(job: ExportJob) -> bool:
    return job.forgotten_at <= app.now()


def _number(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or int(text[:9]) > MOST_FILES:
        raise NotFound("file")
    return int(text[:9])
