"""What a click and a sign-up cost a warm container, and what clicks cost at AWS."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from statistics import median, quantiles
from typing import Any

from tests.bench.bill import Work, usd_of_requests
from tests.bench.figures import Figure
from tests.bench.processes import run
from tests.bench.stack import memory_gb, variables

WARM_UP, REQUESTS = 50, 2_000
MILLION = 1_000_000


@dataclass(frozen=True)
class Visits:
    """USD for a million visits by what they are paid for; the addresses of ours that a mail has links to."""

    usd: dict[str, float]
    links: int


def measure() -> list[Figure]:
    """The 99th percentiles, the medians beside them, and the cost of a click."""
    said = _said()
    paid = visits()
    return [
        _figure("click_p99_ms", said["click_ms"]),
        _figure("subscribe_p99_ms", said["subscribe_ms"]),
        Figure("click_turns", median(said["click_turns"]), f"the middle one of {len(said['click_turns'])} ratios"),
        Figure("visit_usd_per_million", sum(paid.usd.values()), dearest_first(paid.usd)),
    ]


def visits() -> Visits:
    """What visits cost, from the clicks that were measured."""
    said = _said()
    clicks = len(said["click_ms"])
    cpu_s = sum(said["click_ms"]) / 1000
    work = Work(said["clicks"]["calls"], said["clicks"]["units"], cpu_s, 0, clicks, 0, memory_gb("public_site"))
    return Visits(usd_of_requests(work.times(MILLION / clicks)), said["links"])


def dearest_first(lines: dict[str, float]) -> str:
    """A bill in one line."""
    return ", ".join(f"{line} {cost:.2f}" for line, cost in sorted(lines.items(), key=lambda each: -each[1]) if cost)


@cache
def _said() -> dict[str, Any]:
    # Nobody listens there: AWS answers inside the process.
    return run("answer_requests", variables("http://127.0.0.1:9"), WARM_UP, REQUESTS)


def _figure(row: str, times: list[float]) -> Figure:
    return Figure(row, quantiles(times, n=100)[98], f"median {median(times):.1f}, {len(times):,} requests")
