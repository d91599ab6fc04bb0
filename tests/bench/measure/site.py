"""What a click and a sign-up cost a warm container."""

from __future__ import annotations

from statistics import median, quantiles

from tests.bench.figures import Figure
from tests.bench.processes import run
from tests.bench.stack import variables

WARM_UP, REQUESTS = 50, 2_000


def measure() -> list[Figure]:
    """The 99th percentile of each, and the median beside it."""
    # Nobody listens there: AWS answers inside the process.
    said = run("answer_requests", variables("http://127.0.0.1:9"), WARM_UP, REQUESTS)
    return [_figure("click_p99_ms", said["click_ms"]), _figure("subscribe_p99_ms", said["subscribe_ms"])]


def _figure(row: str, times: list[float]) -> Figure:
    return Figure(row, quantiles(times, n=100)[98], f"median {median(times):.1f}, {len(times):,} requests")
