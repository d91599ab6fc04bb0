"""The wire between boto3 and AWS: every request of the process passes here, and here it meets its fault.

The real boto3 clients prepare, sign, retry and parse; only what lies below them, the connection, is ours.
"""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from random import Random
from typing import Any, Literal, Protocol
from unittest.mock import patch

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError
from botocore.httpsession import URLLib3Session
from botocore.retries.quota import RetryQuota
from botocore.signers import RequestSigner

from tests.soak.account import Account, Answer, Request, parsed, refusal, some
from tests.soak.weather import Weather

READ_TIMEOUT = {"sesv2": 20.0}
"""Seconds that a client waits for an answer, as platform/aws/clients.py sets it; others wait ten."""
THROTTLED = {"sesv2": "TooManyRequestsException", "dynamodb": "ThrottlingException", "sqs": "ThrottlingException"}
ENTRY_FAULTS = (
    ("ACCOUNT_THROTTLED", False),
    ("TRANSIENT_FAILURE", False),
    ("MESSAGE_REJECTED", False),
    ("FAILED", False),
    ("FAILED", True),
)
"""What SES says of one recipient, and whether the mail goes out all the same."""


Onlooker = Callable[[Request, Literal["before", "after"]], None]
"""Told of each request right before and right after it took effect; may raise Crash."""


class Time(Protocol):
    """Who lets time pass, in seconds."""

    def wait(self, seconds: float) -> None:
        """Let others work meanwhile."""

    def later(self, seconds: float, act: Callable[[], object]) -> None:
        """Have something happen after that time."""


class Crash(BaseException):
    """The process is gone: nothing after this line runs, not even `except Exception`."""


class Wire:
    """Carries requests to the account.

    `listeners` are told of each request that was answered, and not with an error of AWS's own. `counts` says how often
    what happened; `trail` is everything in order, so that two runs can be compared.
    """

    def __init__(self, account: Account, random: Random, time: Time) -> None:
        self._account = account
        self._random = random
        self.wait = time.wait
        self.weather = Weather()
        self.onlookers: list[Onlooker] = []
        self.listeners: list[Callable[[Request], object]] = []
        self._later = time.later
        self.counts: Counter[str] = Counter()
        self.trail: list[str] = []

    def carry(self, request: Request) -> Answer:
        """The answer to the request, if one comes back."""
        answer = self._carry(request)
        if answer.status < 500 and not any(name.encode() in answer.body for name in THROTTLED.values()):
            for listener in self.listeners:
                listener(request)
        return answer

    def _carry(self, request: Request) -> Answer:
        weather = self.weather
        self._note(request, "call")
        self.wait(self._random.expovariate(200) + (self._random.uniform(1, 30) if self._luck(weather.stall) else 0))
        self._show(request, "before")
        if self._luck(weather.crash_before):
            self._note(request, "crash before")
            raise Crash
        if refused := self._refused(request, weather):
            return refused
        if self._luck(weather.lost_before):
            raise self._lost(request, "lost before")
        if self._luck(weather.lost_late):
            self._later(self._random.uniform(1, 60), lambda: self._account.answer(request))
            raise self._lost(request, "lost late")
        answer = self._carried_out(request, weather)
        self._show(request, "after")
        if self._luck(weather.crash_after):
            self._note(request, "crash after")
            raise Crash
        if self._luck(weather.lost_after):
            raise self._lost(request, "lost after")
        if self._luck(weather.error_after):
            self._note(request, "error after")
            return refusal(request, "InternalServerError", 500)
        self.wait(self._random.expovariate(200))
        return answer

    def _refused(self, request: Request, weather: Weather) -> Answer | None:
        if request.service in THROTTLED and self._luck(weather.throttle):
            self._note(request, "throttled")
            return refusal(request, THROTTLED[request.service], 429 if request.service == "sesv2" else 400)
        if self._luck(weather.error_before):
            self._note(request, "error before")
            return refusal(request, "InternalServerError", 500)
        return None

    def _carried_out(self, request: Request, weather: Weather) -> Answer:
        if request.operation == "SendBulkEmail" and weather.entry:
            for _ in range(self._random.choice((0, 0, 1, 3)) if self._luck(weather.entry) else 0):
                status, accepted = self._random.choice(ENTRY_FAULTS)
                self._note(request, f"entry {status}{' accepted' if accepted else ''}")
                self._account.ses.faults.set_entry_status(status, accepted=accepted)
            answer = self._account.answer(request)
            self._account.ses.faults.clear()
            return answer
        if request.operation == "BatchGetItem" and self._luck(weather.partial):
            return self._half_read(request)
        if request.operation == "SendMessageBatch" and self._luck(weather.partial):
            return self._half_queued(request)
        return self._account.answer(request)

    def _half_read(self, request: Request) -> Answer:
        """DynamoDB reads some of the keys and hands the others back."""
        ((table, wanted),) = request.json["RequestItems"].items()
        done, left = some(wanted["Keys"], self._random)
        body = json.dumps({"RequestItems": {table: {**wanted, "Keys": done}}}).encode()
        answer = json.loads(self._account.answer(_with(request, body)).body)
        if left:
            self._note(request, "partial")
            answer["UnprocessedKeys"] = {table: {**wanted, "Keys": left}}
        return Answer(200, json.dumps(answer).encode(), {"Content-Type": "application/x-amz-json-1.0"})

    def _half_queued(self, request: Request) -> Answer:
        """SQS takes some of the messages and not the others."""
        asked = request.json
        done, left = some(asked["Entries"], self._random)
        answer = json.loads(self._account.answer(_with(request, json.dumps({**asked, "Entries": done}).encode())).body)
        if left:
            self._note(request, "partial")
            answer["Failed"] = [{"Id": each["Id"], "Code": "InternalError", "SenderFault": False} for each in left]
        return Answer(200, json.dumps(answer).encode(), {"Content-Type": "application/x-amz-json-1.0"})

    def _lost(self, request: Request, how: str) -> Exception:
        """What boto3 learns when the connection breaks, or when it has waited long enough."""
        self._note(request, how)
        broken = self._random.random() < 0.5
        self.wait(0.0 if broken else READ_TIMEOUT.get(request.service, 10.0))
        error: Exception = (ConnectionClosedError if broken else ReadTimeoutError)(endpoint_url=request.path)
        return error

    def _show(self, request: Request, moment: Literal["before", "after"]) -> None:
        for onlooker in self.onlookers:
            onlooker(request, moment)

    def _luck(self, chance: float) -> bool:
        return chance > 0 and self._random.random() < chance

    def _note(self, request: Request, what: str) -> None:
        self.counts[what] += 1
        self.trail.append(f"{what}: {request.service} {request.operation} {self._account.resource(request)}")


def _with(request: Request, body: bytes) -> Request:
    return replace(request, body=body)


class _Raw(io.BytesIO):
    """What urllib3 calls the body of an answer."""

    def stream(self, *_: object, **__: object) -> Iterator[bytes]:
        yield self.read()


@contextmanager
def laid(carry: Callable[[Request], Answer]) -> Iterator[None]:
    """Every request of boto3 goes to `carry` and none to the network.

    boto3's own budget of retries spans the life of a client; ours outlive a schedule, so that it would tie one
    schedule to the next. It is lifted: every call gets all its tries. Nobody reads the signatures, which would
    be a quarter of the work.
    """

    def send(_: URLLib3Session, prepared: AWSPreparedRequest) -> AWSResponse:
        body = prepared.body or b""
        data = body.encode() if isinstance(body, str) else bytes(body)
        answer = carry(parsed(prepared.method, prepared.url, prepared.headers, data))
        return AWSResponse(prepared.url, answer.status, dict(answer.headers), _Raw(answer.body))

    def always(_: Any, __: int) -> bool:
        return True

    with (
        patch.object(URLLib3Session, "send", send),
        patch.object(RetryQuota, "acquire", always),
        patch.object(RequestSigner, "sign", lambda *_, **__: None),
    ):
        yield
