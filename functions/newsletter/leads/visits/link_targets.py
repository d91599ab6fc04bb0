"""Where the links of mails lead, from the container's memory: a click waits for no table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter.platform.aws.throttling import is_of_aws
from newsletter.platform.errors import NewsletterError

FRESH = timedelta(minutes=1)
"""How old a remembered target may be: it changes only when somebody corrects it."""
AGAIN_AFTER = timedelta(seconds=10)
"""When an old target could not be read anew, how long it is used before the next try."""
MOST = 4_000
"""Targets that are remembered: some hundred mailings', at most 10 MB."""


class NotReadable(NewsletterError):
    """The target is not remembered, and AWS does not say at the moment where the link leads."""


@dataclass(slots=True)
class _Target:
    url: str
    read_at: datetime
    fresh_until: datetime


class LinkTargets:
    """`read` finds a target by mailing and key of the link; `now` is the clock."""

    def __init__(self, read: Callable[[str, str], str | None], now: Callable[[], datetime]) -> None:
        self._read = read
        self._now = now
        self._known: dict[tuple[str, str], _Target] = {}

    def find(self, mailing: str, link: str) -> str | None:
        """The link's URL, read at most FRESH ago, or older where it cannot be read; None if there is no such link.

        Raises NotReadable for a link that is not remembered while it cannot be read.
        """
        now = self._now()
        known = self._known.get((mailing, link))
        if known is not None and known.read_at <= now < known.fresh_until:
            return known.url
        try:
            url = self._read(mailing, link)
        except Exception as error:
            if not is_of_aws(error):
                raise
            if known is None:
                raise NotReadable(f"where link {link} of {mailing} leads cannot be read now; try again") from error
            known.read_at, known.fresh_until = now, now + AGAIN_AFTER
            return known.url
        if url is not None:
            self._remember((mailing, link), _Target(url, now, now + FRESH))
        return url

    def _remember(self, key: tuple[str, str], target: _Target) -> None:
        """Keep it; where there is no more room, what was read first goes."""
        self._known.pop(key, None)
        if len(self._known) >= MOST:
            self._known.pop(next(iter(self._known)))
        self._known[key] = target
