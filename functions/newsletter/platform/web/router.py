"""Which view answers a request: by its path and its method."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

from newsletter.platform.errors import NewsletterError, NotFound
from newsletter.platform.web.answer import Answer
from newsletter.platform.web.request import HttpRequest

View = Callable[..., Answer]
"""Takes the request and, by name, what stands in its path."""
Routes = Sequence[tuple[str, Mapping[str, View]]]
"""Paths as template.yaml writes them (`/mailings/{mailing}`), each with the view of every method."""


class MethodNotAllowed(NewsletterError):
    """The path exists, but not for this method; `allowed` goes into the Allow header."""

    def __init__(self, allowed: str) -> None:
        super().__init__(allowed)
        self.allowed = allowed


class Router:
    """The routes of one site. The first path that fits decides; HEAD is answered by the view of GET.

    Not the resolver of Powertools: it slows the cold start of a page that somebody waits for, and keeps the request in
    a class attribute, so that in one process of many threads (the local cloud) one person could get another's page.
    """

    def __init__(self, routes: Routes) -> None:
        self._routes = routes

    def find(self, request: HttpRequest) -> tuple[View, dict[str, str]]:
        """The view, and what stands in the path. Raises NotFound, and MethodNotAllowed.

        The request knows its `route` from then on.
        """
        if not _can_be_stored(request.path):
            raise NotFound("page")
        method = "GET" if request.method == "HEAD" else request.method
        for route, pattern, views in self._patterns:
            if found := pattern.fullmatch(request.path):
                request.route = route
                if method not in views:
                    raise MethodNotAllowed(", ".join("GET, HEAD" if name == "GET" else name for name in views))
                return views[method], found.groupdict()
        raise NotFound("page")

    @cached_property
    def _patterns(self) -> tuple[tuple[str, re.Pattern[str], Mapping[str, View]], ...]:
        return tuple(
            (path, re.compile(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", path)), views) for path, views in self._routes
        )


def _can_be_stored(path: str) -> bool:
    """Whether the path is text that UTF-8 can hold: JSON can bring halves of surrogate pairs, which no key has."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True
