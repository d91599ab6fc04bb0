"""The budget list: every row of `make bench`, what measures it, and how much it may be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tests.bench.figures import Figure, LeftOut
from tests.bench.measure import cold_start, million, send, site, size


class Bound(StrEnum):
    """On which side of its budget a figure belongs."""

    AT_LEAST = "≥"
    AT_MOST = "≤"


@dataclass(frozen=True)
class Row:
    """A row. No `budget` means that it is shown beside others, or that its budget is measured in the same run."""

    name: str
    bound: Bound = Bound.AT_MOST
    budget: float | None = None

    def met(self, figure: Figure) -> bool | None:
        """Whether the figure keeps to the budget; None where there is none."""
        budget = self.budget_of(figure)
        if budget is None:
            return None
        return figure.value >= budget if self.bound is Bound.AT_LEAST else figure.value <= budget

    def budget_of(self, figure: Figure) -> float | None:
        """The budget of this run."""
        return self.budget if figure.budget is None else figure.budget


ROWS = (
    Row("send_recipients_per_cpu_s", Bound.AT_LEAST, 10_000),
    Row("send_floor_recipients_per_cpu_s", Bound.AT_LEAST),
    Row("send_ratio_vs_per_recipient", Bound.AT_LEAST, 10),
    Row("plan_subscribers_per_cpu_s", Bound.AT_LEAST, 50_000),
    Row("plan_peak_mb", Bound.AT_MOST, 256),
    Row("aws_calls_per_million_dynamodb_writes", Bound.AT_MOST, 60_000),
    Row("aws_calls_per_million_ses", Bound.AT_MOST, 21_000),
    Row("aws_usd_per_million", Bound.AT_MOST, 5),
    *(Row(f"cold_start_ms_{folder}") for folder in cold_start.CLIENTS),
    Row("cold_start_floor_ms"),
    Row("click_p99_ms", Bound.AT_MOST, 10),
    Row("subscribe_p99_ms", Bound.AT_MOST, 10),
    Row("zip_mb", Bound.AT_MOST, 12),
)


def benches(wanted: Sequence[str]) -> list[Callable[[], Sequence[Figure | LeftOut]]]:
    """What has to be run for the rows of these names."""
    chosen: list[Callable[[], Sequence[Figure | LeftOut]]] = []
    if _any(wanted, "send_"):
        chosen.append(send.measure)
    if _any(wanted, "aws_"):
        chosen.append(million.measure_with_bill)
    elif _any(wanted, "plan_"):
        chosen.append(million.measure)
    if _any(wanted, "cold_start_"):
        chosen.append(cold_start.measure)
    if _any(wanted, "click_", "subscribe_"):
        chosen.append(site.measure)
    if _any(wanted, "zip_"):
        chosen.append(size.measure)
    return chosen


def _any(wanted: Sequence[str], *beginnings: str) -> bool:
    return any(name.startswith(beginnings) for name in wanted)
