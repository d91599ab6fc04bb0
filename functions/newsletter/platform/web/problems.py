"""The status and words for an error in a request, by the table of the site. Errors of ours are logged and counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from newsletter.platform.observability import count, count_of_version, logger
from newsletter.platform.settings import MissingSetting
from newsletter.platform.web.router import MethodNotAllowed

Words = TypeVar("Words")


def status_and_words(
    error: Exception, known: Sequence[tuple[type[Exception], int, Words]], unknown: Words, metric: str
) -> tuple[int, Words]:
    """Status, and the site's words for it, from the first row of `known` that fits; 500 with `unknown` for any other.

    From 500 on the error is logged and counted under `metric`, and what only a deployment can have brought also for the
    version that runs. Must be called while `error` is being handled, so that the log shows where it came from.
    """
    found = next(((status, words) for kind, status, words in known if isinstance(error, kind)), None)
    if found is None or isinstance(error, MissingSetting):
        count_of_version("UnexpectedErrors")
    status, words = found or (500, unknown)
    if status >= 500:
        logger().exception("request failed")
        count(metric)
    return status, words


def allowed(error: Exception) -> dict[str, str]:
    """The Allow header of an answer 405 (RFC 9110, 15.5.6); nothing for other errors."""
    return {"Allow": error.allowed} if isinstance(error, MethodNotAllowed) else {}
