"""Events as Lambda hands them over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rehearsal import events


class Context:
    """What Lambda tells a handler of its surroundings, as far as we and Powertools look."""

    function_name = "bench"
    memory_limit_in_mb = 1024
    invoked_function_arn = "arn:aws:lambda:eu-north-1:123456789012:function:bench"
    aws_request_id = "00000000-0000-4000-8000-000000000000"

    def get_remaining_time_in_millis(self) -> int:
        """Plenty."""
        return 60_000


def from_queue(bodies: Iterable[str]) -> dict[str, Any]:
    """An SQS event with a record for each body."""
    return events.sqs(*bodies, sent=1_795_420_800)


def http(
    method: str, path: str, body: str = "", *, source: str = "2001:db8::1", headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """An event of the HTTP API as a browser causes it; a body is form-encoded."""
    sent = {
        "accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "accept-language": "fi-FI,fi;q=0.9,en;q=0.8",
        "host": "uutiskirje.sanaharju.example",
        "sec-fetch-dest": "document",
        "sec-fetch-mode": "navigate",
        "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0",
        **({"content-type": "application/x-www-form-urlencoded"} if body else {}),
        **(headers or {}),
    }
    return events.http(events.Request(method, path, "", tuple(sent.items()), body.encode(), source))
