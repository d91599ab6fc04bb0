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


def main(arguments: Sequence[str]) -> None:
    """Run the benches of the rows that were asked for."""
    # Python put this folder first, where our modules would hide others; what the table needs is below the root.
    sys.path[:1] = [str(ROOT), str(ROOT / "functions"), str(ROOT / "infra")]
    from tests.bench.figures import Figure
    from tests.bench.processes import Failed
    from tests.bench.rows import ROWS, benches
    from tests.bench.yardstick import seconds_a_turn

    names = [row.name for row in ROWS]
    if unknown := set(arguments) - set(names):
        sys.exit(f"{', '.join(sorted(unknown))}: no such row; there are {', '.join(names)}")
    wanted = list(arguments) or names
    found: dict[str, Figure | LeftOut] = {}
    failures: list[str] = []
    for name, bench in benches(wanted).items():
        began = time.perf_counter()
        print(f"{name} ...", end="", file=sys.stderr, flush=True)
        try:
            found |= {figure.row: figure for figure in bench()}
        except Failed as failed:
            failures.append(str(failed))
        print(f" {time.perf_counter() - began:.0f} s", file=sys.stderr)
    keep({row: figure.value for row, figure in found.items() if row in wanted and isinstance(figure, Figure)})
    show([row for row in ROWS if row.name in wanted], found)
    print(f"\nYardstick of this machine: {min(seconds_a_turn() for _ in range(20)) * 1e9:.0f} ns of CPU a turn.")
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
    met = row.met(figure)
    return (
        row.name,
        "" if met is None else "ok" if met else "[bold red]missed[/]",
        _number(figure.value),
        "" if row.budget is None else f"{row.bound} {_number(row.budget)}",
        figure.note,
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:,.1f}" if value >= 10 else f"{value:.2f}"


if __name__ == "__main__":
    main(sys.argv[1:])
