"""Turn errors into answers that help the reader and say nothing about other readers."""

from __future__ import annotations

from newsletter.container import app
from newsletter.platform.errors import (
    BadLink,
    ExpiredLink,
    InvalidInput,
    LimitReached,
    NewsletterError,
    NotFound,
    WrongPepper,
)
from newsletter.platform.settings import MissingSetting
from newsletter.platform.web.answer import Answer, json_answer
from newsletter.platform.web.problems import allowed, status_and_words
from newsletter.platform.web.request import TooLarge
from newsletter.platform.web.router import MethodNotAllowed
from newsletter.publication.publication import SIGN_UP_LIFE
from public_site.request import Request, UnsupportedType
from public_site.responses import page


class SubscriptionEnded(NewsletterError):
    """The link is valid, but the subscription is not active. `language` is the reader's, or empty if unknown."""

    def __init__(self, language: str = "") -> None:
        super().__init__()
        self.language = language


class ConfirmationOver(SubscriptionEnded):
    """The form of a confirmation link was confirmed or replaced, or is too old."""


class Moved(SubscriptionEnded):
    """The reader has changed to another address, which the page must not name: the old mailbox may be another's now."""


class ForeignForm(NewsletterError):
    """The form was sent from a page that is not ours, perhaps without the reader's knowledge."""


# The first matching class decides. The names are tables of pages.problems in templates/locales/.
KNOWN: tuple[tuple[type[Exception], int, str], ...] = (
    (ExpiredLink, 410, "expired"),
    (ConfirmationOver, 410, "expired"),
    (Moved, 410, "moved"),
    (SubscriptionEnded, 410, "ended"),
    (BadLink, 404, "not_found"),
    (NotFound, 404, "not_found"),
    (ForeignForm, 403, "foreign"),
    (MethodNotAllowed, 405, "method_not_allowed"),
    (TooLarge, 413, "too_large"),
    (UnsupportedType, 415, "unreadable"),
    (InvalidInput, 422, "unreadable"),
    (LimitReached, 429, "limit_reached"),
    (WrongPepper, 503, "not_set_up"),
    (MissingSetting, 503, "not_set_up"),
)
LATER = (LimitReached, WrongPepper, MissingSetting)
"""Errors that may be gone in an hour; their answers have a Retry-After header."""


def problem(request: Request, error: Exception) -> Answer:
    """The answer to a request that failed, in the reader's language; JSON if the request wants JSON.

    Must be called while `error` is being handled, so that the log of an unexpected one has its traceback.
    """
    status, name = status_and_words(error, KNOWN, "failed", "PagesFailed")
    if request.wants_json:
        answer = _in_json(request, error, status, name)
    else:
        own = error.language if isinstance(error, SubscriptionEnded) else ""
        answer = page(request, "problem", own, status=status, problem=name, path=request.path, days=SIGN_UP_LIFE.days)
    later = {"Retry-After": "3600"} if isinstance(error, LATER) else {}
    return answer.with_headers(allowed(error) | later)


def _in_json(request: Request, error: Exception, status: int, name: str) -> Answer:
    templates = app.templates
    language = request.language(templates.publication)
    if isinstance(error, UnsupportedType):
        return json_answer(status, {"errors": {"content-type": templates.text("pages.errors.content_type", language)}})
    if isinstance(error, InvalidInput):
        return json_answer(status, {"errors": {error.field: templates.text(error.message, language)}})
    text = templates.text(f"pages.problems.{name}.text", language, days=SIGN_UP_LIFE.days)
    return json_answer(status, {"error": text})
