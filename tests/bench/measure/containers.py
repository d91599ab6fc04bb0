"""What the first event of a new container takes under AWS's runtime client, from the built archive."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from statistics import median

from tests.bench import processes
from tests.bench.figures import Figure, LeftOut
from tests.bench.measure.cold_start import CLIENTS
from tests.bench.stack import stack, variables
from tests.deployed.containers import Used, container
from tests.deployed.runtime_api import Failure
from tests.skips import RUNTIME

REPEATS = 5


def measure(folders: Collection[str] = tuple(CLIENTS)) -> list[Figure | LeftOut]:
    """Containers of all functions turn by turn, each new; the medians. The stub of AWS runs in a process of its own."""
    if RUNTIME.find() is None:
        why = f"{RUNTIME.name} is missing: {RUNTIME.install}"
        return [LeftOut(f"{row}_{folder}", why) for row in ("cold_start_ms", "memory_mb") for folder in folders]
    used: dict[str, list[Used]] = defaultdict(list)
    with processes.stub() as aws:
        events = aws.run("first_events")
        functions = [each for each in stack().functions if each.folder in folders]
        for turn in range(REPEATS + 1):
            for function in functions:
                here = {**variables(aws.url), "NO_PROXY": "127.0.0.1"}
                with container(function, stack().account, here) as new:
                    answer = new.invoke(events[function.folder])
                    if isinstance(answer, Failure) or new.cold is None:
                        raise processes.Failed(f"{function.folder} did not handle its event: {answer}\n{new.logged()}")
                if turn:  # the first brings files into the page cache
                    used[function.folder].append(new.cold)
    return [
        figure
        for folder, seen in used.items()
        for figure in (
            Figure(f"cold_start_ms_{folder}", median(each.cpu for each in seen) * 1000),
            Figure(f"memory_mb_{folder}", median(each.peak_mb for each in seen)),
        )
    ]
