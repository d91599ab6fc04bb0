"""Where `make demo` leaves its address, so that the `newsletter` command finds it on whatever port it listens.

A file of this user in the directory for such things (XDG_RUNTIME_DIR, else the temporary one). A left-over of a demo
that was killed does no harm: whoever reads it still has to get an answer there.
"""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

_ADDRESS = re.compile(r"http://127\.0\.0\.1:[0-9]{1,5}")


def _file() -> Path:
    folder = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    return Path(folder) / f"newsletter-local-cloud-{os.getuid()}"


def write(url: str) -> None:
    """Leave the address; whoever started last is found."""
    file = _file()
    try:
        # Never through what another user may have put there: a new file of ours takes its place.
        file.unlink(missing_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as out:
            out.write(url)
    except OSError:
        return  # The command can still be told with --local URL.


def read() -> str | None:
    """The address that the last one left, if there is one and this user left it."""
    try:
        with os.fdopen(os.open(_file(), os.O_RDONLY | os.O_NOFOLLOW), encoding="ascii") as said:
            ours = os.fstat(said.fileno()).st_uid == os.getuid()
            found = said.read(100)
    except (OSError, UnicodeDecodeError):
        return None
    return found if ours and _ADDRESS.fullmatch(found) else None


def remove(url: str) -> None:
    """Take the address away, unless another one has left its own meanwhile."""
    if read() == url:
        _file().unlink(missing_ok=True)
