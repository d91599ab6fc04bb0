"""What a stack is, once template.yaml and its nested files are read: functions with what starts them, and resources."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from rehearsal.template.cloudformation import Account, Resource

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True)
class Route:
    """A route of the HTTP API: `/confirm/{token}` and `GET` ... or `ANY`."""

    path: str
    method: str


@dataclass(frozen=True)
class QueueSource:
    """An SQS event source: how a Lambda function is fed from a queue."""

    queue_arn: str
    batch_size: int
    max_concurrency: int
    reports_failures: bool
    window: float = 0.0
    """Seconds for which messages are gathered until there are `batch_size` of them."""
    limited: bool = False
    """Whether the template says MaximumConcurrency, for which Lambda keeps more pollers on an idle queue."""

    @cached_property
    def queue_name(self) -> str:
        """The last part of the ARN."""
        return self.queue_arn.rpartition(":")[2]


@dataclass(frozen=True)
class Schedule:
    """An EventBridge schedule: `rate(...)` or `cron(...)`, IANA zone, the input as written, `ENABLED` or `DISABLED`."""

    expression: str
    time_zone: str
    input: str
    state: str


@dataclass(frozen=True)
class Function:
    """One Lambda function with its time-out in seconds, its environment and what starts it.

    `may_loop`: Lambda lets an event come round to it however often (RecursiveLoop is Allow).
    `alias`: what starts it names this alias of its versions; empty where it has none.
    """

    logical_id: str
    handler: str
    folder: str
    timeout: int
    environment: Mapping[str, str]
    routes: tuple[Route, ...] = ()
    queues: tuple[QueueSource, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    may_loop: bool = False
    alias: str = ""


@dataclass(frozen=True)
class Stack:
    """The whole stack; `resources` are by file (as named in the template) and logical id."""

    account: Account
    functions: tuple[Function, ...]
    resources: Mapping[str, Mapping[str, Resource]]
    outputs: Mapping[str, Any]
    parameters: Mapping[str, str] = field(default_factory=dict)

    def of_type(self, *types: str) -> Iterator[Resource]:
        """All resources of these types, in the order of the templates."""
        for resources in self.resources.values():
            yield from (resource for resource in resources.values() if resource.type in types)

    def function(self, name: str) -> Function | None:
        """The function with this folder (`feed_ingest`) or logical id (`FeedIngest`)."""
        return next((each for each in self.functions if name in {each.folder, each.logical_id}), None)
