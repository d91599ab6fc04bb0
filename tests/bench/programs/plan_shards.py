"""Shards of a mailing through the real planner, page after page; what CPU and memory that takes, also in turns."""

from __future__ import annotations

import json
import re
import resource
import sys
from pathlib import Path
from time import process_time
from unittest.mock import patch

from newsletter.container import app
from newsletter.mailings.planning import enqueue
from newsletter.mailings.planning.plan_page import plan_page
from newsletter.platform.messages import PlanPage
from tests.bench import processes
from tests.bench.yardstick import seconds_a_turn


def plan(mailing: str, shard: str) -> tuple[int, int, int]:
    """Plan a shard to its end; how many pages, batches and recipients it has."""
    batches = recipients = page = 0
    while True:
        manifest = plan_page(PlanPage(mailing, shard, page), app.now(), app)
        assert manifest is not None
        batches += len(manifest.batches)
        recipients += sum(len(batch.recipients) for batch in manifest.batches)
        page += 1
        if manifest.last:
            return page, batches, recipients


def peak_mb() -> float:
    """The most memory that this process ever held, in MB (10^6 bytes).

    Linux: VmHWM of /proc, because ru_maxrss counts what the parent held before this program was loaded.
    """
    status = Path("/proc/self/status")
    if status.exists() and (found := re.search(r"VmHWM:\s+(\d+) kB", status.read_text("ascii"))):
        return int(found[1]) * 1024 / 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


def main() -> None:
    """Arguments: the mailing, the shards."""
    mailing, shards = processes.arguments()
    planned: list[tuple[int, int, int]] = []
    took: list[float] = []
    turns: list[float] = []
    # As though the queue had room for all: what waits in the manifests is put there later, at the same cost.
    with patch.object(enqueue, "AHEAD", 1e9):
        for shard in shards:
            turn = seconds_a_turn()
            began = process_time()
            planned.append(plan(mailing, shard))
            took.append(process_time() - began)
            turns.append(took[-1] / turn)
    pages, batches, recipients = (sum(numbers) for numbers in zip(*planned, strict=True))
    counts = {"pages": pages, "batches": batches, "recipients": recipients}
    print(json.dumps({"cpu_s": sum(took), "turns": turns, "peak_mb": peak_mb(), **counts}))


if __name__ == "__main__":
    main()
