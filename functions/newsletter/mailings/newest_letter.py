"""The newest letter of the archive, for the form: remembered, so that a form that many open at once reads little."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from newsletter.mailings.archive import ArchivedMailing, list_archive
from newsletter.platform.aws.throttling import is_of_aws, is_passing

if TYPE_CHECKING:
    from newsletter.container import Container

FRESH = timedelta(minutes=5)
"""How old it may be, as in the caches of the archive."""
AGAIN_AFTER = timedelta(seconds=10)
"""When it could not be read, how long the form goes without, or with an older one, before the next try."""
LOOKED_AT = 5
"""Mailings read at once in search of a public one."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """What was found at that moment, and until when it is good."""

    letter: ArchivedMailing | None
    read_at: datetime
    until: datetime


def newest_letter(language: str, now: datetime, app: Container) -> ArchivedMailing | None:
    """The newest one as the archive shows it in that language; None if there is none, or it cannot be read just now."""
    known = app.newest_letters.get(language)
    if known is not None and known.read_at <= now < known.until:
        return known.letter
    try:
        found, _ = list_archive(language, "", LOOKED_AT, app)
    except Exception as error:
        if not (is_of_aws(error) or is_passing(error)):
            raise
        app.newest_letters[language] = Remembered(known.letter if known else None, now, now + AGAIN_AFTER)
        return app.newest_letters[language].letter
    app.newest_letters[language] = Remembered(found[0] if found else None, now, now + FRESH)
    return app.newest_letters[language].letter
