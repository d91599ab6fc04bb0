"""DynamoDB, SQS, SNS, SSM and S3 in this process, reachable through boto3 here and over HTTP from outside.

DynamoDB is the rehearsal's own where a `Database` is given; everything else is moto's."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from os import environ
from time import time
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from moto import mock_aws
from moto.sqs.models import sqs_backends

from rehearsal.aws import moto_patches
from rehearsal.aws.dynamodb import door
from rehearsal.lambda_ import lineage, log_groups

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from rehearsal.aws.dynamodb import Database
    from rehearsal.lambda_.log_groups import LogGroups
    from rehearsal.template.cloudformation import Account


ENDPOINT = "AWS_ENDPOINT_URL"
"""The variable for the endpoint of all services; with the name of one behind it, of that one."""
ON_PURPOSE = '"type":"start_campaign"'
"""In a message that is to come a minute later, so that a person can change their mind: nobody waits for it."""


@dataclass(frozen=True)
class QueueCounts:
    """Messages of a queue: to be received now, with a function, delayed by their sender, waiting for their next try."""

    ready: int
    in_hand: int
    delayed: int
    retrying: int


class Backends:
    """The emulated services of one account; empty at every start.

    moto is not made for threads (a queue can lose a message that arrives while another is deleted), so its work
    is done under one lock. A long poll from outside is the exception: it would keep everybody waiting."""

    def __init__(
        self,
        account: Account,
        now: Callable[[], float] = time,
        database: Database | None = None,
        log_groups: LogGroups | None = None,
    ) -> None:
        """`now`: what SQS takes for the present, in seconds since 1970. `log_groups` answer for CloudWatch Logs."""
        self._account, self._now, self._database, self._log_groups = account, now, database, log_groups
        self._mock = mock_aws()
        self._lock = threading.RLock()
        self._turns = ExitStack()
        self._clients: dict[str, Any] = {}
        self._http: WSGIApplication | None = None

    def start(self) -> None:
        """From now on boto3 in this process talks to the emulators."""
        moto_patches.install()
        moto_patches.set_clock(self._now)
        self._turns.callback(moto_patches.set_clock)
        self._mock.start()
        self._turns.enter_context(moto_patches.one_at_a_time(self._lock))
        self._turns.enter_context(moto_patches.answered_before(self._of_dynamodb))
        self._turns.enter_context(moto_patches.with_system_attribute(lineage.HEADER, lineage.current))
        self._turns.enter_context(lineage.kept_by_threads())

    def stop(self) -> None:
        """Everything in the emulators is gone."""
        with self._lock:
            self._turns.close()
            self._mock.stop()

    def client(self, service: str) -> Any:
        """The boto3 client of a service, one for all threads."""
        # Whoever needs one that is there does not wait for moto.
        if service not in self._clients:
            with self._lock:
                surroundings = tuple(sorted(each for each in environ.items() if _concerns(service, each[0])))
                self._clients.setdefault(service, _client(service, surroundings))
        return self._clients[service]

    def queue_url(self, name: str) -> str:
        """The URL by which boto3 knows a queue."""
        return f"https://sqs.{self._account.region}.amazonaws.com/{self._account.account_id}/{name}"

    def visible(self, queue: str) -> int:
        """How many messages of the queue could be received now; looked up in memory, without an API call."""
        with self._lock:
            return len(self._queue(queue).messages)

    def has_visible(self, queue: str) -> bool:
        """Whether a message of the queue could be received now."""
        with self._lock:
            return bool(self._queue(queue).messages)

    def counts(self, queue: str, in_hand: Collection[str]) -> QueueCounts:
        """How the messages of the queue stand; those with ids `in_hand` are being handled."""
        with self._lock:
            # The API counts, but does not tell a first delay from a wait for the next try.
            messages = self._queue(queue)._messages  # noqa: SLF001
            return QueueCounts(
                ready=len([each for each in messages if each.visible and not each.delayed]),
                in_hand=len([each for each in messages if each.id in in_hand]),
                delayed=len([each for each in messages if each.delayed and ON_PURPOSE not in str(each.body)]),
                retrying=len(_retrying(messages, in_hand)),
            )

    def next_due(self, queue: str, in_hand: Collection[str]) -> float | None:
        """When the next message of the queue that waits can be received (seconds since 1970); None where none waits."""
        with self._lock:
            waiting = [
                max(each.visible_at, each.delayed_until)
                for each in self._queue(queue)._messages  # noqa: SLF001
                if (each.delayed or not each.visible) and each.id not in in_hand
            ]
            return min(waiting) / 1000 if waiting else None

    def deliver_delayed(self, queue: str) -> None:
        """Make receivable what its sender delayed."""
        with self._lock:
            for message in self._queue(queue)._messages:  # noqa: SLF001
                message.delayed_until = 0.0

    def retry_now(self, queue: str, in_hand: Collection[str]) -> int:
        """Make receivable what waits for its next try; returns how many messages that is."""
        with self._lock:
            hidden = _retrying(self._queue(queue)._messages, in_hand)  # noqa: SLF001
            for message in hidden:
                message.visible_at = 0.0
            return len(hidden)

    def store(self, bucket: str, key: str, body: bytes) -> None:
        """Put an object into a bucket."""
        self.client("s3").put_object(Bucket=bucket, Key=key, Body=body)

    def put_secrets(self, secrets: Mapping[str, str]) -> None:
        """SSM SecureStrings by name, in the background: moto's SSM imports all of EC2, which takes a second.

        Whoever calls a service before they are there waits for them."""
        begun = threading.Event()

        def put() -> None:
            with self._lock:
                begun.set()
                for name, value in secrets.items():
                    self.client("ssm").put_parameter(Name=name, Value=value, Type="SecureString", Overwrite=True)

        threading.Thread(target=put, name="secrets", daemon=True).start()
        begun.wait()

    def http(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The same services as a WSGI application, for `AWS_ENDPOINT_URL` in another process."""
        target = environ.get("HTTP_X_AMZ_TARGET", "")
        if self._database is not None and target.startswith(door.TARGET):
            return door.application(self._database)(environ, start_response)
        if self._log_groups is not None and target.startswith(log_groups.TARGET):
            return log_groups.application(self._log_groups)(environ, start_response)
        if target == "AmazonSQS.ReceiveMessage":
            return self._http_app()(environ, start_response)
        if "/s3/aws4_request" in environ.get("HTTP_AUTHORIZATION", ""):
            # Of the address as it arrived, moto takes the first part of the path for the bucket.
            environ |= {"SCRIPT_NAME": "", "RAW_URI": environ["PATH_INFO"]}
        with self._lock, lineage.came_with(environ.get("HTTP_X_AMZN_TRACE_ID", "")):
            return self._http_app()(environ, start_response)

    def _of_dynamodb(self, request: Any) -> tuple[int, Any, bytes] | None:
        said = door.asked(self._database, request) if self._database is not None else None
        return None if said is None else (said.status, said.headers, said.body)

    def _http_app(self) -> WSGIApplication:
        with self._lock:
            if self._http is None:
                # Half a second of import that only a second terminal needs.
                from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

                self._http = DomainDispatcherApplication(create_backend_app)
            return self._http

    def _queue(self, name: str) -> Any:
        return sqs_backends[self._account.account_id][self._account.region].queues[name]


def _concerns(service: str, variable: str) -> bool:
    """Whether a client of the service may depend on this variable: not on the endpoint of another service."""
    of_others = variable.startswith(f"{ENDPOINT}_") and variable != f"{ENDPOINT}_{service.upper()}"
    return variable.startswith("AWS_") and not of_others


@cache
def _client(service: str, surroundings: tuple[tuple[str, str], ...]) -> Any:  # noqa: ARG001 (what it depends on)
    """Kept for the next stack of this process: making one takes longer than its calls, and what it asks is moto."""
    create: Any = boto3.client  # its stubs know each service by its literal name only
    # A User-Agent that is given is not put together anew for every call.
    return create(service, config=Config(user_agent="rehearsal"))


def _retrying(messages: Iterable[Any], in_hand: Collection[str]) -> list[Any]:
    return [each for each in messages if not each.visible and not each.delayed and each.id not in in_hand]
