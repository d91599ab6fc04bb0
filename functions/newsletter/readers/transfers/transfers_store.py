"""Imports and exports that run in the background, in the table Content, without any address."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from newsletter.platform.aws.table_store import TableStore
from newsletter.platform.times import iso, parse_iso
from newsletter.readers.imports.import_subscribers import Mode
from newsletter.readers.imports.listed_status import ListedStatus
from newsletter.readers.imports.options import ImportOptions
from newsletter.readers.transfers.transfer import ExportJob, ExportState, ImportJob, ImportState

IMPORTS, EXPORTS = "imports", "exports"
"""Partitions of the Content table; the ids begin with the time at which they were made."""
LISTED = timedelta(days=30)
"""How long it is said what became of an import or an export."""

J = TypeVar("J", ImportJob, ExportJob)


class Transfers(TableStore):
    """Each has one item; every change is a write on the condition that its version is known."""

    def add(self, job: ImportJob | ExportJob) -> None:
        """Store a new one; its id is by chance, so that writing it again changes nothing."""
        self._put(_partition(job), job.id, _values(job))

    def change(self, before: J, after: J) -> J | None:
        """Replace `before`; None when it is not of that version any more."""
        counted = replace(after, version=before.version + 1)
        item = {"pk": _partition(after), "sk": after.id, **_values(counted)}
        return counted if self._put_if("version = :before", {":before": before.version}, item) else None

    def get_import(self, job: str) -> ImportJob | None:
        """The import of that id."""
        item = self._get(IMPORTS, job)
        return _import(item) if item else None

    def get_export(self, job: str) -> ExportJob | None:
        """The export of that id."""
        item = self._get(EXPORTS, job)
        return _export(item) if item else None

    def imports(self, limit: int, before: str = "") -> list[ImportJob]:
        """The last imports, the newest first."""
        return [_import(item) for item in self._last(IMPORTS, limit, before)]

    def exports(self, limit: int, before: str = "") -> list[ExportJob]:
        """The last exports, the newest first."""
        return [_export(item) for item in self._last(EXPORTS, limit, before)]


def _partition(job: ImportJob | ExportJob) -> str:
    return IMPORTS if isinstance(job, ImportJob) else EXPORTS


def _values(job: ImportJob | ExportJob) -> dict[str, Any]:
    values = asdict(job)
    values.pop("id")
    return {**values, "at": iso(job.at), "expires": int((job.at + LISTED).timestamp())}


def _import(item: dict[str, Any]) -> ImportJob:
    said = item["options"]
    options = ImportOptions(
        ignore=tuple(said["ignore"]),
        status=tuple(said["status"]),
        meanings={value: ListedStatus(listed) for value, listed in said["meanings"].items()},
        yes_is_left=tuple(said["yes_is_left"]),
        yes_is_mail=tuple(said["yes_is_mail"]),
        encoding=said["encoding"],
        fields=tuple((name, field) for name, field in said["fields"]),
    )
    more: dict[str, Any] = {
        "at": _moment(item),
        "state": ImportState(item["state"]),
        "mode": Mode(item["mode"]) if item.get("mode") else None,
        "options": options,
        "cuts": tuple(item["cuts"]),
        "earlier": tuple(item.get("earlier", (0, 0))),
        "questions": tuple((name, what) for name, what in item["questions"]),
    }
    return ImportJob(id=item["sk"], **(_kept(item) | more))


def _export(item: dict[str, Any]) -> ExportJob:
    place = item.get("place")
    more: dict[str, Any] = {
        "at": _moment(item),
        "state": ExportState(item["state"]),
        "place": (place[0], place[1]) if place else None,
        "files": tuple(item["files"]),
    }
    return ExportJob(id=item["sk"], **(_kept(item) | more))


def _kept(item: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name not in ("pk", "sk", "expires")}


def _moment(item: dict[str, Any]) -> datetime:
    return parse_iso(item["at"])
