"""The budget list: every row of `make bench`, what measures it, and how much it may be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from tests.bench.figures import Figure, LeftOut
from tests.bench.measure import audience, cold_start, console, containers, million, send, site, size, verdicts


class Bound(StrEnum):
    """On which side of its budget a figure belongs."""

    AT_LEAST = "≥"
    AT_MOST = "≤"


@dataclass(frozen=True)
class Row:
    """A row. No `budget` means that it is shown beside others."""

    name: str
    bound: Bound = Bound.AT_MOST
    budget: float | None = None

    def met(self, figure: Figure) -> bool | None:
        """Whether the figure keeps to the budget; None where there is none."""
        if self.budget is None:
            return None
        return figure.value >= self.budget if self.bound is Bound.AT_LEAST else figure.value <= self.budget


ROWS = (
    Row("send_ratio_vs_floor", Bound.AT_LEAST, 0.85),
    Row("send_ratio_vs_per_recipient", Bound.AT_LEAST, 20),
    Row("send_recipients_per_cpu_s", Bound.AT_LEAST),
    Row("plan_turns_per_subscriber", Bound.AT_MOST, 350),
    Row("plan_subscribers_per_cpu_s", Bound.AT_LEAST),
    Row("plan_peak_mb", Bound.AT_MOST, 256),
    Row("aws_calls_per_million", Bound.AT_MOST, 81_000),
    Row("aws_calls_per_million_dynamodb_writes", Bound.AT_MOST, 60_000),
    Row("aws_calls_per_million_ses", Bound.AT_MOST, 21_000),
    Row("aws_usd_per_million", Bound.AT_MOST, 4),
    Row("aws_usd_per_million_scanned", Bound.AT_MOST, 40),
    Row("ledger_units_per_recipient", Bound.AT_MOST, 1.2),
    *(Row(f"cold_start_ms_{folder}") for folder in cold_start.CLIENTS),
    *(Row(f"memory_mb_{folder}", Bound.AT_MOST, 256) for folder in cold_start.CLIENTS),
    *(Row(f"cold_start_ratio_{folder}", Bound.AT_MOST, 1.3) for folder in cold_start.CLIENTS),
    Row("cold_start_floor_ms"),
    Row("click_p99_ms", Bound.AT_MOST, 10),
    Row("subscribe_p99_ms", Bound.AT_MOST, 10),
    Row("click_turns", Bound.AT_MOST, 24_000),
    Row("visit_usd_per_million", Bound.AT_MOST, 2.2),
    Row("verdict_visits_per_cpu_s", Bound.AT_LEAST, 50_000),
    Row("audience_count_s", Bound.AT_MOST, 3),
    Row("console_page_ms", Bound.AT_MOST, 300),
    Row("zip_mb", Bound.AT_MOST, 12),
)
"""What is counted in turns is counted in turns of `yardstick.py`."""


def benches(wanted: Sequence[str]) -> dict[str, Callable[[], Sequence[Figure | LeftOut]]]:
    """What has to be run for the rows of these names, by what it is called."""
    chosen: dict[str, Callable[[], Sequence[Figure | LeftOut]]] = {}
    if _any(wanted, "send_"):
        chosen["send"] = send.measure
    if _any(wanted, "aws_", "ledger_"):
        chosen["million"] = million.measure_with_bill
    elif _any(wanted, "plan_"):
        chosen["million"] = million.measure
    chosen |= _of_containers(wanted)
    if _any(wanted, "click_", "subscribe_", "visit_"):
        chosen["site"] = site.measure
    if _any(wanted, "verdict_"):
        chosen["verdicts"] = verdicts.measure
    if _any(wanted, "audience_"):
        chosen["audience"] = audience.measure
    if _any(wanted, "console_"):
        chosen["console"] = console.measure
    if _any(wanted, "zip_"):
        chosen["size"] = size.measure
    return chosen


def _of_containers(wanted: Sequence[str]) -> dict[str, Callable[[], Sequence[Figure | LeftOut]]]:
    folders = [folder for folder in cold_start.CLIENTS if any(name.endswith(f"_{folder}") for name in wanted)]
    chosen: dict[str, Callable[[], Sequence[Figure | LeftOut]]] = {}
    if _any(wanted, "cold_start_ms_", "memory_"):
        chosen["containers"] = partial(containers.measure, folders)
    if _any(wanted, "cold_start_ratio_", "cold_start_floor_"):
        chosen["cold_start"] = partial(cold_start.measure, folders or tuple(cold_start.CLIENTS))
    return chosen


def _any(wanted: Sequence[str], *beginnings: str) -> bool:
    return any(name.startswith(beginnings) for name in wanted)
