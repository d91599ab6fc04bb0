"""The archives that are uploaded, of which the same files always make the same bytes."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Mapping
from pathlib import Path

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The first moment that a zip can name."""
MODE = 0o100644
LEFT_OUT = {".DS_Store"}


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below the folder by its path in the archive, in order of the paths."""
    found = {file.relative_to(folder).as_posix(): file for file in folder.rglob("*") if file.is_file()}
    return {name: found[name].read_bytes() for name in sorted(found) if found[name].name not in LEFT_OUT}


def write(target: Path, files: Mapping[str, bytes]) -> str:
    """Write the archive and return its SHA-256. It knows nothing of the clock, the disk's order, owners and umask."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.create_system = 3  # Unix, whatever builds: the mode below is read then
            entry.external_attr = MODE << 16
            archive.writestr(entry, files[name], zipfile.ZIP_DEFLATED, 9)
    return hashlib.sha256(target.read_bytes()).hexdigest()
