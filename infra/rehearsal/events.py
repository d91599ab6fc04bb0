"""Events as AWS makes them: what Lambda is handed from a queue, the HTTP API and a schedule, and what SES reports.

The one home of these shapes: the local cloud, the tests, the schedules of the soak, the simulation and the benchmarks
take them from here.
"""

from __future__ import annotations

import base64
import json
import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import md5
from typing import Any
from urllib.parse import parse_qsl

QUEUE_ARN = "arn:aws:sqs:eu-north-1:123456789012:queue"
"""The queue of a record that is made by hand, where nobody asks which one it was."""

# How SES spells the member of an event that holds its details, where that is not the type in small letters.
_DETAILS = {"Rendering Failure": "failure", "DeliveryDelay": "deliveryDelay"}


# --- SQS --------------------------------------------------------------------------------------------------------------


def sqs(*bodies: str, receives: int = 1, sent: float | None = None) -> dict[str, Any]:
    """An event with a record for each body; their ids are message-0, message-1 and so on. See `sqs_record`."""
    records = [
        sqs_record(body, f"message-{number}", receives=receives, sent=sent) for number, body in enumerate(bodies)
    ]
    return {"Records": records}


def sqs_record(
    body: str,
    message_id: str,
    *,
    queue_arn: str = QUEUE_ARN,
    receives: int = 1,
    sent: float | None = None,
) -> dict[str, Any]:
    """The record of a message that was received so many times, and sent at that time (in seconds since 1970)."""
    attributes = {"ApproximateReceiveCount": str(receives)}
    if sent is not None:
        attributes["SentTimestamp"] = str(int(sent * 1000))
    return sqs_record_of({"MessageId": message_id, "Body": body, "Attributes": attributes}, queue_arn)


def sqs_record_of(message: Mapping[str, Any], queue_arn: str) -> dict[str, Any]:
    """The record that Lambda makes of a message as `sqs.receive_message` gives it.

    https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
    """
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message.get("ReceiptHandle", message["MessageId"]),
        "body": message["Body"],
        "attributes": dict(message.get("Attributes", {})),
        "messageAttributes": {
            name: {
                "stringValue": value.get("StringValue"),
                "binaryValue": value.get("BinaryValue"),
                "stringListValues": [],
                "binaryListValues": [],
                "dataType": value["DataType"],
            }
            for name, value in message.get("MessageAttributes", {}).items()
        },
        "md5OfBody": message.get("MD5OfBody") or md5(message["Body"].encode(), usedforsecurity=False).hexdigest(),
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": queue_arn.split(":")[3],
    }


# --- the HTTP API -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Request:
    """What came over HTTP. `path` is percent-decoded; `headers` keep their order and may repeat."""

    method: str
    path: str
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    source_ip: str = "127.0.0.1"
    protocol: str = "HTTP/1.1"
    scheme: str = "http"
    port: int = 80


def http(
    request: Request,
    route_key: str = "$default",
    path_parameters: Mapping[str, str] | None = None,
    now: datetime | None = None,
) -> dict[str, Any]:
    """An event of an API Gateway HTTP API, payload format 2.0, which has the path percent-decoded (REST APIs have not).

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    """
    headers, cookies = _headers(request)
    at = now or datetime.now(UTC)
    host = headers.get("host", "")
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": request.path,
        "rawQueryString": request.query,
        "headers": headers,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "local",
            "domainName": host.partition(":")[0],
            "domainPrefix": host.partition(".")[0],
            "http": {
                "method": request.method,
                "path": request.path,
                "protocol": request.protocol,
                "sourceIp": request.source_ip,
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": str(uuid.uuid4()),
            "routeKey": route_key,
            "stage": "$default",
            "time": at.strftime("%d/%b/%Y:%H:%M:%S %z"),
            "timeEpoch": int(at.timestamp() * 1000),
        },
        "isBase64Encoded": False,
    }
    if cookies:
        event["cookies"] = cookies
    if request.query:
        event["queryStringParameters"] = _joined(parse_qsl(request.query, keep_blank_values=True))
    if path_parameters:
        event["pathParameters"] = dict(path_parameters)
    if request.body:
        event["body"], event["isBase64Encoded"] = _body(request.body, headers)
    return event


def _headers(request: Request) -> tuple[dict[str, str], list[str]]:
    """Headers in small letters, repeated ones joined, with what the API adds; and the cookies, which go apart."""
    headers: dict[str, str] = {}
    cookies: list[str] = []
    for name, value in request.headers:
        key = name.lower()
        if key == "cookie":
            cookies += [cookie for cookie in re.split(r";\s*", value) if cookie]
        else:
            headers[key] = f"{headers[key]},{value}" if key in headers else value
    forwarded = headers.get("x-forwarded-for")
    headers["x-forwarded-for"] = f"{forwarded}, {request.source_ip}" if forwarded else request.source_ip
    headers["x-forwarded-proto"], headers["x-forwarded-port"] = request.scheme, str(request.port)
    return headers, cookies


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


def _body(body: bytes, headers: Mapping[str, str]) -> tuple[str, bool]:
    """HTTP APIs pass only these types as text. A form post, like a body without a type, arrives in Base64."""
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    as_text = media_type.startswith("text/") or media_type in {
        "application/json",
        "application/javascript",
        "application/xml",
    }
    if as_text and "content-encoding" not in headers:
        return body.decode("utf-8", "replace"), False
    return base64.b64encode(body).decode("ascii"), True


# --- EventBridge Scheduler --------------------------------------------------------------------------------------------


def scheduled(template: str, moment: datetime) -> Any:
    """The event of a run at `moment` (aware): the schedule's Input with its context attributes filled in.

    Raises ValueError for an Input that is not JSON.
    https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
    """
    text = template
    for name, value in {
        "scheduled-time": timestamp(moment),
        "execution-id": str(uuid.uuid4()),
        "attempt-number": "1",
        "schedule-arn": "arn:aws:scheduler:local",
    }.items():
        text = text.replace(f"<aws.scheduler.{name}>", value)
    return json.loads(text)


def timestamp(moment: datetime) -> str:
    """`2026-11-24T06:00:00Z`, as EventBridge Scheduler writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


# --- SES --------------------------------------------------------------------------------------------------------------


def ses_report(kind: str, mail: Mapping[str, Any], detail: Mapping[str, Any]) -> str:
    """What SES publishes to SNS, and a subscription with raw delivery puts into its queue, about one mail.

    https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
    """
    return json.dumps({"eventType": kind, "mail": mail, _DETAILS.get(kind, kind.lower()): detail})
