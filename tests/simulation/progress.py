"""How far a simulation is, said on standard error while it runs: one to a million readers takes an hour and more."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from tests.simulation.send import Stage

EVERY = 60.0
"""Seconds of this machine between two lines."""


@contextmanager
def progress_told(stage: Stage) -> Iterator[None]:
    """Print a line every minute while the block runs."""
    over = Event()

    def tell() -> None:
        while not over.wait(EVERY):
            print(progress(stage), file=sys.stderr, flush=True)

    teller = Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield
    finally:
        over.set()
        teller.join()


def progress(stage: Stage) -> str:
    """The virtual time, and what has happened until then."""
    visits = f", {stage.visitors.seen.visits:,} visits" if stage.visitors else ""
    return f"second {stage.clock.seconds:,.0f}: {stage.witness.recipients:,} of {stage.readers:,} recipients{visits}"
