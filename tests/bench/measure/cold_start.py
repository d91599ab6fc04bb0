"""What a handler needs for its first event in a new process, beside what boto3 alone would need."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from statistics import median

from tests.bench import processes
from tests.bench.figures import Figure, LeftOut
from tests.bench.stack import ROOT

REPEATS = 7
CLIENTS = {
    "feed_ingest": ("dynamodb",),
    "planner": ("dynamodb", "sqs", "sesv2"),
    "sender": ("dynamodb", "sqs", "sesv2", "ssm"),
    "feedback": ("dynamodb",),
    "public_site": ("dynamodb", "sqs", "ssm"),
    "console": ("dynamodb", "sqs", "ssm"),
    "lead_handoff": ("dynamodb", "ssm"),
    "nurture": ("dynamodb", "sqs", "sesv2"),
    "transfers": ("dynamodb", "sqs", "ssm"),
}
"""The clients that the function may use by its rights in template.yaml."""


def measure(folders: Collection[str] = CLIENTS) -> list[Figure | LeftOut]:
    """Functions and floors turn by turn, each time in a fresh process; the medians, of their ratios too."""
    there = [folder for folder in folders if (ROOT / "functions" / folder / "handler.py").exists()]
    ours: dict[str, list[float]] = defaultdict(list)
    floors: dict[str, list[float]] = defaultdict(list)
    with processes.stub() as aws:
        events = aws.run("first_events")
        for folder in there:  # byte code is written, files come into the page cache
            aws.run("first_event", folder, events[folder], CLIENTS[folder])
        for _ in range(REPEATS):
            for folder in there:
                floors[folder].append(aws.run("bare_clients", CLIENTS[folder])["ms"])
                ours[folder].append(aws.run("first_event", folder, events[folder], CLIENTS[folder])["ms"])
    missing = [
        LeftOut(f"cold_start_ratio_{folder}", f"there is no functions/{folder}/handler.py")
        for folder in set(folders) - set(there)
    ]
    floor = Figure("cold_start_floor_ms", median(map(median, floors.values())), "the middle one of the functions'")
    return [*(_ratio(folder, ours[folder], floors[folder]) for folder in there), *missing, floor]


def _ratio(folder: str, ours: list[float], floors: list[float]) -> Figure:
    ratio = median(took / floor for took, floor in zip(ours, floors, strict=True))
    return Figure(f"cold_start_ratio_{folder}", ratio, f"{median(ours):.0f} ms; its floor: {median(floors):.0f} ms")
