"""The AWS account behind the tests: made once in each process, given to every test empty.

Making it anew would cost more than most tests do: forty calls, and for each service a client that first reads the
service's whole description. DynamoDB is the rehearsal's own, which is held against moto and dynalite
(tests/aws/rehearsal/test_dynamodb_double.py) and takes a tenth of moto's time; SQS, SNS and SSM are moto's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from os import environ
from threading import Condition, RLock
from typing import Any
from unittest.mock import patch

import boto3
from botocore.config import Config
from moto import mock_aws
from moto.events.models import events_backends
from moto.s3.models import s3_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends
from moto.ssm.models import ssm_backends

from newsletter.platform.aws import clients as aws
from newsletter.platform.aws import items
from rehearsal.aws import moto_patches
from rehearsal.aws.dynamodb import Database, door
from rehearsal.aws.dynamodb.from_template import add_tables
from rehearsal.aws.dynamodb.partition import Record
from rehearsal.aws.moto_patches import answered_before, one_at_a_time
from rehearsal.template.cloudformation import Account
from rehearsal.template.model import Stack
from rehearsal.template.provision import BUCKET, PROVISIONED, TABLE, provision

moto_patches.install()

HOLDERS = (sqs_backends, sns_backends, events_backends)
OF_MOTO = frozenset(PROVISIONED) - {TABLE}
_database = Database()


@dataclass(frozen=True)
class Snapshot:
    """The records of each table, and what moto holds: its backends, everything in them, and the parameters of SSM."""

    records: dict[str, tuple[Record, ...]]
    backends: tuple[Any, ...]
    contents: tuple[dict[str, Any], ...]
    parameters: dict[str, Any]


_snapshots: dict[tuple[str, ...], Snapshot] = {}
"""By the stack's name and all that is made for it: two stacks may differ in what their parameters ask for."""
_clients: dict[tuple[Any, ...], Any] = {}
_boto3_client: Any = boto3.client
_make_client_of_ours: Any = aws.new_client


class InTurn(Executor):
    """For the threads of `side_by_side`: this account answers one call at a time, so they would wait for each other."""

    def __init__(self, _at_once: int) -> None:
        pass

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Done when this returns."""
        done: Future[Any] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 (as an executor does)
            done.set_exception(error)
        return done


@contextmanager
def emptied(stack: Stack, parameters: Mapping[str, str]) -> Iterator[Callable[[str], Any]]:
    """The stack's resources, empty, and these SSM parameters; gives the boto3 client of a service.

    Meanwhile the product and boto3.client are given clients that were made before, where nothing they depend on has
    changed.
    """
    name = (stack.account.stack_name, *(each.physical_id for each in stack.of_type(*OF_MOTO)))
    # What another test left: a table that it restored, another stack's.
    _database.tables.clear()
    add_tables(_database, stack)
    with (
        mock_aws(),
        one_at_a_time(RLock()),
        answered_before(_of_dynamodb),
        patch.object(boto3, "client", _client),
        patch.object(aws, "client", _client_of_ours),
        patch.object(aws, "quick_client", _quick_client_of_ours),
        patch.object(items, "ThreadPoolExecutor", InTurn),
    ):
        if name in _snapshots:
            bring_back(_snapshots[name], stack.account)
            for bucket in stack.of_type(BUCKET):
                s3_backends[stack.account.account_id]["aws"].create_bucket(bucket.physical_id, stack.account.region)
        else:
            provision(stack, _client, only=OF_MOTO)
            for parameter, value in parameters.items():
                _client("ssm").put_parameter(Name=parameter, Value=value, Type="SecureString")
            _snapshots[name] = snapshot(stack.account)
        yield _client


def _of_dynamodb(request: Any) -> tuple[int, Any, bytes] | None:
    said = door.asked(_database, request)
    return None if said is None else (said.status, said.headers, said.body)


def waiting(queue: str, account: Account) -> int:
    """How many messages of a queue could be received now; looked up in memory, for an empty queue costs a call too."""
    return len(sqs_backends[account.account_id][account.region].queues[queue].messages)


def redeliver(account: Account) -> None:
    """Let every message that somebody received and did not delete be received again, at once."""
    for queue in sqs_backends[account.account_id][account.region].queues.values():
        for message in queue._messages:  # noqa: SLF001
            message.change_visibility(0)


def _client(service: str, **options: Any) -> Any:
    return _boto3_client(service, **options) if options else _kept(_make_client, service)


def _make_client(service: str) -> Any:
    """One that says who it is in words it is given: botocore would put them together anew for every call."""
    return _boto3_client(service, config=Config(user_agent="tests"))


def _client_of_ours(service: str) -> Any:
    """Outlives app.reset(), which forgets the clients of the process."""
    return _kept(_make_client_of_ours, service)


def _quick_client_of_ours(service: str) -> Any:
    return _kept(_make_quick_client_of_ours, service)


def _make_quick_client_of_ours(service: str) -> Any:
    return _make_client_of_ours(service, quick=True)


def _kept(make: Callable[[str], Any], service: str) -> Any:
    surroundings = sorted((name, value) for name, value in environ.items() if name.startswith("AWS_"))
    key = (make, service, *surroundings)
    if key not in _clients:
        _clients[key] = make(service)
    return _clients[key]


def snapshot(account: Account) -> Snapshot:
    """Everything that is in the account now."""
    records = {name: tuple(table.scan(0, 1, None)) for name, table in _database.tables.items()}
    backends = tuple(holder[account.account_id][account.region] for holder in HOLDERS)
    parameters = ssm_backends[account.account_id][account.region]._parameters  # noqa: SLF001
    contents = tuple(_copied(vars(backend), backends, backends) for backend in backends)
    return Snapshot(records, backends, contents, deepcopy(dict(parameters)))


def bring_back(kept: Snapshot, account: Account) -> None:
    """Make the account what it was."""
    for name, records in kept.records.items():
        before = _database.tables[name]
        table = _database.add_table(name, before.properties, label=before.label)
        for record in records:
            table.put(record, None)
    backends = tuple(holder[account.account_id][account.region] for holder in HOLDERS)
    for backend, content in zip(backends, kept.contents, strict=True):
        vars(backend).update(_copied(content, kept.backends, backends))
    ssm = ssm_backends[account.account_id][account.region]
    ssm._parameters.update(deepcopy(kept.parameters))  # noqa: SLF001


def _copied(content: dict[str, Any], before: tuple[Any, ...], after: tuple[Any, ...]) -> dict[str, Any]:
    """A copy in which `after` stand where the backends `before` stood, and each queue has a lock of its own."""
    instead: dict[int, Any] = {id(old): new for old, new in zip(before, after, strict=True)}
    for queue in content.get("queues", {}).values():
        instead[id(queue._messages_lock)] = Condition()  # noqa: SLF001
    return deepcopy(content, instead)
