"""`newsletter export`: readers as CSV, streaming, as `newsletter import` takes them back."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

from cli.progress import counted
from newsletter.container import app
from newsletter.readers.manage.list_readers import read_filter
from newsletter.readers.transfers.export import as_csv, export_lines


def export(path: Path | None, *, as_json: bool = False, wanted: Mapping[str, str] | None = None) -> int:
    """Profiles and waiting sign-ups, one line each (consent records: `consent show`). To stdout without a path.

    `wanted` are texts by status, language and topic. With `as_json`, each line is a JSON object and nothing is guarded
    against spreadsheets. Raises InvalidInput for a status, a language or a topic that is unknown.
    """
    write = _write_json if as_json else _write
    lines = export_lines(read_filter(wanted or {}, app.publication), app)
    if path is None:
        return write(sys.stdout, lines)
    with path.open("w", encoding="utf-8", newline="") as file:
        return write(file, lines)


def _write_json(file: TextIO, lines: Iterator[dict[str, Any]]) -> int:
    shown = counted(lines, "Readers")
    file.writelines(json.dumps(line, ensure_ascii=False, default=str) + "\n" for line in shown)
    return 0


def _write(file: TextIO, lines: Iterator[dict[str, Any]]) -> int:
    file.write(as_csv((), header=True))
    file.writelines(as_csv((line,), header=False) for line in counted(lines, "Readers"))
    return 0
