"""A digest to a million readers: what planning it takes, how many calls it makes, what it costs at AWS."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import Any

from newsletter.platform.messages import SendBatch, from_json
from newsletter.platform.shards import SHARDS
from tests.bench import mail_events
from tests.bench.bill import WRITES, Work, usd
from tests.bench.figures import Figure
from tests.bench.measure import site
from tests.bench.processes import READERS, Stub, stub
from tests.bench.stack import batch_size, memory_gb, variables

MILLION = 1_000_000
SENT = 600
"""Batches of the plan, evenly spread, that are really sent: half a minute of slots, so that events overlap."""
SCANNED = 0.5
"""The share of readers whose mail server opens every link of a mail before they see it (assumed)."""
FEEDBACK = 4_000
"""Events of these that are really fed back, from the middle, where Send and Delivery events come together."""


@dataclass(frozen=True)
class Planned:
    """The whole plan."""

    work: Work
    cpu_s: float
    turns: float
    peak_mb: float
    batches: int
    recipients: int
    messages: list[str]


def measure() -> list[Figure]:
    """The rows of planning."""
    with stub() as aws:
        return _figures_of_planning(_plan(aws))


def measure_with_bill() -> list[Figure]:
    """The rows of planning, and the bill of planning, sending and feedback."""
    with stub() as aws:
        plan = _plan(aws)
        every = max(1, len(plan.messages) // SENT)
        sample = [_batch(body) for body in plan.messages[::every]]
        send = _sent(aws, sample).times(plan.batches / len(sample))
        feedback = _fed_back(aws, sample).times(2 * plan.recipients / FEEDBACK)
    scale = MILLION / plan.recipients
    writes = sum(work.count(*WRITES) for work in (plan.work, send)) * scale
    mails = send.count("ses ") * scale
    lines = {line: cost * scale for line, cost in usd((plan.work, send, feedback), 2 * plan.recipients).items()}
    bill, scanners = sum(lines.values()), site.visits()
    visits = SCANNED * scanners.links
    ledger = [work.units.get("write Deliveries", 0.0) / plan.recipients for work in (plan.work, send, feedback)]
    return [
        *_figures_of_planning(plan),
        Figure("aws_calls_per_million", writes + mails, "DynamoDB writes and calls of SES"),
        Figure("aws_calls_per_million_dynamodb_writes", writes, _by_operation(plan.work, send, scale)),
        Figure("aws_calls_per_million_ses", mails, f"{plan.batches:,} batches planned"),
        Figure("aws_usd_per_million", bill, site.dearest_first(lines)),
        Figure(
            "aws_usd_per_million_scanned",
            bill + visits * sum(scanners.usd.values()),
            f"{SCANNED:.0%} of the readers behind scanners that open {scanners.links} links each",
        ),
        Figure(
            "ledger_units_per_recipient",
            sum(ledger),
            "planned {:.2f}, sent {:.2f}, fed back {:.2f}".format(*ledger),
        ),
    ]


def _figures_of_planning(plan: Planned) -> list[Figure]:
    note = f"{plan.recipients:,} of {READERS:,} get a mail, in {plan.batches:,} batches"
    return [
        Figure("plan_turns_per_subscriber", plan.turns / READERS, note),
        Figure("plan_subscribers_per_cpu_s", READERS / plan.cpu_s),
        Figure("plan_peak_mb", plan.peak_mb, f"for {READERS:,} subscribers"),
    ]


def _plan(aws: Stub) -> Planned:
    mailing = aws.run("week")["mailing"]
    aws.ask("meter")
    said = aws.run("plan_shards", mailing, list(SHARDS))
    work = _work(aws, "planner", said, said["pages"], said["pages"])
    messages = aws.ask("messages", queue=variables(aws.url)["NEWSLETTER_BATCH_QUEUE"])["messages"]
    turns = median(said["turns"]) * len(SHARDS)
    return Planned(work, said["cpu_s"], turns, said["peak_mb"], said["batches"], said["recipients"], messages)


def _sent(aws: Stub, sample: list[SendBatch]) -> Work:
    at_once = batch_size("sender", "BatchQueue")
    bodies = [batch.to_json() for batch in sample]
    said = aws.run("send_batches", [], bodies, at_once)
    return _work(aws, "sender", said, len(bodies), -(-len(bodies) // at_once))


def _fed_back(aws: Stub, sample: list[SendBatch]) -> Work:
    events = mail_events.of(sample, variables(aws.url)["NEWSLETTER_CONFIGURATION_SET"])
    middle = (len(events) - FEEDBACK) // 2
    said = aws.run("give_feedback", events[middle : middle + FEEDBACK], batch_size("feedback", "FeedbackQueue"))
    return _work(aws, "feedback", said, FEEDBACK, said["invocations"])


def _work(aws: Stub, function: str, said: dict[str, Any], records: int, invocations: int) -> Work:
    counted = aws.ask("meter")
    return Work(
        counted["calls"],
        counted["units"],
        said["cpu_s"],
        records,
        invocations,
        said["logged_bytes"],
        memory_gb(function),
    )


def _batch(body: str) -> SendBatch:
    message = from_json(body)
    assert isinstance(message, SendBatch)
    return message


def _by_operation(plan: Work, send: Work, scale: float) -> str:
    counts: dict[str, float] = {}
    for work in (plan, send):
        for name, number in work.calls.items():
            if name.startswith(WRITES):
                counts[name.removeprefix("dynamodb ")] = counts.get(name.removeprefix("dynamodb "), 0) + number * scale
    return ", ".join(f"{name} {number:,.0f}" for name, number in sorted(counts.items(), key=lambda each: -each[1]))
