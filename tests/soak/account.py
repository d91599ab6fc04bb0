"""The AWS account of one schedule: tables, queues and SES behind the requests that boto3 really makes."""

from __future__ import annotations

import io
import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from random import Random
from typing import Any
from urllib.parse import urlsplit

from greenlet import getcurrent

from rehearsal.aws.dynamodb import Database, Meter
from rehearsal.aws.dynamodb.door import TARGET
from rehearsal.aws.dynamodb.door import answer as answer_of_dynamodb
from rehearsal.aws.dynamodb.from_template import add_tables
from rehearsal.ses import FakeSes
from rehearsal.settings import ses_settings
from tests.bench.stack import stack
from tests.bench.stub.services import Ssm
from tests.soak.clock import Clock
from tests.soak.queues import Sqs


@dataclass(frozen=True)
class Request:
    """One HTTP request to AWS: `operation` as the API names it, `by` the thread of work that makes it, `trace` the
    header by which Lambda follows what an event causes.
    """

    service: str
    operation: str
    method: str
    path: str
    body: bytes
    by: object = field(default_factory=getcurrent)
    trace: str = ""

    @cached_property
    def json(self) -> dict[str, Any]:
        """The body, read once for all who look at it: whoever changes it takes a copy."""
        data: dict[str, Any] = json.loads(self.body or b"{}")
        return data


@dataclass(frozen=True)
class Answer:
    """An HTTP answer."""

    status: int
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Sent:
    """A mail that SES accepted: the truth that the ledger is held against."""

    to: str
    mailing: str
    batch: str
    position: int
    at: datetime
    by: object


class Account:
    """Answers requests. `sent` grows with every mail that SES accepts; each of its events goes to `report`.

    `looks` says when the profile of which reader was read by its key, and by whom.
    """

    def __init__(self, clock: Clock, rate: float, report: Callable[[str], None]) -> None:
        self.database = Database(now=lambda: clock.now().timestamp(), refuse=True)
        add_tables(self.database, stack())
        self._names = {name: table.label for name, table in self.database.tables.items()}
        self.sqs = Sqs(stack(), clock)
        self._ssm = Ssm(Meter())
        settings = replace(ses_settings(stack(), auto_deliver=True), max_send_rate=rate)
        self._report = report
        self.ses = FakeSes(settings, self._published, clock.now)
        self.sent: list[Sent] = []
        self.looks: defaultdict[str, list[tuple[datetime, object]]] = defaultdict(list)
        self._asking: object = None
        self._clock = clock

    def answer(self, request: Request) -> Answer:
        """What AWS answers once the request has arrived."""
        if request.service == "sesv2":
            return self._of_ses(request)
        if request.operation in ("GetItem", "BatchGetItem") and self.resource(request) == "Subscribers":
            self._look(request)
        if request.service == "sqs":
            return _json(200, self.sqs.call(request.operation, request.json, request.trace))
        if request.service == "ssm":
            return _json(200, self._ssm.call(request.operation, request.json))
        said = answer_of_dynamodb(self.database, TARGET + request.operation, request.body)
        return Answer(said.status, said.body, said.headers)

    def resource(self, request: Request) -> str:
        """The table or queue that the request is about, by its logical name; empty where there is none."""
        if request.service == "dynamodb":
            body = request.json
            return self._names[body.get("TableName") or next(iter(body["RequestItems"]))]
        return str(request.json["QueueUrl"]).rpartition("-")[2] if request.service == "sqs" else ""

    def _look(self, request: Request) -> None:
        asked = request.json
        keys = [asked["Key"]] if "Key" in asked else next(iter(asked["RequestItems"].values()))["Keys"]
        for key in keys:
            self.looks[key["id"]["S"]].append((self._clock.now(), request.by))

    def _of_ses(self, request: Request) -> Answer:
        environ = {
            "REQUEST_METHOD": request.method,
            "PATH_INFO": request.path,
            "QUERY_STRING": "",
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(request.body)),
            "SERVER_NAME": "ses",
            "SERVER_PORT": "443",
            "wsgi.url_scheme": "https",
            "wsgi.input": io.BytesIO(request.body),
        }
        status, headers = 0, {}

        def start_response(line: str, given: list[tuple[str, str]], _: object = None) -> Callable[[bytes], object]:
            nonlocal status, headers
            status, headers = int(line.split(maxsplit=1)[0]), dict(given)
            return lambda _: None

        self._asking = request.by
        body = b"".join(self.ses.wsgi_app(environ, start_response))
        return Answer(status, body, headers)

    def _published(self, _: str, text: str) -> None:
        event = json.loads(text)
        if event["eventType"] == "Send":
            mail, tags = event["mail"], event["mail"]["tags"]
            self.sent.append(
                Sent(
                    to=mail["destination"][0],
                    mailing=tags["mailing"][0],
                    batch=tags["batch"][0],
                    position=int(tags["position"][0]),
                    at=datetime.fromisoformat(mail["timestamp"]),
                    by=self._asking,
                )
            )
        self._report(text)


def parsed(method: str, url: str, headers: Mapping[str, Any], body: bytes) -> Request:
    """The request that botocore prepared, with what it asks for."""
    target = headers.get("X-Amz-Target", b"")
    text = target.decode() if isinstance(target, bytes) else str(target)
    path = urlsplit(url).path
    if text:
        service, _, operation = text.partition(".")
        name = {"DynamoDB_20120810": "dynamodb", "AmazonSQS": "sqs", "AmazonSSM": "ssm"}[service]
        trace = headers.get("X-Amzn-Trace-Id", "")
        return Request(name, operation, method, path, body, trace=trace.decode() if isinstance(trace, bytes) else trace)
    operations = {"/v2/email/outbound-bulk-emails": "SendBulkEmail", "/v2/email/account": "GetAccount"}
    return Request("sesv2", operations.get(path, path), method, path, body)


def refusal(request: Request, code: str, status: int) -> Answer:
    """An error of AWS in the service's own shape."""
    if request.service == "sesv2":
        body = json.dumps({"message": code}).encode()
        return Answer(status, body, {"x-amzn-ErrorType": code, "Content-Type": "application/json"})
    return _json(status, {"__type": f"com.amazonaws.{request.service}#{code}", "message": code})


def _json(status: int, values: Mapping[str, Any]) -> Answer:
    return Answer(status, json.dumps(values).encode(), {"Content-Type": "application/x-amz-json-1.0"})


def some(items: list[Any], random: Random) -> tuple[list[Any], list[Any]]:
    """A random part of the items, not empty, and the rest."""
    chosen = set(random.sample(range(len(items)), random.randint(1, len(items))))
    return [x for i, x in enumerate(items) if i in chosen], [x for i, x in enumerate(items) if i not in chosen]
