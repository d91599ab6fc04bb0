"""What a reader or a queue waits for when a container is new, beside what boto3 alone would make it wait."""

from __future__ import annotations

from collections import defaultdict
from statistics import median

from tests.bench import processes
from tests.bench.figures import Figure, LeftOut
from tests.bench.stack import ROOT

REPEATS = 9
TIMES_FLOOR = 1.3
CLIENTS = {
    "feed_ingest": ("dynamodb",),
    "planner": ("dynamodb", "sqs", "sesv2"),
    "sender": ("dynamodb", "sqs", "sesv2", "ssm"),
    "feedback": ("dynamodb",),
    "public_site": ("dynamodb", "sqs", "ssm"),
    "console": ("dynamodb", "sqs", "ssm"),
    "lead_handoff": ("dynamodb", "ssm"),
    "nurture": ("dynamodb", "sqs", "sesv2"),
}
"""The clients that the function may use by its rights in template.yaml."""


def measure() -> list[Figure | LeftOut]:
    """Functions and floors turn by turn, each time in a fresh process; the medians, and the ratio of each function."""
    there = [folder for folder in CLIENTS if (ROOT / "functions" / folder / "handler.py").exists()]
    ours: dict[str, list[float]] = defaultdict(list)
    floors: dict[tuple[str, ...], list[float]] = defaultdict(list)
    with processes.stub() as aws:
        events = aws.run("first_events")
        for folder in there:  # byte code is written, files come into the page cache
            aws.run("first_event", folder, events[folder], CLIENTS[folder])
        for _ in range(REPEATS):
            for services in dict.fromkeys(CLIENTS.values()):
                floors[services].append(aws.run("bare_clients", services)["ms"])
            for folder in there:
                ours[folder].append(aws.run("first_event", folder, events[folder], CLIENTS[folder])["ms"])
    middle = {services: median(times) for services, times in floors.items()}
    figures = [_figure(folder, median(ours[folder]), middle[CLIENTS[folder]]) for folder in there]
    missing = [LeftOut(_row(folder), f"there is no functions/{folder}/handler.py") for folder in CLIENTS.keys() - there]
    floor = Figure(
        "cold_start_floor_ms",
        median(middle.values()),
        f"the middle one; {min(middle.values()):.0f} with DynamoDB alone",
    )
    return [*figures, *missing, floor]


def _figure(folder: str, ours: float, floor: float) -> Figure:
    return Figure(_row(folder), ours, f"{ours / floor:.2f} x its floor of {floor:.0f} ms", budget=TIMES_FLOOR * floor)


def _row(folder: str) -> str:
    return f"cold_start_ms_{folder}"
