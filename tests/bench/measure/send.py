"""What the sender does beside boto3's bare calls, and beside a loop of one call per recipient."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from newsletter.platform.messages import SendBatch
from newsletter.platform.rate_limit import BATCH_SIZE
from newsletter.platform.shards import SHARDS
from tests.bench.figures import Figure
from tests.bench.processes import Stub, stub
from tests.bench.programs.mailing import MAILING
from tests.bench.stack import batch_size
from tests.bench.stub.readers import reader_id

RATE = 1_000.0
"""Recipients a second that the account may send to: a batch of 50 every 56 ms, which one process keeps up with. Of
11 ms (5,000 a second) a slow machine misses every other slot, and what is measured is how it reserves new ones."""
REPEATS = 3
WARM_UP, BLOCKS = 10, 12
"""Batches of 50 before the measurement begins; events of the queue in it, each beside as many batches of bare calls."""
WARM_UP_EACH, READERS_EACH = 50, 500


def measure() -> list[Figure]:
    """All ways turn by turn; the medians, of ratios too, so that what disturbs one turn counts little."""
    beside: list[float] = []
    rates: list[float] = []
    ratios: list[float] = []
    each: list[float] = []
    with stub(rate=RATE) as aws:
        variant = aws.run("mailing")["variant"]
        for repeat in range(REPEATS):
            ours, bare, batches = _bulk(aws, variant, repeat)
            beside += [floor / took for took, floor in zip(ours, bare, strict=True)]
            rates.append(batches * BATCH_SIZE / sum(ours))
            each.append(_each(aws, variant))
            ratios.append(rates[-1] / each[-1])
    rate, ratio = median(rates), median(beside)
    quarters = sorted(beside)[len(beside) // 4], sorted(beside)[3 * len(beside) // 4]
    return [
        Figure(
            "send_ratio_vs_floor",
            ratio,
            f"half of {len(beside)} turns from {quarters[0]:.2f} to {quarters[1]:.2f}; "
            f"{BATCH_SIZE / rate * 1000:.1f} ms for a batch of {BATCH_SIZE}",
        ),
        Figure(
            "send_ratio_vs_per_recipient",
            median(ratios),
            f"the loop: {median(each):,.0f} recipients per CPU second",
        ),
        Figure("send_recipients_per_cpu_s", rate),
    ]


def _bulk(aws: Stub, variant: str, repeat: int) -> tuple[list[float], list[float], int]:
    """CPU seconds of each turn: the sender's, those of the bare calls; how many batches each way had."""
    at_once = batch_size("sender", "BatchQueue")
    first, noted, *bodies = _messages(variant, SHARDS[repeat], WARM_UP + 1 + BLOCKS * at_once)
    warm_up, measured = [first, *bodies[: WARM_UP - 1]], bodies[WARM_UP - 1 :]
    said = aws.run("send_beside_floor", warm_up, noted, measured, at_once, RATE)
    return said["ours_s"], said["bare_s"], len(measured)


def _each(aws: Stub, variant: str) -> float:
    readers = [reader_id("a", number) for number in range(WARM_UP_EACH + READERS_EACH)]
    took = aws.run("send_each", variant, readers[:WARM_UP_EACH], readers[WARM_UP_EACH:])["cpu_s"]
    return READERS_EACH / float(took)


def _messages(variant: str, shard: str, number: int) -> Iterator[str]:
    for batch in range(number):
        readers = tuple(reader_id(shard, batch * BATCH_SIZE + position) for position in range(BATCH_SIZE))
        yield SendBatch(MAILING.id, f"{shard}0-{batch}", variant, readers).to_json()
