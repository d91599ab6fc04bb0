"""The same files make the same bytes, whatever disk, clock and rights they had."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

from supply import archive

FILES = {"sender/handler.py": "print()\n", "a.py": "", "newsletter/x/y.py": "x = 1\n" * 1000}


def built(folder: Path, names: list[str], mode: int, age: int) -> Path:
    for name in names:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(FILES[name])
        file.chmod(mode)
        os.utime(file, (age, age))
    return folder


def test_order_clock_and_rights_of_files_leave_no_trace(tmp_path: Path) -> None:
    one = built(tmp_path / "one", sorted(FILES), 0o644, 1_600_000_000)
    other = built(tmp_path / "other", sorted(FILES, reverse=True), 0o700, 1_700_000_000)
    first = archive.write(tmp_path / "one.zip", archive.contents(one))
    second = archive.write(tmp_path / "other.zip", archive.contents(other))
    assert first == second
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "other.zip").read_bytes()


def test_the_archive_has_every_file_readable_for_lambda(tmp_path: Path) -> None:
    archive.write(tmp_path / "out.zip", archive.contents(built(tmp_path / "in", list(FILES), 0o600, 0)))
    with zipfile.ZipFile(tmp_path / "out.zip") as packed:
        assert {name: packed.read(name).decode() for name in packed.namelist()} == FILES
        assert {entry.external_attr >> 16 for entry in packed.infolist()} == {0o100644}


def test_another_byte_is_another_archive(tmp_path: Path) -> None:
    assert archive.write(tmp_path / "a.zip", {"a": b"1"}) != archive.write(tmp_path / "b.zip", {"a": b"2"})
