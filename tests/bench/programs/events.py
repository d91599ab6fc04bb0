"""Events as Lambda hands them over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import md5
from typing import Any


class Context:
    """What Lambda tells a handler of its surroundings, as far as we and Powertools look."""

    function_name = "bench"
    memory_limit_in_mb = 1024
    invoked_function_arn = "arn:aws:lambda:eu-north-1:123456789012:function:bench"
    aws_request_id = "00000000-0000-4000-8000-000000000000"

    def get_remaining_time_in_millis(self) -> int:
        """Plenty."""
        return 60_000


def from_queue(bodies: Iterable[str], queue: str = "queue") -> dict[str, Any]:
    """An SQS event with a record for each body."""
    return {"Records": [_record(number, body, queue) for number, body in enumerate(bodies)]}


def http(
    method: str, path: str, body: str = "", *, source: str = "2001:db8::1", headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """An event of the HTTP API (payload format 2.0) as a browser causes it; a body is form-encoded."""
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
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": sent,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "bench",
            "domainName": sent["host"],
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": source,
                "userAgent": sent["user-agent"],
            },
            "requestId": "bench",
            "routeKey": "$default",
            "stage": "$default",
            "time": "23/Nov/2026:08:00:00 +0000",
            "timeEpoch": 1_795_420_800_000,
        },
        "body": body or None,
        "isBase64Encoded": False,
    }


def _record(number: int, body: str, queue: str) -> dict[str, Any]:
    return {
        "messageId": f"00000000-0000-4000-8000-{number:012}",
        "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
        "body": body,
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": "1795420800000",
            "SenderId": "AROAEXAMPLE:bench",
            "ApproximateFirstReceiveTimestamp": "1795420800010",
        },
        "messageAttributes": {},
        "md5OfBody": md5(body.encode(), usedforsecurity=False).hexdigest(),
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:eu-north-1:123456789012:{queue}",
        "awsRegion": "eu-north-1",
    }
