"""What a mailing costs at AWS, from calls and units that were counted and CPU that was measured."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cli.costs import prices


@dataclass(frozen=True)
class Work:
    """What one function did for the whole mailing.

    `calls` and `units` as the stub's meter has them; the `records` came from a queue in `invocations`.
    """

    calls: Mapping[str, float]
    units: Mapping[str, float]
    cpu_s: float
    records: float
    invocations: float
    logged_bytes: float
    memory_gb: float
    at_once: int = 1
    """So many of the calls are made side by side."""

    def times(self, factor: float) -> Work:
        """The same work so many times."""
        return Work(
            {name: number * factor for name, number in self.calls.items()},
            {name: number * factor for name, number in self.units.items()},
            self.cpu_s * factor,
            self.records * factor,
            self.invocations * factor,
            self.logged_bytes * factor,
            self.memory_gb,
            self.at_once,
        )

    def count(self, *operations: str) -> float:
        """Calls whose name starts with one of `service operation`."""
        return sum(number for name, number in self.calls.items() if name.startswith(operations))

    @property
    def gb_seconds(self) -> float:
        """What Lambda bills: CPU at the function's share of a vCPU, and the waiting for answers."""
        share = min(1.0, self.memory_gb * 1024 / prices.MB_OF_ONE_VCPU)
        waited = sum(prices.WAIT_S[name.split()[0]] * number for name, number in self.calls.items())
        return (self.cpu_s / share + waited / self.at_once) * self.memory_gb


WRITES = ("dynamodb PutItem", "dynamodb UpdateItem", "dynamodb DeleteItem", "dynamodb BatchWriteItem")


def usd(works: Iterable[Work], mail_events: float) -> dict[str, float]:
    """USD for what comes from queues, by what it is paid for; `mail_events` is how many events SES published."""
    lines: dict[str, float] = defaultdict(float)
    for work in works:
        # Lambda receives with one request, deletes with another; none of them can hold more than ten messages.
        lines["SQS"] += 2 * max(work.invocations, work.records / 10) * prices.SQS_REQUEST
        _add(lines, work)
    lines["SQS"] += mail_events * prices.SQS_REQUEST
    lines["SNS"] += mail_events * prices.SNS_PUBLISH
    return dict(lines)


def usd_of_requests(work: Work, *, own_lines: bool = True) -> dict[str, float]:
    """USD for requests of the HTTP API, by what they are paid for; `own_lines`: Lambda logs its own of each."""
    lines: dict[str, float] = defaultdict(float)
    lines["HTTP API"] += work.invocations * prices.HTTP_API_REQUEST
    lines["logs"] += work.invocations * prices.LOG_OF_A_REQUEST / 1e9 * prices.LOGS_GB
    _add(lines, work, own_lines=own_lines)
    return dict(lines)


def _add(lines: dict[str, float], work: Work, *, own_lines: bool = True) -> None:
    """What every function is billed."""
    for name, number in work.units.items():
        write = name.startswith("write ")
        price = prices.DYNAMODB_WRITE_UNIT if write else prices.DYNAMODB_READ_UNIT
        lines["DynamoDB writes" if write else "DynamoDB reads"] += number * price
    lines["SQS"] += work.count("sqs ") * prices.SQS_REQUEST
    lines["Lambda requests"] += work.invocations * prices.LAMBDA_REQUEST
    lines["Lambda compute"] += work.gb_seconds * prices.LAMBDA_GB_SECOND
    logged = work.logged_bytes + own_lines * work.invocations * prices.LOG_OF_AN_INVOCATION
    lines["logs"] += logged / 1e9 * prices.LOGS_GB
