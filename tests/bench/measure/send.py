"""What the sender does with a second of CPU, and what a loop of one call per recipient does with it."""

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

REPEATS = 3
WARM_UP, BATCHES = 10, 100
"""Batches of 50 before the measurement begins, and in it."""
WARM_UP_EACH, READERS_EACH = 50, 500


def measure() -> list[Figure]:
    """All ways turn by turn, each time in a fresh process; the median of each."""
    with stub() as aws:
        variant = aws.run("mailing")["variant"]
        bulk, each, bare = [], [], []
        for repeat in range(REPEATS):
            bulk.append(_bulk(aws, variant, repeat))
            bare.append(_bare(aws, variant, repeat))
            each.append(_each(aws, variant))
    rate, rate_each, floor = median(bulk), median(each), median(bare)
    return [
        Figure("send_recipients_per_cpu_s", rate, f"{BATCH_SIZE / rate * 1000:.1f} ms for a batch of {BATCH_SIZE}"),
        Figure(
            "send_floor_recipients_per_cpu_s", floor, f"boto3 alone: {rate / floor:.0%} of its speed is what we reach"
        ),
        Figure(
            "send_ratio_vs_per_recipient", rate / rate_each, f"the loop: {rate_each:,.0f} recipients per CPU second"
        ),
    ]


def _bulk(aws: Stub, variant: str, repeat: int) -> float:
    bodies = list(_messages(variant, repeat))
    took = aws.run("send_batches", bodies[:WARM_UP], bodies[WARM_UP:], batch_size("sender", "BatchQueue"))["cpu_s"]
    return BATCHES * BATCH_SIZE / float(took)


def _bare(aws: Stub, variant: str, repeat: int) -> float:
    """Messages of other shards than those that are sent, so that no record is there already."""
    first, noted, *_ = _messages(variant, REPEATS + repeat)
    return BATCHES * BATCH_SIZE / float(aws.run("send_bare", first, noted, BATCHES)["cpu_s"])


def _each(aws: Stub, variant: str) -> float:
    readers = [reader_id("a", number) for number in range(WARM_UP_EACH + READERS_EACH)]
    took = aws.run("send_each", variant, readers[:WARM_UP_EACH], readers[WARM_UP_EACH:])["cpu_s"]
    return READERS_EACH / float(took)


def _messages(variant: str, repeat: int) -> Iterator[str]:
    shard = SHARDS[repeat]
    for number in range(WARM_UP + BATCHES):
        readers = tuple(reader_id(shard, number * BATCH_SIZE + position) for position in range(BATCH_SIZE))
        yield SendBatch(MAILING.id, f"{shard}0-{number}", variant, readers).to_json()
