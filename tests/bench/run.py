"""Measures the budgets: `run.py` all of them, `run.py ROW...` those rows. Prints a table, writes build/bench.json.

build/bench.json is flat, `name: number`; a run of some rows leaves the others as an earlier run found them.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.bench.figures import Figure, LeftOut
    from tests.bench.rows import Row

ROOT = Path(__file__).parents[2]
RESULT = ROOT / "build" / "bench.json"
YARDSTICK_TURNS = 1_000_000


def main(arguments: Sequence[str]) -> None:
    """Run the benches of the rows that were asked for."""
    # Python put this folder first, where our modules would hide others; what the table needs is below the root.
    sys.path[:1] = [str(ROOT), str(ROOT / "functions"), str(ROOT / "infra")]
    from tests.bench.figures import Figure
    from tests.bench.processes import Failed
    from tests.bench.rows import ROWS, benches

    names = [row.name for row in ROWS]
    if unknown := set(arguments) - set(names):
        sys.exit(f"{', '.join(sorted(unknown))}: no such row; there are {', '.join(names)}")
    wanted = list(arguments) or names
    found: dict[str, Figure | LeftOut] = {}
    failures: list[str] = []
    for bench in benches(wanted):
        began = time.perf_counter()
        print(f"{bench.__module__.rpartition('.')[2]} ...", end="", file=sys.stderr, flush=True)
        try:
            found |= {figure.row: figure for figure in bench()}
        except Failed as failed:
            failures.append(str(failed))
        print(f" {time.perf_counter() - began:.0f} s", file=sys.stderr)
    keep({row: figure.value for row, figure in found.items() if row in wanted and isinstance(figure, Figure)})
    show([row for row in ROWS if row.name in wanted], found)
    print(f"\nYardstick of this machine: {yardstick():.0f} ms of CPU for {YARDSTICK_TURNS:,} turns of a Python loop.")
    if failures:
        sys.exit("\n\n".join(failures))


def show(rows: Sequence[Row], found: Mapping[str, Figure | LeftOut]) -> None:
    """Print the table."""
    from rich.console import Console
    from rich.table import Table

    table = Table("row", "", box=None, pad_edge=False)
    table.add_column("measured", justify="right")
    table.add_column("budget", justify="right")
    table.add_column("note", overflow="fold", style="dim")
    for row in rows:
        table.add_row(*_cells(row, found.get(row.name)))
    width = None if sys.stdout.isatty() else 160
    Console(width=width, highlight=False).print(table)


def yardstick() -> float:
    """Milliseconds of CPU for a loop of YARDSTICK_TURNS; the best of five."""
    took = []
    for _ in range(5):
        began = time.process_time()
        total = 0
        for turn in range(YARDSTICK_TURNS):
            total += turn
        took.append(time.process_time() - began)
    return min(took) * 1000


def keep(figures: Mapping[str, float]) -> None:
    """Write build/bench.json."""
    known: dict[str, Any] = json.loads(RESULT.read_text("utf-8")) if RESULT.exists() else {}
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(
        json.dumps({**known, **{row: round(value, 3) for row, value in figures.items()}}, indent=2) + "\n"
    )


def _cells(row: Row, figure: Figure | LeftOut | None) -> tuple[str, ...]:
    from tests.bench.figures import LeftOut

    if figure is None:
        return row.name, "", "-", "", "its bench failed, see below"
    if isinstance(figure, LeftOut):
        return row.name, "", "-", "", f"left out: {figure.why}"
    budget = row.budget_of(figure)
    met = row.met(figure)
    return (
        row.name,
        "" if met is None else "ok" if met else "[bold red]missed[/]",
        _number(figure.value),
        "" if budget is None else f"{row.bound} {_number(budget)}",
        figure.note,
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:,.1f}" if value >= 10 else f"{value:.2f}"


if __name__ == "__main__":
    main(sys.argv[1:])
