"""Bursts of other kinds on virtual time, with the real functions: steps due together, and readers who leave together.

.venv/bin/python tests/simulation/bursts.py [steps READERS RATE | leaving READERS]
"""

from __future__ import annotations

import random as chance
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from pathlib import Path
from random import Random
from unittest.mock import patch

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "functions"), str(ROOT / "infra")]

from newsletter.container import app  # noqa: E402
from newsletter.nurture import due_work  # noqa: E402
from newsletter.nurture.steps.plan_steps import plan_steps  # noqa: E402
from newsletter.platform.links.links import LinkClaims, LinkPurpose  # noqa: E402
from newsletter.readers.imports.import_subscribers import ImportList, Mode, import_rows  # noqa: E402
from newsletter.readers.imports.read_row import Row  # noqa: E402
from newsletter.readers.subscriber import Status  # noqa: E402
from rehearsal import events  # noqa: E402
from tests.bench.stack import stack  # noqa: E402
from tests.simulation.asked import number, whole, wrong  # noqa: E402
from tests.soak.account import Account, Answer, Request  # noqa: E402
from tests.soak.clock import Clock  # noqa: E402
from tests.soak.lambdas import EVERY_SOURCE, TICK, Context, Lambdas, fresh  # noqa: E402
from tests.soak.run import surroundings  # noqa: E402
from tests.soak.virtual import virtual  # noqa: E402
from tests.soak.weather import FAIR  # noqa: E402
from tests.soak.wire import Wire, laid  # noqa: E402

SEQUENCE = "sparraus"
AT_ONCE = 100
"""Rows that are imported together."""
SETTING_UP = 0.001
"""Seconds of the clock between calls while readers are made, so that the new tables bear it."""
WORKERS = 8
"""Executions beside the tick: what a new account of ten has."""


@dataclass
class Burst:
    """What was seen. `waited`: seconds from the beginning until each was done, the shortest first.

    `mails`: how many mails readers got, by how many readers; `throttled`: calls refused, by "write table"; `peaks`: the
    most units in a second of one key.
    """

    readers: int
    waited: list[float] = field(default_factory=list)
    mails: Counter[int] = field(default_factory=Counter)
    answers: Counter[int] = field(default_factory=Counter)
    throttled: Counter[str] = field(default_factory=Counter)
    peaks: dict[str, float] = field(default_factory=dict)
    failures: int = 0
    dead_letters: int = 0
    still_active: int = 0


@dataclass
class World:
    """An account with limits and a few executions."""

    account: Account
    lambdas: Lambdas
    wire: Wire
    draw: Random
    ids: list[str] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """Of the clock."""
        return self.lambdas.clock.seconds

    def set_up(self, act: Callable[[], object]) -> None:
        """Do something with calls that take no time to speak of."""

        def carry(request: Request) -> Answer:
            self.lambdas.clock.seconds += SETTING_UP
            return self.account.answer(request)

        with laid(carry):
            act()

    def populate(self, readers: int) -> None:
        """Active readers."""
        emails = [f"lukija{number}@lukija.example.com" for number in range(readers)]
        self.ids = [app.ids.of(email) for email in emails]
        messe = ImportList("messut", Mode.CONFIRMED, "list")
        for start in range(0, readers, AT_ONCE):
            rows = [Row(email) for email in emails[start : start + AT_ONCE]]
            import_rows(rows, messe, app.now().replace(microsecond=0), app)

    def tick(self) -> None:
        """What the schedule does every few minutes."""

        def run() -> None:
            now = app.now().replace(microsecond=0).isoformat()
            handle = import_module("nurture.handler").handle
            handle({"now": now}, Context(self.lambdas.clock, self.seconds + 300))

        self.lambdas.run(run, timeout=300.0)

    def seen(self, burst: Burst) -> Burst:
        """The burst with what the account and the functions know of it."""
        throughput = self.account.database.throughput
        for (kind, table, _), calls in throughput.throttled.items():
            burst.throttled[f"{kind} {table}"] += calls
        burst.peaks = throughput.peaks
        burst.failures = len(self.lambdas.failures)
        burst.dead_letters = sum(len(queue.dead) for queue in self.account.sqs.queues.values())
        return burst


@contextmanager
def _world(rate: float) -> Iterator[World]:
    draw = Random(5)  # noqa: S311 (the same story in every run)
    clock = Clock()
    app.__dict__ = fresh()

    def report(event: str) -> None:
        queue = next(name for name in account.sqs.queues if name.endswith("FeedbackQueue"))
        account.sqs.put(queue, event, draw.uniform(0, 5))

    account = Account(clock, rate, report)
    lambdas = Lambdas(clock, account.sqs, draw, workers=WORKERS, sources=EVERY_SOURCE)
    lambdas.patience = 10**9
    wire = Wire(account, draw, lambdas)
    wire.weather = FAIR
    chance.seed(5)
    by_the_clock = partial(plan_steps, clock=lambda: clock.seconds)
    with virtual(lambdas), patch.object(due_work, "plan_steps", by_the_clock):
        yield World(account, lambdas, wire, draw)


def steps_due_together(readers: int, rate: float) -> Burst:
    """The first step of a sequence is due for all of them in the same tick; ticks go on until each has it."""
    with _world(rate) as world:
        world.set_up(lambda: world.populate(readers))
        world.set_up(lambda: [app.triggers.joined(each, SEQUENCE, app.now()) for each in world.ids])
        first = app.publication.sequences[SEQUENCE].steps[0]
        world.lambdas.clock.seconds += first.after.total_seconds() + 1
        began, before = world.seconds, len(world.account.sent)
        with laid(world.wire.carry):
            # For one more hour than all need, in which nobody may get it again.
            after = 3600 + 3 * readers / rate
            for seconds in range(0, int(after), int(TICK)):
                world.lambdas.later(seconds, world.tick)
            world.lambdas.work(until=began + after)
        mails = Counter(mail.to for mail in world.account.sent[before:])
        start = world.account.sent[before].at if mails else app.now()
        burst = Burst(readers, sorted((mail.at - start).total_seconds() for mail in world.account.sent[before:]))
        burst.mails = Counter(mails.values())
        burst.mails[0] = readers - len(mails)
        return world.seen(burst)


def leaving_together(readers: int, during: float = 3600.0) -> Burst:
    """All of them press their mailbox's button (RFC 8058) within that time, each in a container of the site."""
    with _world(14.0) as world:
        burst = Burst(readers)
        world.set_up(lambda: world.populate(readers))
        began = world.seconds
        with laid(world.wire.carry):
            for each in world.ids:
                token = app.links.token(LinkPurpose.UNSUBSCRIBE, LinkClaims(each, "campaign-kevat", "a0-0"))
                world.lambdas.later(world.draw.uniform(0, during), partial(_leave, world, token, burst))
            world.lambdas.work(until=began + during + 3600)
        world.set_up(lambda: _count_active(world, burst))
        return world.seen(burst)


def _count_active(world: World, burst: Burst) -> None:
    for start in range(0, burst.readers, AT_ONCE):
        found = app.subscribers.many(world.ids[start : start + AT_ONCE])
        burst.still_active += sum(reader.status is Status.ACTIVE for reader in found.values())


def _leave(world: World, token: str, burst: Burst) -> None:
    site = next(each for each in stack().functions if each.folder == "public_site")
    path, body = f"/unsubscribe/{token}", b"List-Unsubscribe=One-Click"
    form = (("content-type", "application/x-www-form-urlencoded"),)

    def run() -> None:
        began = world.seconds
        source = f"203.0.113.{world.draw.randrange(250)}"
        request = events.Request("POST", path, "", form, body, source)
        event = events.http(request, "POST /unsubscribe/{token}", {"token": token}, app.now())
        context = Context(world.lambdas.clock, began + site.timeout)
        answer = import_module("public_site.handler").handle(event, context)
        burst.answers[answer["statusCode"]] += 1
        burst.waited.append(world.seconds - began)

    world.lambdas.run(run, timeout=float(site.timeout))


def main() -> None:
    """Play one burst, and print what was seen of it."""
    given = dict(zip(("burst", "READERS", "RATE"), sys.argv[1:], strict=False))
    if given.get("burst", "steps") not in ("steps", "leaving"):
        wrong("burst", given["burst"], "one that can be played", "steps or leaving")
    readers, rate = whole(given, "READERS", 50_000), number(given, "RATE", 100, least=1, most=1_000_000)
    began = time.monotonic()
    with surroundings():
        burst = leaving_together(readers) if given.get("burst") == "leaving" else steps_due_together(readers, rate)
    waited = sorted(burst.waited)
    print(f"{len(waited):,} done, the last after {waited[-1]:,.0f} s, half after {waited[len(waited) // 2]:,.1f} s")
    print(f"mails by readers: {dict(burst.mails)}; answers: {dict(burst.answers)}; still active: {burst.still_active}")
    print(f"failures {burst.failures}, dead letters {burst.dead_letters}, throttled {dict(burst.throttled)}")
    print({key: round(units) for key, units in sorted(burst.peaks.items(), key=lambda each: -each[1])[:8]})
    print(f"{time.monotonic() - began:,.0f} seconds of this machine")


if __name__ == "__main__":
    main()
