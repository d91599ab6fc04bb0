"""How long it takes to count an audience of 100,000 readers, and to show five of them."""

from __future__ import annotations

from tests.bench.figures import Figure
from tests.bench.processes import stub

READERS = 100_000


def measure() -> list[Figure]:
    """The dearest of several rules, and that of everybody."""
    with stub(READERS) as aws:
        said = aws.run("count_audience")
    seconds = {name: found["cpu_s"] for name, found in said.items() if isinstance(found, dict)}
    note = ", ".join(f"{name} {took:.1f}" for name, took in seconds.items())
    return [Figure("audience_count_s", max(seconds.values()), note)]
