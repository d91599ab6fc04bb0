"""The articles of a mailing by the addresses that its links have."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from newsletter.mailings.mailing import WELCOME, Mailing
from newsletter.readers.shown_before import of_every_welcome

if TYPE_CHECKING:
    from newsletter.articles.article import Article
    from newsletter.container import Container

FRESH = timedelta(minutes=1)
MOST = 20
"""Mailings whose articles are remembered."""


def articles_by_address(mailing: str, app: Container) -> Mapping[str, Article]:
    """The articles that a digest has, by `bare_address` of where their links lead, or led before somebody corrected
    that; empty for a mailing that is not known any more.
    """
    known = app.mailings.get(mailing)
    return _by_address(known, (*known.articles, *known.related), app) if known is not None else {}


def welcomed_articles(reader: str, app: Container) -> Mapping[str, Article]:
    """The same for the welcome mails to a reader, by their id of today: their profile says which articles these had."""
    known, profile = app.mailings.get(WELCOME), app.subscribers.get(reader)
    if known is None or profile is None:
        return {}
    return _by_address(known, sorted(of_every_welcome(profile.welcomed)), app)


def _by_address(mailing: Mailing, ids: Iterable[str], app: Container) -> dict[str, Article]:
    found = app.articles.some(dict.fromkeys(ids))
    articles = {bare_address(article.url): article for article in found.values()}
    corrected = {bare_address(target): articles.get(bare_address(written)) for written, target in mailing.relinked}
    return {address: article for address, article in corrected.items() if article} | articles


class MailedArticles:
    """The same from the container's memory, for visits that come by thousands; `now` is the clock."""

    def __init__(self, read: Callable[[str], Mapping[str, Article]], now: Callable[[], datetime]) -> None:
        self._read = read
        self._now = now
        self._known: dict[str, tuple[datetime, Mapping[str, Article]]] = {}

    def find(self, mailing: str) -> Mapping[str, Article]:
        """As `articles_by_address` said at most FRESH ago."""
        now = self._now()
        known = self._known.get(mailing)
        if known is None or not known[0] <= now < known[0] + FRESH:
            known = now, self._read(mailing)
            if len(self._known) >= MOST:
                self._known.clear()
            self._known[mailing] = known
        return known[1]


def bare_address(url: str) -> str:
    """The address without the parameters by which visits are counted (`utm_…`) and without its fragment."""
    parts = urlsplit(url)
    query = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name[:4] != "utm_"]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query), ""))
