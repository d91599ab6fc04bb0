"""What a turn of a plain Python loop costs at this moment, so that figures of different machines can be compared.

A turn is `total += turn` over a `range`, in a function: 20 to 45 ns of CPU. Whatever is counted in turns is measured in
pieces, each next to a sample of the loop in the same process, and the middle one of the ratios counts: another process
on the machine then slows down both alike.
"""

from __future__ import annotations

from time import process_time

SAMPLE = 100_000
"""Turns in a sample: some milliseconds, so that a sample between two pieces costs little."""


def seconds_a_turn(turns: int = SAMPLE) -> float:
    """CPU seconds of one turn, from a loop of so many."""
    began = process_time()
    total = 0
    for turn in range(turns):
        total += turn
    return (process_time() - began) / turns
