"""Files of readers as `newsletter import` takes them, and what it leaves."""

from __future__ import annotations

import json
from pathlib import Path

from cli.imports import import_readers
from tests.support.readers.import_lists import EVIDENCE
from tests.support.stack.cloud import Cloud


def csv_file(tmp_path: Path, text: str, *, encoding: str = "utf-8") -> Path:
    """A file of readers."""
    path = tmp_path / "lukijat.csv"
    path.write_bytes(text.encode(encoding))
    return path


def bring(path: Path, how: str = "confirmed", evidence: str = EVIDENCE, *, dry: bool = False) -> int:
    """Import the file."""
    return import_readers.import_file(path, how, evidence, dry=dry)


def everything(cloud: Cloud) -> list[str]:
    """All items about readers, to compare before and after."""
    return sorted(json.dumps(item, sort_keys=True) for item in cloud.items("Subscribers"))
