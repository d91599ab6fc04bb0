"""The AWS account behind the tests: made once in each process, given to every test empty.

Making it anew would cost more than most tests do: forty calls, and for each service a client that first reads the
service's whole description.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from os import environ
from threading import Condition, RLock
from typing import Any
from unittest.mock import patch

import boto3
from moto import mock_aws
from moto.dynamodb.models import dynamodb_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends
from moto.ssm.models import ssm_backends

from newsletter.platform.aws import clients as aws
from rehearsal.aws import moto_patches
from rehearsal.aws.moto_patches import one_at_a_time
from rehearsal.template.cloudformation import Account
from rehearsal.template.model import Stack
from rehearsal.template.provision import provision

moto_patches.install()

HOLDERS = (dynamodb_backends, sqs_backends, sns_backends)


@dataclass(frozen=True)
class Snapshot:
    """What moto holds of a new stack: its backends, everything in them, and the parameters of SSM."""

    backends: tuple[Any, ...]
    contents: tuple[dict[str, Any], ...]
    parameters: dict[str, Any]


_snapshots: dict[str, Snapshot] = {}
_clients: dict[tuple[Any, ...], Any] = {}
_make_client: Any = boto3.client
_make_client_of_ours: Any = aws.new_client


@contextmanager
def emptied(stack: Stack, parameters: Mapping[str, str]) -> Iterator[Callable[[str], Any]]:
    """The stack's resources, empty, and these SSM parameters; gives the boto3 client of a service.

    Meanwhile the product and boto3.client are given clients that were made before, where nothing they depend on has
    changed.
    """
    name = stack.account.stack_name
    with (
        mock_aws(),
        one_at_a_time(RLock()),
        patch.object(boto3, "client", _client),
        patch.object(aws, "client", _client_of_ours),
    ):
        if name in _snapshots:
            bring_back(_snapshots[name], stack.account)
        else:
            provision(stack, _client)
            for parameter, value in parameters.items():
                _client("ssm").put_parameter(Name=parameter, Value=value, Type="SecureString")
            _snapshots[name] = snapshot(stack.account)
        yield _client


def waiting(queue: str, account: Account) -> int:
    """How many messages of a queue could be received now; looked up in memory, for an empty queue costs a call too."""
    return len(sqs_backends[account.account_id][account.region].queues[queue].messages)


def redeliver(account: Account) -> None:
    """Let every message that somebody received and did not delete be received again, at once."""
    for queue in sqs_backends[account.account_id][account.region].queues.values():
        for message in queue._messages:  # noqa: SLF001
            message.change_visibility(0)


def _client(service: str, **options: Any) -> Any:
    return _make_client(service, **options) if options else _kept(_make_client, service)


def _client_of_ours(service: str) -> Any:
    """Outlives app.reset(), which forgets the clients of the process."""
    return _kept(_make_client_of_ours, service)


def _kept(make: Callable[[str], Any], service: str) -> Any:
    surroundings = sorted((name, value) for name, value in environ.items() if name.startswith("AWS_"))
    key = (make, service, *surroundings)
    if key not in _clients:
        _clients[key] = make(service)
    return _clients[key]


def snapshot(account: Account) -> Snapshot:
    """Everything that is in the account now."""
    backends = tuple(holder[account.account_id][account.region] for holder in HOLDERS)
    parameters = ssm_backends[account.account_id][account.region]._parameters  # noqa: SLF001
    contents = tuple(_copied(vars(backend), backends, backends) for backend in backends)
    return Snapshot(backends, contents, deepcopy(dict(parameters)))


def bring_back(kept: Snapshot, account: Account) -> None:
    """Make the account what it was."""
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
