"""Random schedules at every door: people, marketing and the clock, while answers are lost and processes die."""

from __future__ import annotations

import random as chance
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from random import Random
from typing import Any
from unittest.mock import patch

from newsletter.container import app
from newsletter.leads.crm_client import Crm
from newsletter.leads.lead import lead_id
from newsletter.leads.outbox.crm_answer import CrmAnswer
from newsletter.mailings.campaign import Campaign, start_campaign
from newsletter.mailings.control.cancel import cancel_mailing
from newsletter.mailings.control.pause import pause_mailing
from newsletter.mailings.control.resume import resume_mailing
from newsletter.platform.errors import NotNow
from newsletter.platform.shards import SHARDS
from newsletter.readers.imports.import_subscribers import ImportList, Mode, import_rows
from newsletter.readers.imports.read_row import Row
from nurture.handler import handle as tick
from tests.soak.account import Account
from tests.soak.causes import Causes
from tests.soak.clock import Clock
from tests.soak.lambdas import EVERY_SOURCE, TICK, Context, Lambdas, calm_ticks
from tests.soak.mailings import without_preflight
from tests.soak.people import Person, Town, paths_of
from tests.soak.virtual import everywhere, virtual
from tests.soak.weather import FAIR, Weather, drawn
from tests.soak.wire import Crash, Wire, laid

STORM = 2 * 3600.0
"""Seconds of bad weather; whoever is not done by then acts on in calm."""
CALM = 40 * 86400.0
"""For how long everything is then watched: until every step of a sequence has been due."""
JOURNEYS = (
    ("took up the offer",),
    ("refused tracking", "took up the offer", "allowed tracking"),
    ("left on the page",),
    ("took up the offer", "left with one click"),
    ("left with one click", "came back"),
    ("refused tracking", "left on the page", "came back", "left with one click"),
    ("took up the offer", "had everything erased"),
    (),
)
MARKETING = (("pause", "resume"), ("pause", "resume", "cancel"), ("cancel",), ())


@dataclass
class DoorSchedule:
    """What one seed stands for; the weather is drawn where it is not given.

    Readers live in few shards, for each is looked after by itself.
    """

    seed: int
    weather: Weather | None = None
    people: int = 4
    shards: int = 3

    @contextmanager
    def played(self) -> Iterator[PlayedDoors]:
        """Play it to the end; the account is open while the context lasts."""
        draw = Random(self.seed)  # noqa: S311 (chance that can be repeated)
        weather = drawn(draw) if self.weather is None else self.weather
        # Mails that SES does not take are tried in schedule.py; here each must come, or be in doubt for a cause.
        weather = replace(weather, entry=0.0)
        with everywhere("SHARDS", SHARDS[: self.shards]), _world(draw) as played:
            # Every journey has its turn, whatever is drawn.
            journeys = [JOURNEYS[(self.seed * self.people + number) % len(JOURNEYS)] for number in range(self.people)]
            played.people = [_person(played, number, journey) for number, journey in enumerate(journeys)]
            played.imported = [_address(played, "tuotu", number) for number in range(2)]
            played.wire.weather = weather
            played.lambdas.twice, played.lambdas.undeleted = weather.twice / 4, weather.undeleted / 4
            for person in played.people:
                played.lambdas.later(draw.uniform(0, STORM / 8), person.begin)
            played.lambdas.later(draw.uniform(0, STORM / 8), partial(_import, played))
            played.lambdas.later(draw.uniform(STORM / 4, STORM / 2), partial(_campaign, played))
            for number in range(int(STORM / TICK)):
                played.lambdas.later(number * TICK, played.tick)
            played.lambdas.work(until=STORM)
            played.wire.weather = FAIR
            played.lambdas.twice = played.lambdas.undeleted = 0.0
            for seconds in calm_ticks(CALM):
                played.lambdas.later(seconds, played.tick)
                played.lambdas.later(seconds - 1, played.redrive)
            played.lambdas.work(until=STORM + CALM + 7200)
            yield played


@dataclass
class PlayedDoors:
    """A schedule that is over, with everything needed to judge it.

    `webhooks` are what the CRM took: the id, and the lead. `console` is what marketing was told, by act.
    """

    account: Account
    lambdas: Lambdas
    wire: Wire
    draw: Random
    causes: Causes
    people: list[Person] = field(default_factory=list)
    imported: list[tuple[str, str]] = field(default_factory=list)
    import_done: bool = False
    webhooks: list[tuple[str, str]] = field(default_factory=list)
    console: Counter[str] = field(default_factory=Counter)

    @property
    def town(self) -> Town:
        """What people act in."""
        return Town(self.lambdas, self.wire, self.draw, self.mails)

    def mails(self, email: str) -> list[Any]:
        """What an address got, oldest first."""
        return [mail for mail in reversed(self.account.ses.mailbox.all()) if email in mail.to]

    def redrive(self) -> None:
        """What an operator does with dead letters once the cause is mended."""
        for queue in self.account.sqs.queues.values():
            queue.redrive(self.lambdas.clock.seconds)

    def tick(self) -> None:
        """What the schedule does every few minutes."""

        def run() -> None:
            now = app.now().replace(microsecond=0)
            tick({"now": now.isoformat()}, Context(self.lambdas.clock, self.lambdas.clock.seconds + 300))

        self.lambdas.run(run, timeout=300.0)


@contextmanager
def _world(draw: Random) -> Iterator[PlayedDoors]:
    clock = Clock()

    def report(event: str) -> None:
        queue = next(name for name in played.account.sqs.queues if name.endswith("FeedbackQueue"))
        played.account.sqs.put(queue, event, draw.uniform(0, 5))

    account = Account(clock, -1.0, report)
    lambdas = Lambdas(clock, account.sqs, draw, sources=EVERY_SOURCE)
    wire = Wire(account, draw, lambdas)
    played = PlayedDoors(account, lambdas, wire, draw, Causes(lambdas))
    wire.onlookers.append(played.causes.look)
    wire.listeners.append(played.causes.heard)
    chance.seed(draw.random())

    def send(_: Crm, webhook: str, payload: str, **_of: str) -> CrmAnswer:
        """The CRM: it may be down, and its answer may be lost; a process may die while it waits."""
        wire.wait(draw.uniform(0, 3))
        current = wire.weather
        if draw.random() < current.error_before + current.lost_before:
            return CrmAnswer(503, 1.0, {})
        played.webhooks.append((webhook, payload))
        if draw.random() < current.crash_after:
            raise Crash
        if draw.random() < current.lost_after:
            return CrmAnswer(0, 20.0, {}, fault="no answer")
        return CrmAnswer(200, 1.0, {})

    with virtual(lambdas), laid(wire.carry), without_preflight(), patch.object(Crm, "send", send):
        yield played


def _person(played: PlayedDoors, number: int, journey: Sequence[str]) -> Person:
    email, id_ = _address(played, "lukija", number)
    return Person(played.town, id_, email, f"198.51.{number}.7", list(journey), paths_of(id_))


def _address(played: PlayedDoors, name: str, number: int) -> tuple[str, str]:
    """An address, and its id, in one of the few shards as its lead is."""
    offer = app.publication.offers[0].key
    while True:
        email = f"{name}{number}.{played.draw.randrange(10**6)}@lukija.example.com"
        id_ = app.ids.of(email)
        if id_[0] in SHARDS[:3] and lead_id(id_, offer, 1)[0] in SHARDS[:3]:
            return email, id_


def _import(played: PlayedDoors) -> None:
    (confirmed, _), (asked, _) = played.imported

    def both() -> bool:
        now = app.now().replace(microsecond=0)
        import_rows([Row(confirmed)], ImportList("messut", Mode.CONFIRMED, "list"), now, app, again=True)
        import_rows([Row(asked)], ImportList("messut", Mode.PENDING), now, app, again=True)
        return True

    def done(_: bool) -> None:  # noqa: FBT001 (what the act gave)
        played.import_done = True

    played.town.do(both, done)


def _campaign(played: PlayedDoors) -> None:
    """Marketing starts a campaign, and then does what it has in mind, one after the other."""
    todo = ["start", *played.draw.choice(MARKETING)]

    def following(_: object = None) -> None:
        if not todo:
            return
        act = todo.pop(0)

        def told(said: str) -> None:
            played.console[f"{act} {said}"] += 1
            played.lambdas.later(played.draw.uniform(0, 30), following)

        played.town.do(partial(_at_the_console, act), told)

    following()


def _at_the_console(act: str) -> str:
    """`done`, or `refused` for what is no longer possible."""
    now = app.now().replace(microsecond=0)
    try:
        match act:
            case "start":
                start_campaign(Campaign("ovet", "Kevään kuulumiset", "Hei!", "fi"), app, now=now)
            case "pause":
                pause_mailing("campaign-ovet", app, by="Maija", now=now)
            case "resume":
                resume_mailing("campaign-ovet", app, by="Maija", now=now)
            case "cancel":
                cancel_mailing("campaign-ovet", app, by="Maija", now=now)
    except NotNow:
        return "refused"
    return "done"
