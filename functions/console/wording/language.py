"""The language of an answer: what the person chose, else what their browser asks for, else English."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from console.request import Request
from newsletter.container import app
from newsletter.mail.console_words import ENGLISH
from newsletter.platform.words.accepted_languages import accepted_languages

if TYPE_CHECKING:
    from newsletter.mail.console_words import ConsoleWords

COOKIE = "newsletter_language"
COOKIE_SECONDS = 400 * 24 * 3600
"""The longest that browsers keep a cookie (RFC 6265bis, 5.5)."""
_CURRENT: ContextVar[tuple[str, str]] = ContextVar("language of the answer, and page", default=(ENGLISH, "/console"))


def language_for(request: Request) -> str:
    """The language of the answer to this request; that of the API is English."""
    if request.of_api:
        return ENGLISH
    wanted = (request.cookie(COOKIE), *accepted_languages(request.header("accept-language")))
    known = app.templates.console_texts.languages
    return next((language for language in wanted if language in known), ENGLISH)


@contextmanager
def speaking(request: Request) -> Iterator[None]:
    """What is answered in here is in the language for the request."""
    token = _CURRENT.set((language_for(request), request.address if request.method == "GET" else "/console"))
    try:
        yield
    finally:
        _CURRENT.reset(token)


def words() -> ConsoleWords:
    """What the console says in the language of the present answer."""
    return app.templates.console_texts.words(_CURRENT.get()[0])


def page_to_return_to() -> str:
    """The page that is shown, for whoever chooses another language on it; after a form, the start page."""
    return _CURRENT.get()[1]
