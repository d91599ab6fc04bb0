"""`make soak`: many random schedules on all processors, and what was seen in them.

Each seed gives three: a mailing to many readers, people at every door, and presses that become leads. Every schedule
follows from its seed. One that breaks a promise is printed with the command that plays it again.
"""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "functions"), str(ROOT / "infra")]

from newsletter.container import app  # noqa: E402
from rehearsal import environment  # noqa: E402
from tests.bench.stack import variables  # noqa: E402
from tests.soak.door_promises import check_doors  # noqa: E402
from tests.soak.doors import DoorSchedule  # noqa: E402
from tests.soak.lambdas import warm_up  # noqa: E402
from tests.soak.lead_promises import check_leads  # noqa: E402
from tests.soak.lead_schedule import LeadSchedule  # noqa: E402
from tests.soak.promises import Broken, check  # noqa: E402
from tests.soak.schedule import Schedule  # noqa: E402

CHUNK = 20
"""Schedules that a process plays before it reports."""
CHUNKS = 5
"""After so many a fresh process goes on: invocations that crashed are never resumed, and hold on to what they had."""


@contextmanager
def surroundings() -> Iterator[None]:
    """The functions' environment, and what all schedules of a process share."""
    nowhere = "https://aws.invalid"
    known = {name: value for name, value in variables(nowhere).items() if name != "AWS_ENDPOINT_URL"}
    with environment.applied({**known, "POWERTOOLS_LOG_LEVEL": "CRITICAL"}):
        app.reset()
        warm_up()
        yield
        app.reset()


PASSES = "most times that an event came round to a function"


def together(total: Counter[str], seen: Counter[str]) -> Counter[str]:
    """What was seen in one and the other."""
    both = total + seen
    both[PASSES] = max(total[PASSES], seen[PASSES])
    return both


def seen_in(schedule: Schedule) -> Counter[str]:
    """Play a schedule and count what happened in it. Raises Broken."""
    with schedule.played() as played:
        report = check(played)
    certificate = report.certificate
    lambdas = played.stage.lambdas
    seen = Counter({f"{what}": number for what, number in played.stage.wire.counts.items()})
    for name in ("planned", "accepted", "suppressed", "rejected", "doubtful", "twice", "bounced"):
        seen[f"recipients {name}"] = getattr(certificate, name)
    return seen + Counter(
        {
            "schedules": 1,
            "schedules with a doubtful recipient": int(certificate.doubtful > 0),
            "invocations": lambdas.invocations,
            "invocations ended by Lambda's timeout": lambdas.killed,
            "hours of virtual time": int(lambdas.clock.seconds // 3600),
            PASSES: max(lambdas.passes.values(), default=0),
        }
    )


def seen_at_the_doors(schedule: DoorSchedule) -> Counter[str]:
    """The same of a schedule at the doors."""
    with schedule.played() as played:
        check_doors(played)
    said = Counter(f"people who {act}" for person in played.people for act in person.said)
    console = Counter({f"campaigns: {act}": number for act, number in played.console.items()})
    return said + console + Counter({"schedules at the doors": 1, "webhooks at the CRM": len(played.webhooks)})


def seen_of_leads(schedule: LeadSchedule) -> Counter[str]:
    """The same of a schedule of leads and sequences."""
    with schedule.played() as played:
        return check_leads(played)


def _play(seeds: range) -> tuple[Counter[str], list[str]]:
    total: Counter[str] = Counter()
    broken = []
    with surroundings():
        for seed in seeds:
            try:
                total = together(total, seen_in(Schedule(seed)))
                total = together(total, seen_at_the_doors(DoorSchedule(seed)))
                total = together(total, seen_of_leads(LeadSchedule(seed)))
            except Exception as error:  # noqa: BLE001 (the other schedules shall be played whatever this one shows)
                total["schedules that broke a promise"] += 1
                broken.append(f"seed {seed}: {type(error).__name__}: {error}\n  make soak SEED={seed} RUNS=1")
    return total, broken


def _tell(seed: int) -> int:
    """Play one schedule and print everything that went over the wire."""
    with surroundings(), Schedule(seed).played() as played:
        print(*played.stage.wire.trail, sep="\n")
        print(f"\nseed {seed}, fingerprint {played.fingerprint}, {played.weather}")
        print(*(repr(failure) for failure in played.stage.lambdas.failures), sep="\n")
        try:
            print(check(played).certificate)
        except Broken as broken:
            print(f"BROKEN: {broken}")
            return 1
    with surroundings(), DoorSchedule(seed).played() as at_the_doors:
        print("\nAt the doors:", *at_the_doors.wire.trail, sep="\n")
        for person in at_the_doors.people:
            print(f"{person.email} ({person.id}): {', '.join(person.said)}; refused: {person.refused}")
        try:
            check_doors(at_the_doors)
        except Broken as broken:
            print(f"BROKEN: {broken}")
            return 1
    with surroundings(), LeadSchedule(seed).played() as leads:
        print("\nLeads:", *leads.wire.trail, sep="\n")
        for visitor in leads.visitors:
            print(f"{visitor.email} ({visitor.id}): {visitor.pressed}; left: {visitor.left}; erased: {visitor.erased}")
        try:
            print(check_leads(leads))
        except Broken as broken:
            print(f"BROKEN: {broken}")
            return 1
    return 0


def main() -> int:
    """SEED and RUNS come from the environment."""
    first, runs = int(os.environ.get("SEED") or 1), int(os.environ.get("RUNS") or 10_000)
    if runs == 1:
        return _tell(first)
    began = time.monotonic()
    total: Counter[str] = Counter()
    broken: list[str] = []
    chunks = [range(start, min(start + CHUNK, first + runs)) for start in range(first, first + runs, CHUNK)]
    with get_context("spawn").Pool(maxtasksperchild=CHUNKS) as pool:
        for seen, faults in pool.imap_unordered(_play, chunks):
            total = together(total, seen)
            broken += faults
            for fault in faults:
                print(fault, flush=True)
            if total["schedules"] % 500 < CHUNK:
                print(f"{total['schedules']} of {runs} seeds, {time.monotonic() - began:.0f} s", flush=True)
    for name, number in sorted(total.items()):
        print(f"{number:>12,}  {name}")
    print(f"{time.monotonic() - began:>12,.0f}  seconds")
    print(f"{len(broken)} of {runs} seeds broke a promise")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
