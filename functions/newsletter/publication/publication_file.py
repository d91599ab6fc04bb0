"""publication.toml as a file: the publication, and all that is wrong with it."""

from __future__ import annotations

import tomllib
from pathlib import Path

from newsletter.platform.errors import InvalidPublication
from newsletter.publication.publication import Publication, read_publication


def read_publication_file(path: Path) -> tuple[Publication | None, tuple[InvalidPublication, ...]]:
    """The publication and its faults, as `read_publication` gives them; a file that cannot be read is one fault."""
    try:
        return read_publication(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None, (InvalidPublication(str(path), "there is no such file"),)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        return None, (InvalidPublication(str(path), f"not TOML in UTF-8: {fault}"),)
