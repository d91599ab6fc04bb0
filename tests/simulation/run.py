"""`make simulate`: a campaign to a million readers at 500 recipients a second, and what was seen of it.

READERS and RATE in the environment change that; with FEEDBACK=1 each mail is reported on, and every other one opened.
With SCANNED=0.7 the world opens them as it does (readers.py), in an account with CONCURRENCY executions. MAILS is the
parameter MailsPerSecond, without it the smallest that RATE needs; the account's limit of requests is what that takes.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from math import ceil
from pathlib import Path
from typing import Literal

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "functions"), str(ROOT / "infra")]

from newsletter.mailings.planning.plan_page import PAGE_SIZE  # noqa: E402
from newsletter.platform.shards import SHARDS  # noqa: E402
from rehearsal.aws.dynamodb.throughput import LIMITS  # noqa: E402
from rehearsal.lambda_.lineage import LIMIT  # noqa: E402
from tests.simulation import readers as readers_seen  # noqa: E402
from tests.simulation.asked import asked  # noqa: E402
from tests.simulation.aws import apart  # noqa: E402
from tests.simulation.progress import progress_told  # noqa: E402
from tests.simulation.send import Sent, Stage  # noqa: E402
from tests.soak.run import surroundings  # noqa: E402

GROWTH = 0.05
"""Of the memory after a fifth of the recipients."""


Kind = Literal["write", "read"]


def main() -> int:
    """Simulate and print; fails when a promise of the table is not kept."""
    wanted, began = asked(os.environ), time.monotonic()
    with surroundings(), apart(wanted.readers, wanted.rate) as ask:
        stage = Stage(
            wanted.readers, wanted.rate, ask, feedback=wanted.feedback, crowd=wanted.crowd, mails=wanted.mails
        )
        with progress_told(stage):
            sent = stage.send()
    for name, value in [*table(sent), *(readers_seen.figures(stage, sent) if wanted.crowd else [])]:
        print(f"{value:>22}  {name}")
    print(f"{time.monotonic() - began:>22,.0f}  seconds of this machine")
    broken = readers_seen.broken(stage.visitors, sent) if stage.visitors else faults(sent)
    print(*broken, sep="\n")
    return 1 if broken else 0


def table(sent: Sent) -> list[tuple[str, str]]:
    """Name and value of each figure."""
    early, late = sent.rss_mb.values()
    dearest = sorted(sent.usd.items(), key=lambda line: -line[1])
    return [
        ("readers", f"{sent.readers:,}"),
        ("recipients a second that the account may send to", f"{sent.rate:g}"),
        ("seconds until everybody was planned", f"{sent.planned_after:,.0f}"),
        ("seconds that arithmetic says sending takes", f"{sent.arithmetic:,.0f}"),
        ("seconds that it took", f"{sent.seconds:,.0f}"),
        ("per cent of that", f"{100 * sent.seconds / sent.arithmetic:.1f}"),
        ("recipients in the busiest second", f"{sent.witness.busiest:,}"),
        ("recipients accepted, by the certificate", f"{sent.certificate.accepted:,}"),
        ("SES calls", f"{sent.count('ses SendBulkEmail'):,}"),
        ("DynamoDB writes", f"{sent.writes:,}"),
        ("DynamoDB reads", f"{sent.count('dynamodb') - sent.writes:,}"),
        *((f"{kind} units a second on the hottest key of {of}", f"{units:,.0f}") for kind, of, units in hottest(sent)),
        ("SQS calls that send", f"{sent.count('sqs'):,}"),
        *((f"invocations of the {folder}", f"{use.invocations:,}") for folder, use in sent.use.items() if use.records),
        *(
            (f"billed seconds of the {folder}", f"{use.seconds:,.0f}")
            for folder, use in sent.use.items()
            if use.records
        ),
        *((f"times an event came round to the {folder}, at most", f"{most}") for folder, most in sent.passes.items()),
        ("MB held after a fifth of the recipients", f"{early:.0f}"),
        ("MB held at the end", f"{late:.0f}"),
        *((f"USD for {line}", f"{cost:.2f}") for line, cost in dearest if cost >= 0.005),
        ("USD together, without SES's own price and its feedback", f"{sum(sent.usd.values()):.2f}"),
    ]


def hottest(sent: Sent) -> Iterator[tuple[Kind, str, float]]:
    """`write` or `read`, table or index, and the most units that one of its partitions was asked for in a second."""
    for name, units in sorted(sent.peaks.items(), key=lambda peak: -peak[1]):
        kind, _, table = name.partition(" ")
        yield ("write" if kind == "write" else "read"), table, units


def faults(sent: Sent) -> list[str]:
    """What is not as promised."""
    early, late = sent.rss_mb.values()
    pages = ceil(sent.readers / len(SHARDS) / PAGE_SIZE)
    promises = {
        "everybody has one mail": set(sent.witness.mails) == {1},
        "the certificate says so": sent.certificate.planned == sent.certificate.accepted == sent.readers,
        "it takes as long as arithmetic says": sent.arithmetic * 0.99 <= sent.seconds <= sent.at_the_latest,
        "no second holds more than the rate limiter allows": sent.witness.busiest <= sent.most_in_a_second,
        "memory is flat": bool(sent.clicks) or late <= early * (1 + GROWTH),
        "no batch comes to the sender nearly as often as Lambda bears": sent.passes["sender"] <= LIMIT / 4,
        "the planner sends itself the next page and nothing else": sent.passes["planner"] <= pages,
        "no partition is asked for more than half of what it gives": all(
            units <= LIMITS[kind] / 2 for kind, _, units in hottest(sent)
        ),
        "every report is kept": not sent.clicks
        or (sent.certificate.delivered, sent.certificate.clicked) == (sent.readers, sent.clicks),
        "nothing fails": not sent.looped and not sent.failures and not sent.dead_letters,
    }
    return [f"NOT KEPT: {promise}" for promise, kept in promises.items() if not kept]


if __name__ == "__main__":
    sys.exit(main())
