"""Asks the website whether the address of an article still answers."""

from __future__ import annotations

from collections.abc import Iterable
from time import monotonic
from urllib.parse import urlsplit

from newsletter.platform.web.public_web_client import PublicWeb, WebFault

GONE = frozenset({404, 410})
MAX_ASKED = 5
SECONDS = 4.0
"""For one address."""
ALL_SECONDS = 10.0
"""For all of them: it is asked while a feed is read, and the other feeds wait."""
RESERVED = (".example", ".test", ".invalid", ".localhost")
"""Names that lead nowhere (RFC 2606), so that nobody is asked."""
HEADERS = {"accept": "text/html, */*;q=0.5", "user-agent": "Mozilla/5.0 (compatible; newsletter feed reader)"}


class ArticleAddresses:
    """Asks addresses on the public web; on this machine only with `allow_local`."""

    def __init__(self, *, allow_local: bool) -> None:
        self._web = PublicWeb(allow_loopback=allow_local)

    def gone(self, urls: Iterable[str]) -> set[str]:
        """Those of the first MAX_ASKED addresses that answer 404 or 410. One that does not answer may come back."""
        until = monotonic() + ALL_SECONDS
        found = set()
        for url in list(urls)[:MAX_ASKED]:
            seconds = min(SECONDS, until - monotonic())
            if seconds <= 0:
                break
            if (urlsplit(url).hostname or "").endswith(RESERVED):
                continue
            try:
                answer = self._web.get(url, HEADERS, most_bytes=None, seconds=seconds)
            except WebFault:
                continue
            if answer.status in GONE:
                found.add(url)
        return found
