"""What a click and a sign-up cost a warm container, and what visits cost at AWS until they are recorded."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from statistics import median, quantiles
from typing import Any

from newsletter.platform.aws.items import SIDE_BY_SIDE
from tests.bench.bill import Work, usd, usd_of_requests
from tests.bench.figures import Figure
from tests.bench.processes import run
from tests.bench.stack import memory_gb, variables

WARM_UP, REQUESTS = 50, 2_000
MILLION = 1_000_000


RATE, SCANNED, LINKS = 14.0, 0.7, 30
"""Mails a second, the share of them whose scanner opens every link, and how many links of articles they have."""
BROWSERS = 0.5
"""The share of scanners whose requests look like a browser's in every header, so that each visit takes a call of its
own (assumed)."""
SCANS = 120
"""Mails of which the visits are measured: nine seconds of them."""
CONTAINERS, POLLERS = 6, 5
"""The site's containers that share these visits; with how many pollers Lambda reads a queue at first (AWS: Lambda
Developer Guide, "Configuring scaling behavior for SQS event source mappings")."""


@dataclass(frozen=True)
class Visits:
    """USD for a million visits by what they are paid for; the addresses of ours that a mail has links to.

    Amounts for one visit: `writes` are write units, `messages` those to the queue.
    """

    usd: dict[str, float]
    links: int
    messages: float
    writes: float
    reads: float
    gb_seconds: float


def measure() -> list[Figure]:
    """The 99th percentiles, the medians beside them, and the cost of a click."""
    said = _said()
    paid, dearest, cheapest = visits(), visits(1.0), visits(0.0)
    return [
        _figure("click_p99_ms", said["click_ms"]),
        _figure("subscribe_p99_ms", said["subscribe_ms"]),
        Figure("click_turns", median(said["click_turns"]), f"the middle one of {len(said['click_turns'])} ratios"),
        Figure(
            "visit_usd_per_million",
            sum(paid.usd.values()),
            f"{dearest_first(paid.usd)}; {sum(cheapest.usd.values()):.2f} to {sum(dearest.usd.values()):.2f}, as no "
            "scanner or each looks like a browser",
        ),
    ]


@cache
def visits(browsers: float = BROWSERS) -> Visits:
    """What the visits of scanners cost until they are recorded, where that share of scanners looks like browsers."""
    variables_of_all = variables("http://127.0.0.1:9")
    said = run("answer_scanners", variables_of_all, SCANS, RATE, SCANNED, LINKS, browsers, CONTAINERS, POLLERS)
    number = said["visits"]
    site = Work(said["site"]["calls"], said["site"]["units"], said["site_s"], 0, number, 0, memory_gb("public_site"))
    taken, asked = said["batches"], said["feedback"]
    record = Work(
        asked["calls"],
        asked["units"],
        said["feedback_s"],
        said["messages"],
        taken,
        0,
        memory_gb("feedback"),
        at_once=SIDE_BY_SIDE,
    )
    lines = usd_of_requests(site.times(MILLION / number), own_lines=False)
    for line, cost in usd([record.times(MILLION / number)], mail_events=0).items():
        lines[line] = lines.get(line, 0.0) + cost
    units = {kind: sum(n for name, n in asked["units"].items() if name.startswith(kind)) for kind in ("write", "read")}
    return Visits(
        lines,
        _said()["links"],
        said["messages"] / number,
        units["write"] / number,
        units["read"] / number,
        (site.gb_seconds + record.gb_seconds) / number,
    )


def dearest_first(lines: dict[str, float]) -> str:
    """A bill in one line."""
    return ", ".join(f"{line} {cost:.2f}" for line, cost in sorted(lines.items(), key=lambda each: -each[1]) if cost)


@cache
def _said() -> dict[str, Any]:
    # Nobody listens there: AWS answers inside the process.
    return run("answer_requests", variables("http://127.0.0.1:9"), WARM_UP, REQUESTS)


def _figure(row: str, times: list[float]) -> Figure:
    return Figure(row, quantiles(times, n=100)[98], f"median {median(times):.1f}, {len(times):,} requests")
