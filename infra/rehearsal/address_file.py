"""Where `make demo` leaves its address, so that the `newsletter` command finds it on whatever port it listens.

A file of this user in the directory for such things (XDG_RUNTIME_DIR, else the temporary one). A left-over of a demo
that was killed does no harm: whoever reads it still has to get an answer there.
"""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

MOST = 20
"""Addresses that are kept. Those of demos that were killed stay until newer ones push them out."""
_ADDRESS = re.compile(r"http://127\.0\.0\.1:[0-9]{1,5}")


def _file() -> Path:
    folder = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    return Path(folder) / f"newsletter-local-cloud-{os.getuid()}"


def write(url: str) -> None:
    """Leave the address, before those of others that run."""
    _store((url, *(other for other in read() if other != url)))


def read() -> tuple[str, ...]:
    """The addresses that were left and not taken away, the newest first; none that another user left."""
    try:
        with os.fdopen(os.open(_file(), os.O_RDONLY | os.O_NOFOLLOW), encoding="ascii") as said:
            ours = os.fstat(said.fileno()).st_uid == os.getuid()
            found = said.read(1000).split()
    except (OSError, UnicodeDecodeError):
        return ()
    return tuple(url for url in found if ours and _ADDRESS.fullmatch(url))


def remove(url: str) -> None:
    """Take the address away."""
    _store(tuple(other for other in read() if other != url))


def _store(urls: tuple[str, ...]) -> None:
    file = _file()
    try:
        # Never through what another user may have put there: a new file of ours takes its place.
        file.unlink(missing_ok=True)
        if urls:
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as out:
                out.write("\n".join(urls[:MOST]))
    except OSError:
        return  # The command can still be told with --local URL.
