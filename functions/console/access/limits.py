"""How many requests a program may make: counted before any work, and told in the headers of every answer.

The headers are those of draft-ietf-httpapi-ratelimit-headers-10. A window is ten seconds, so that a program may be
quick for a moment and is slowed down only if it goes on.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta

from console.principal import Principal
from console.request import Request
from newsletter.container import app
from newsletter.platform.errors import LimitReached
from newsletter.platform.words.said import say

WINDOW = timedelta(seconds=10)
COSTLY_SHARE = 5
"""Of the requests that a program may make, one in so many may be a costly one."""


class TooManyRequests(LimitReached):
    """A program has made all its requests of this window."""


@dataclass(frozen=True)
class Policy:
    """So many `requests` of one program in a WINDOW; each policy counts for itself."""

    name: str
    requests: int


def policy_for(*, costly: bool) -> Policy:
    """The policy of a route."""
    requests = app.publication.access.requests_a_second * int(WINDOW.total_seconds())
    return Policy("costly", max(1, requests // COSTLY_SHARE)) if costly else Policy("requests", requests)


def admit(request: Request, who: Principal, *, costly: bool) -> None:
    """Count the request of a program. Raises TooManyRequests. In any case its answer will say what is left."""
    policy, now, seconds = policy_for(costly=costly), app.now(), int(WINDOW.total_seconds())
    number = app.quotas.take(f"api#{policy.name}#{who.digest}", now, policy.requests, WINDOW)
    left = policy.requests - number if number else 0
    wait = max(1, math.ceil(seconds - now.timestamp() % seconds))
    request.told["RateLimit-Policy"] = f'"{policy.name}";q={policy.requests};w={seconds}'
    request.told["RateLimit"] = f'"{policy.name}";r={left};t={wait}'
    if not number:
        raise TooManyRequests(_said(policy.requests, seconds, wait, costly=costly), wait)


def _said(count: int, seconds: int, wait: int, *, costly: bool) -> str:
    values = {"count": count, "seconds": seconds, "wait": wait}
    if costly:
        return say("{count} costly requests of one program in {seconds} seconds; wait {wait} s", **values)
    return say("{count} requests of one program in {seconds} seconds; wait {wait} s", **values)
