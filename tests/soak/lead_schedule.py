"""Random schedules of leads and sequences: presses, ticks, marketing and a CRM, while calls fail and processes die."""

from __future__ import annotations

import random as chance
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any
from unittest.mock import patch

from newsletter.container import app
from newsletter.leads.change_lead import accepted, lost, won
from newsletter.leads.crm_client import Crm
from newsletter.leads.inbound.crm_webhook import DO_NOT_MAIL, CrmWebhook
from newsletter.leads.inbound.obey_crm import obey
from newsletter.leads.lead import lead_id
from newsletter.leads.manage.act_on_lead import act_on_lead
from newsletter.leads.manage.acts import Act
from newsletter.leads.outbox.deliver_events import switch_on
from newsletter.platform.errors import NotFound, NotNow
from newsletter.platform.shards import SHARDS
from newsletter.publication.nurture.steps import Step
from newsletter.publication.publication import Publication
from newsletter.readers.imports.import_subscribers import ImportList, Mode, import_rows
from newsletter.readers.imports.read_row import Row
from nurture.handler import handle as tick
from tests.soak.account import Account
from tests.soak.clock import Clock
from tests.soak.crm import FakeCrm
from tests.soak.lambdas import EVERY_SOURCE, TICK, Context, Lambdas, calm_ticks, fresh
from tests.soak.people import Town
from tests.soak.virtual import everywhere, virtual
from tests.soak.visitors import ACTS, Visitor
from tests.soak.weather import FAIR, Weather, drawn
from tests.soak.wire import Wire, laid

STORM = 3 * 3600.0
CALM = 20 * 86400.0
"""Until the steps of a sequence have been due, and an event's 72 hours are over."""
OFFER = "sparraus"
EPISODES = 2
"""A lead that was lost is followed by another one; nobody loses that."""


@dataclass
class LeadSchedule:
    """What one seed stands for; weather and acts are drawn where they are not given."""

    seed: int
    weather: Weather | None = None
    acts: tuple[tuple[str, ...], ...] = ()
    readers: int = 4
    shards: int = 4

    @contextmanager
    def played(self) -> Iterator[PlayedLeads]:
        """Play it to the end; the account is open while the context lasts."""
        draw = Random(self.seed)  # noqa: S311 (chance that can be repeated)
        weather = replace(drawn(draw) if self.weather is None else self.weather, entry=0.0)
        with everywhere("SHARDS", SHARDS[: self.shards]), _world(draw) as played:
            acts = self.acts or tuple(tuple(draw.choices(ACTS, k=draw.randint(1, 4))) for _ in range(self.readers))
            played.visitors = [
                _visitor(played, number, SHARDS[: self.shards], list(each)) for number, each in enumerate(acts)
            ]
            played.wire.weather = weather
            played.lambdas.twice, played.lambdas.undeleted = weather.twice / 4, weather.undeleted / 4
            played.crm.calm, played.crm.crash = weather == replace(FAIR, entry=0.0), weather.crash_after
            played.crm.change_mood()
            for visitor in played.visitors:
                played.lambdas.later(draw.uniform(0, STORM / 4), visitor.begin)
            for number in range(int(STORM / TICK)):
                for _ in range(draw.choice((1, 1, 2))):
                    late = draw.choice((0.0, 0.0, 1.0, 900.0))
                    played.lambdas.later(number * TICK + draw.random(), partial(played.tick, late))
            played.lambdas.later(draw.uniform(0, STORM), played.edit)
            for _ in range(6 if self.weather is None else 0):
                played.lambdas.later(draw.uniform(STORM / 8, STORM), played.meddle)
            played.lambdas.work(until=STORM)
            played.calm_down()
            yield played


@dataclass
class PlayedLeads:
    """A schedule that is over, with everything needed to judge it. `meddled` are leads that a person or the CRM decided
    on.
    """

    account: Account
    lambdas: Lambdas
    wire: Wire
    draw: Random
    crm: FakeCrm
    before: Publication
    visitors: list[Visitor] = field(default_factory=list)
    meddled: set[str] = field(default_factory=set)
    hooks: int = 0

    def mails(self, email: str) -> list[Any]:
        """What an address got, oldest first."""
        return [mail for mail in reversed(self.account.ses.mailbox.all()) if email in mail.to]

    def tick(self, late: float = 0.0) -> None:
        """What the schedule does every few minutes; `late` by so many seconds."""

        def run() -> None:
            now = app.now().replace(microsecond=0) - timedelta(seconds=late)
            tick({"now": now.isoformat()}, Context(self.lambdas.clock, self.lambdas.clock.seconds + 300))

        self.lambdas.run(run, timeout=300.0)

    def edit(self) -> None:
        """Marketing edits the sequence: a new first step, the first renamed and later."""
        now = app.publication
        (key, sequence), *_ = now.sequences.items()
        first, *others = sequence.steps
        new = Step("uusi", timedelta(days=1), first.subject, first.body)
        renamed = replace(first, key="nimetty", formerly=first.names, after=timedelta(days=3))
        steps = (new, renamed, *others)
        edited = replace(now, sequences={**now.sequences, key: replace(sequence, steps=steps)})
        app.templates.__dict__["publication"] = edited

    def meddle(self) -> None:
        """Marketing or the CRM decides on some lead."""
        visitor = self.draw.choice(self.visitors)
        lead = lead_id(visitor.id, OFFER, 1)
        what = self.draw.choice(("send", "drop", "accepted", "won", "lost", "do not mail"))

        def act() -> bool:
            now = app.now().replace(microsecond=0)
            try:
                match what:
                    case "send" | "drop":
                        act_on_lead(Act(what), lead, app, by="Maija", now=now)
                    case "do not mail":
                        obey(CrmWebhook(f"hook-{visitor.id}", DO_NOT_MAIL, subscriber=visitor.id), now, app)
                    case _:
                        known = {webhook.json["data"]["lead"]["id"] for webhook in self.crm.taken}
                        if lead in known:
                            {"accepted": accepted, "won": won, "lost": lost}[what](lead, now, app)
            except (NotFound, NotNow):
                return False
            return True

        def done(did: bool) -> None:  # noqa: FBT001 (what the act gave)
            if did:
                self.meddled.add(lead)
            if what == "do not mail" and visitor.left is None:
                visitor.left = self.lambdas.clock.seconds

        self.lambdas.later(0, lambda: Town(self.lambdas, self.wire, self.draw, self.mails).do(act, done))

    def calm_down(self) -> None:
        """The weather ends; an operator lets the CRM be asked again and redrives dead letters."""
        self.wire.weather = FAIR
        self.lambdas.twice = self.lambdas.undeleted = 0.0
        self.crm.calm, self.crm.mood = True, "well"
        self.lambdas.run(lambda: switch_on(app.now().replace(microsecond=0), "Maija", app))
        for seconds in calm_ticks(CALM):
            self.lambdas.later(seconds, self.tick)
            self.lambdas.later(seconds - 1, self.redrive)
        self.lambdas.work(until=STORM + CALM + 7200)

    def redrive(self) -> None:
        """What an operator does with dead letters once the cause is mended."""
        for queue in self.account.sqs.queues.values():
            queue.redrive(self.lambdas.clock.seconds)


def leads_of(subscriber: str) -> list[str]:
    """The ids of all leads that the reader may have."""
    return [lead_id(subscriber, OFFER, episode) for episode in range(1, EPISODES + 1)]


@contextmanager
def _world(draw: Random) -> Iterator[PlayedLeads]:
    clock = Clock()
    app.__dict__ = fresh()  # what the schedule before has remembered would take calls, and so chance, from this one

    def report(event: str) -> None:
        queue = next(name for name in account.sqs.queues if name.endswith("FeedbackQueue"))
        account.sqs.put(queue, event, draw.uniform(0, 5))

    account = Account(clock, -1.0, report)
    lambdas = Lambdas(clock, account.sqs, draw, sources=EVERY_SOURCE)
    wire = Wire(account, draw, lambdas)
    crm = FakeCrm(lambdas, draw)
    chance.seed(draw.random())
    with (
        virtual(lambdas),
        laid(wire.carry),
        patch.object(Crm, "send", crm.send),
    ):
        before = app.publication
        try:
            yield PlayedLeads(account, lambdas, wire, draw, crm, before)
        finally:
            app.templates.__dict__["publication"] = before


def _visitor(played: PlayedLeads, number: int, shards: str, acts: list[str]) -> Visitor:
    """A reader, in one of the few shards as their leads are, who is active already."""
    while True:
        email = f"lukija{number}.{played.draw.randrange(10**6)}@lukija.example.com"
        id_ = app.ids.of(email)
        if id_[0] in shards and all(lead[0] in shards for lead in leads_of(id_)):
            break
    import_rows([Row(email)], ImportList("messut", Mode.CONFIRMED, "list"), app.now().replace(microsecond=0), app)
    return Visitor(Town(played.lambdas, played.wire, played.draw, played.mails), id_, email, number, acts)
