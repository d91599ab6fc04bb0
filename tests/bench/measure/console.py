"""What the slowest page of the console takes for 100,000 readers and 500 mailings."""

from __future__ import annotations

from tests.bench.figures import Figure
from tests.bench.processes import stub

READERS = 100_000


def measure() -> list[Figure]:
    """The slowest page, and the three slowest by name."""
    with stub(READERS) as aws:
        said = aws.run("open_console")
    took = {path: ms for path, ms in said.items() if path.startswith("/")}
    slowest = sorted(took, key=lambda path: -took[path])
    note = ", ".join(f"{path.removeprefix('/console')} {took[path]:.0f}" for path in slowest[:3])
    return [Figure("console_page_ms", took[slowest[0]], f"{len(took)} pages; {note}")]
