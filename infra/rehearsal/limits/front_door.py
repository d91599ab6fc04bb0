"""How many requests API Gateway lets in: a token bucket for each route, and one for the account.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rehearsal.site.http_api import Response, error

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rehearsal.template.model import Stack

HTTP_API = "AWS::Serverless::HttpApi"


@dataclass(frozen=True)
class Limit:
    """`rate` requests a second, and `burst` at once."""

    rate: float
    burst: float


ACCOUNT = Limit(10_000, 5_000)
"""What AWS gives an account in a region unless it asks for more."""


def too_many() -> Response:
    """API Gateway's own words, in which no reader finds out what to do."""
    return error(429, "Too Many Requests")


def no_execution() -> Response:
    """The same where Lambda has no execution left for the function."""
    return error(503, "Service Unavailable")


class _Bucket:
    def __init__(self, limit: Limit) -> None:
        self._limit, self._tokens, self._at = limit, limit.burst, 0.0

    def has_one(self, now: float) -> bool:
        self._tokens = min(self._limit.burst, self._tokens + max(0.0, now - self._at) * self._limit.rate)
        self._at = max(now, self._at)
        return self._tokens >= 1

    def take(self) -> None:
        self._tokens -= 1


class FrontDoor:
    """Lets requests in on the clock of `now` (Unix time). `routes` are limits by route key, `other` is for the rest."""

    def __init__(
        self, routes: Mapping[str, Limit], other: Limit, now: Callable[[], float], account: Limit = ACCOUNT
    ) -> None:
        self._limits, self._other, self._now = routes, other, now
        self._account = _Bucket(account)
        self._buckets: dict[str, _Bucket] = {}

    def lets_in(self, route: str) -> bool:
        """Whether a request to the route, such as `ANY /c/{token}/{link}`, gets past API Gateway now."""
        bucket = self._buckets.get(route)
        if bucket is None:
            bucket = self._buckets[route] = _Bucket(self._limits.get(route, self._other))
        now = self._now()
        if not (bucket.has_one(now) and self._account.has_one(now)):
            return False
        bucket.take()
        self._account.take()
        return True


def of_stack(stack: Stack, now: Callable[[], float], account: Limit = ACCOUNT) -> FrontDoor:
    """The front door of the stack's API, with the limits of its template; without any, the account's alone."""
    settings = next((each.properties for each in stack.of_type(HTTP_API)), {})
    routes = {key: _limit(each) for key, each in settings.get("RouteSettings", {}).items()}
    other = settings.get("DefaultRouteSettings")
    return FrontDoor(routes, _limit(other) if other else account, now, account)


def _limit(settings: Mapping[str, object]) -> Limit:
    rate, burst = (float(str(settings[f"Throttling{kind}Limit"])) for kind in ("Rate", "Burst"))
    return Limit(rate, burst)
