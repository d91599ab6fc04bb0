"""`newsletter export`: every reader as CSV, streaming, as `newsletter import` takes them back."""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

from cli.spreadsheet import guarded
from newsletter.container import app
from newsletter.readers.records_store import PROFILE, is_sign_up

FIELDS = (
    *("id", "record", "status", "email", "name", "language", "topics", "frequency", "paused_until", "tracking"),
    *(
        "confirmed_at",
        "consent_version",
        "consent_head",
        "left_at",
        "left_how",
        "left_why",
        "at",
        "origin",
        "erased_at",
    ),
)


def export(path: Path | None) -> int:
    """Profiles and waiting sign-ups, one line each (consent records: `consent show`). To stdout without a path."""
    if path is None:
        return _write(sys.stdout)
    with path.open("w", encoding="utf-8", newline="") as file:
        return _write(file)


def _write(file: TextIO) -> int:
    writer = csv.DictWriter(file, FIELDS, extrasaction="ignore", restval="")
    writer.writeheader()
    for item in app.subscribers.everything():
        if item["record"] == PROFILE or is_sign_up(item["record"]):
            writer.writerow({name: _cell(value) for name, value in _with_status(item).items()})
    return 0


def _with_status(item: Mapping[str, Any]) -> Mapping[str, Any]:
    return item if "status" in item else {**item, "status": "pending"}


def _cell(value: Any) -> str:
    return guarded(" ".join(value) if isinstance(value, list) else "" if value is None else str(value))
