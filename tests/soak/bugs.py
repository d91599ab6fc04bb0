"""Bugs to plant, so that we know the harness finds them: what happens to a product that lacks one of its cares."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple
from unittest.mock import patch

import boto3
from botocore.config import Config

from newsletter.platform.aws import clients as aws
from newsletter.platform.aws.items import WRITE
from rehearsal.aws.dynamodb import Database, database
from tests.soak import lambdas, wire
from tests.soak.account import Account, Answer, Request
from tests.soak.weather import FAIR, Weather


@contextmanager
def _unconditional(prefix: str) -> Iterator[None]:
    """Writes of the ledger's parts with that prefix ask for nothing."""
    answer = Account.answer

    def without_condition(self: Account, request: Request) -> Answer:
        if request.operation in ("PutItem", "UpdateItem"):
            asked = {**request.json}
            if (asked.get("Item") or asked["Key"]).get("part", {}).get("S", "").startswith(prefix):
                asked.pop("ConditionExpression", None)
                request = replace(request, body=json.dumps(asked).encode())
        return answer(self, request)

    with patch.object(Account, "answer", without_condition):
        yield


def claims_anything() -> AbstractContextManager[None]:
    """The sender takes batches that others have claimed or sent."""
    return _unconditional("batch#")


def plans_again() -> AbstractContextManager[None]:
    """The planner writes over what another run decided."""
    return _unconditional("manifest#")


@contextmanager
def lets_boto3_repeat() -> Iterator[None]:
    """The SES client has the retries that boto3 gives it by itself."""
    real: Any = aws.client

    def client(service: str) -> Any:
        return _repeating_ses() if service == "sesv2" else real(service)

    with patch.object(aws, "client", client):
        yield


@cache
def _repeating_ses() -> Any:
    create: Any = boto3.client
    return create("sesv2", config=Config(retries={"mode": "standard"}))


@contextmanager
def repeats_what_may_have_gone() -> Iterator[None]:
    """A recipient of whom SES does not say what became is tried again."""
    lies = tuple(("TRANSIENT_FAILURE" if status == "FAILED" else status, gone) for status, gone in wire.ENTRY_FAULTS)
    with patch.object(wire, "ENTRY_FAULTS", lies):
        yield


@contextmanager
def does_not_look_again() -> Iterator[None]:
    """Right before sending, readers who left still seem to be there."""
    read = database.OPERATIONS["BatchGetItem"]

    def stale(account: Database, request: Mapping[str, Any]) -> dict[str, Any]:
        answer = read(account, request)
        for items in answer["Responses"].values():
            items[:] = [{**item, "status": {"S": "active"}} if "status" in item else item for item in items]
        return answer

    with patch.object(database, "OPERATIONS", {**database.OPERATIONS, "BatchGetItem": stale}):
        yield


@contextmanager
def reports_success_after_failure() -> Iterator[None]:
    """What failed is taken off the queue as if it were done."""
    with patch.object(lambdas, "failed_ids", lambda *_: set()):
        yield


@contextmanager
def takes_its_own_write_for_anothers() -> Iterator[None]:
    """Whoever repeats a write whose answer was lost is told of the id of somebody else."""
    answer = Account.answer

    def with_another_id(self: Account, request: Request) -> Answer:
        said = answer(self, request)
        refusal = json.loads(said.body) if said.status == 400 else {}
        if WRITE not in refusal.get("Item", {}):
            return said
        refusal["Item"][WRITE] = {"S": "another"}
        return replace(said, body=json.dumps(refusal).encode())

    with patch.object(Account, "answer", with_another_id):
        yield


class Planted(NamedTuple):
    """A bug, weather and a number of readers with which it soon shows, and the seed that is tried first: it was found
    there.
    """

    plant: Callable[[], AbstractContextManager[None]]
    weather: Weather
    seed: int
    readers: int = 5


BUGS: Mapping[str, Planted] = {
    bug.plant.__name__: bug
    for bug in (
        Planted(claims_anything, Weather(undeleted=0.3), 7),
        Planted(plans_again, Weather(twice=0.8, lost_after=0.1), 5),
        Planted(lets_boto3_repeat, Weather(lost_after=0.05), 1),
        Planted(repeats_what_may_have_gone, Weather(entry=0.4), 1),
        Planted(does_not_look_again, FAIR, 2, readers=20),
        Planted(reports_success_after_failure, Weather(throttle=0.5), 7),
        Planted(takes_its_own_write_for_anothers, Weather(lost_after=0.1), 1),
    )
}
