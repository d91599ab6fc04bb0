"""Answers of AWS that are lost below boto3: the call took effect, and boto3, which learns nothing of it, repeats it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from botocore.endpoint import Endpoint
from botocore.exceptions import ConnectionClosedError
from botocore.retries.quota import RetryQuota
from botocore.retries.standard import ExponentialBackoff

WRITES = {"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "SendMessage", "SendMessageBatch"}


@dataclass(frozen=True)
class Call:
    """A request that took effect."""

    service: str
    operation: str
    body: dict[str, Any]

    @property
    def writes(self) -> bool:
        """Whether it changed something in a table or a queue; SES is never called twice by boto3."""
        return self.operation in WRITES

    @property
    def conditional(self) -> bool:
        """Whether it is a write with a condition."""
        return self.writes and "ConditionExpression" in self.body

    @property
    def kind(self) -> tuple[str, ...]:
        """What it has in common with others of its kind, whichever reader, shard or batch it is about."""
        about = self.body.get("Key") or self.body.get("Item") or {}
        key = [value["S"].partition("#")[0] for name in ("record", "pk", "part", "key") if (value := about.get(name))]
        where = self.body.get("TableName", self.body.get("QueueUrl", ""))
        asked = (self.body.get(f"{each}Expression", "") for each in ("Update", "Condition"))
        message = str(self.body.get("MessageBody", self.body.get("Entries", "")))
        kinds = [kind for kind in ("PlanPage", "plan_page", "go_on", "send_batch") if kind in message]
        return (self.operation, where, *key, *asked, *kinds)

    def __str__(self) -> str:
        return " ".join(self.kind)


@dataclass
class Answers:
    """`seen` are the calls that took effect, repetitions included; `lost` are those whose answer was lost."""

    seen: list[Call] = field(default_factory=list)
    lost: list[Call] = field(default_factory=list)


@contextmanager
def lost(which: Callable[[Call], bool]) -> Iterator[Answers]:
    """Lose the answer of each call that `which` chooses; boto3 tries again at once instead of after a second."""
    answers = Answers()
    real = Endpoint._get_response  # noqa: SLF001 (below the retries there is nothing public)

    def get_response(endpoint: Endpoint, request: Any, operation_model: Any, context: Any) -> Any:
        found = real(endpoint, request, operation_model, context)
        if found[0] is None:
            return found
        body = json.loads(request.body) if operation_model.service_model.metadata.get("protocol") == "json" else {}
        call = Call(operation_model.service_model.service_name, operation_model.name, body)
        answers.seen.append(call)
        if not which(call):
            return found
        answers.lost.append(call)
        return None, ConnectionClosedError(endpoint_url=request.url)

    with (
        patch.object(Endpoint, "_get_response", get_response),
        patch.object(ExponentialBackoff, "delay_amount", lambda *_, **__: 0.0),
        patch.object(RetryQuota, "acquire", lambda *_: True),
    ):
        yield answers


class Crash(BaseException):
    """The process is gone: nothing after this line runs, not even `except Exception`."""


@contextmanager
def crashing(which: Callable[[Call], bool]) -> Iterator[Answers]:
    """End the process once, right after the first call that `which` chooses took effect."""

    def crash(call: Call) -> bool:
        if not answers.lost and which(call):
            answers.lost.append(call)
            raise Crash
        return False

    with lost(crash) as answers:
        yield answers


def every(among: Callable[[Call], bool]) -> Callable[[Call], bool]:
    """Chooses each of those calls once, and not its repetition."""
    last: list[Call] = []

    def chosen(call: Call) -> bool:
        if not among(call) or last == [call]:
            return False
        last[:] = [call]
        return True

    return chosen


def the(number: int, among: Callable[[Call], bool]) -> Callable[[Call], bool]:
    """Chooses one call of those: the first has number 0."""
    left = [number]

    def chosen(call: Call) -> bool:
        if not among(call):
            return False
        left[0] -= 1
        return left[0] == -1

    return chosen
