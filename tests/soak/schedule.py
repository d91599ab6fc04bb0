"""One random schedule: a mailing to some readers in some weather, then calm, then the promises are checked."""

from __future__ import annotations

import random as chance
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from math import ceil
from random import Random
from unittest.mock import patch

from newsletter.container import app
from newsletter.mailings.mailing import Kind
from newsletter.mailings.planning.plan_page import PAGE_SIZE
from newsletter.platform.rate_limit import AHEAD, CHUNK
from newsletter.platform.shards import SHARDS
from newsletter.publication.feedback.feedback_policy import OnDoubt
from newsletter.readers.choices import Choices
from newsletter.readers.subscriber import SignUp, Status
from tests.bench.stack import layout
from tests.soak.account import Account, Request
from tests.soak.causes import Causes
from tests.soak.clock import START, Clock
from tests.soak.lambdas import RESTLESS, Lambdas
from tests.soak.mailings import Campaign, Digest, refill, without_preflight
from tests.soak.virtual import everywhere, virtual
from tests.soak.weather import FAIR, Weather, drawn
from tests.soak.wire import Onlooker, Wire, laid

MOST_PAGES = 3
"""Of one shard. Each page passes on the repeated messages of all before it, so that many pages in a storm of
repetitions make more messages than a schedule can play. At the rates at which SQS repeats they make hardly any."""
LANGUAGES = ("fi", "fi", "fi", "sv", "en")
STORM = 3600.0
"""Seconds for which the weather lasts."""
CALM = 14 * 86400.0
"""How long we then wait for the queues to be empty: as long as SQS keeps a message."""
ID_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"


@dataclass
class Reader:
    """A reader, with when they joined and left."""

    id: str
    email: str
    language: str
    topics: tuple[str, ...]
    joined: datetime
    left: datetime | None = None
    bounces: bool = False


@dataclass
class Schedule:
    """What one seed stands for; what is not given of weather, readers, kind, pages and room is drawn.

    `shards` is how many there are: each is planned by itself, so that few of them show what many would. `ahead`: for
    how many seconds of sending the queue has room; a small mailing can be longer than that, too.
    """

    seed: int
    weather: Weather | None = None
    readers: int | None = None
    shards: int = 6
    people_move: bool = True
    kind: Kind | None = None
    many_pages: bool | None = None
    ahead: float | None = None
    patience: int = RESTLESS
    onlooker: Onlooker | None = None

    @contextmanager
    def played(self) -> Iterator[Played]:
        """Play it to the end; the account is open while the context lasts."""
        draw = Random(self.seed)  # noqa: S311 (chance that can be repeated)
        shards = SHARDS[: self.shards]
        number = draw.choice((1, 5, 20, 60)) if self.readers is None else self.readers
        many_pages = draw.random() < 0.5 if self.many_pages is None else self.many_pages
        page = ceil(number / MOST_PAGES) if many_pages else PAGE_SIZE
        ahead = draw.choice((AHEAD, 5.0)) if self.ahead is None else self.ahead
        with (
            _stage(draw) as stage,
            everywhere("SHARDS", shards),
            everywhere("PAGE_SIZE", page),
            everywhere("AHEAD", ahead),
            everywhere("CHUNK", min(CHUNK, ahead / 2)),
        ):
            readers = _with_an_audience(_readers(draw, number, shards))
            for reader in readers:
                _join(reader)
            digest = self.kind is Kind.DIGEST if self.kind else draw.random() < 0.5
            mailing = Digest() if digest else Campaign(draw.choice(tuple(OnDoubt)))
            mailing.prepare()
            weather = drawn(draw) if self.weather is None else self.weather
            stage.begin(weather)
            stage.lambdas.patience = self.patience
            stage.wire.onlookers += [self.onlooker] if self.onlooker else []
            if self.people_move:
                _let_people_move(stage, readers, draw)
            stage.start = mailing.start
            stage.lambdas.run(stage.start)
            stage.lambdas.ticks(refill)
            stage.lambdas.work(until=STORM)
            stage.calm_down()
            stage.wire.onlookers[:] = [stage.causes.look]
            yield Played(stage, readers, weather, mailing)


@dataclass
class Stage:
    """The account, the workers and the wire between them."""

    account: Account
    lambdas: Lambdas
    wire: Wire
    draw: Random
    causes: Causes
    delay: float = 0.0
    repeat: float = 0.0
    start: Callable[[], None] = field(default=lambda: None)

    def begin(self, weather: Weather) -> None:
        """Let the weather come up."""
        self.wire.weather = weather
        self.lambdas.twice, self.lambdas.undeleted = weather.twice, weather.undeleted
        self.delay, self.repeat = self.draw.choice((1.0, 60.0, 1800.0)), weather.twice

    def calmly(self, act: Callable[[Reader], None], reader: Reader) -> None:
        """Let a reader act at once, whatever the weather: what readers do is not what is tried here."""
        with patch.object(self.wire, "weather", FAIR), patch.object(self.wire, "wait", lambda _: None):
            act(reader)

    def calm_down(self) -> None:
        """The weather ends; an operator starts the mailing again and redrives dead letters until there are none."""
        self.begin(FAIR)
        self.lambdas.run(self.start)
        for _ in range(10):
            self.lambdas.ticks(refill)
            self.lambdas.work(until=self.lambdas.clock.seconds + CALM)
            if not sum(queue.redrive(self.lambdas.clock.seconds) for queue in self.account.sqs.queues.values()):
                return


@dataclass
class Played:
    """A schedule that is over, with everything needed to judge it."""

    stage: Stage
    readers: list[Reader]
    weather: Weather
    mailing: Campaign | Digest

    @property
    def fingerprint(self) -> str:
        """The same for two runs in which the same things happened in the same order."""
        return sha256("\n".join(self.stage.wire.trail).encode()).hexdigest()[:16]


@contextmanager
def _stage(draw: Random) -> Iterator[Stage]:
    clock = Clock()
    stage: Stage

    def report(event: str) -> None:
        for _ in range(2 if draw.random() < stage.repeat else 1):
            queue = next(name for name in stage.account.sqs.queues if name.endswith("FeedbackQueue"))
            stage.account.sqs.put(queue, event, draw.uniform(0, stage.delay))

    account = Account(clock, draw.choice((3.0, 14.0, 500.0, -1.0)), report)
    lambdas = Lambdas(clock, account.sqs, draw)
    wire = Wire(account, draw, lambdas)
    stage = Stage(account, lambdas, wire, draw, Causes(lambdas))
    wire.onlookers.append(stage.causes.look)
    wire.listeners.append(stage.causes.heard)
    chance.seed(draw.random())
    with virtual(lambdas), laid(wire.carry), without_preflight():
        yield stage


def _readers(draw: Random, number: int, among: str) -> list[Reader]:
    shards = draw.sample(among, draw.randint(1, len(among)))
    readers = []
    for count in range(number):
        id_ = draw.choice(shards) + "".join(draw.choices(ID_LETTERS, k=25))
        bounces = draw.random() < 0.05
        email = f"bounce+{count}@simulator.amazonses.com" if bounces else f"r{count}@lukija.example"
        topics = tuple(draw.sample(layout().topics, draw.choice((0, 1, 2))))
        readers.append(Reader(id_, email, draw.choice(LANGUAGES), topics, START - timedelta(days=1), bounces=bounces))
    return readers


def _with_an_audience(readers: list[Reader]) -> list[Reader]:
    """The readers, one of whom at least the campaign is for: one that nobody would get is refused."""
    if not any(reader.language in Campaign.languages for reader in readers):
        readers[0] = replace(readers[0], language=Campaign.languages[0])
    return readers


def _join(reader: Reader) -> None:
    id_, at = reader.id, reader.joined
    form = SignUp(
        id_, reader.email, Choices(topics=reader.topics, language=reader.language), "2026-11", "", "", at, id_
    )
    assert app.subscribers.activate(form, reader.joined)


def _leave(reader: Reader) -> None:
    reader.left = app.now()
    app.subscribers.deactivate(reader.id, Status.UNSUBSCRIBED, "page", reader.left)


def _let_people_move(stage: Stage, readers: list[Reader], draw: Random) -> None:
    """While the mailing goes out some leave, and some join right after the planner read the page they belong to."""
    soon = draw.choice((0.5, 5.0, 100.0))
    for reader in draw.sample(readers, len(readers) // 10):
        stage.lambdas.later(draw.expovariate(1 / soon), partial(stage.calmly, _leave, reader))
    joins = draw.choice((0.0, 0.1, 0.5))

    def onlooker(request: Request, moment: str) -> None:
        if request.operation != "Query" or moment != "after" or draw.random() >= joins:
            return
        shard = request.json["ExpressionAttributeValues"].get(":shard", {}).get("S")
        for reader in _readers(draw, 1, shard) if shard else ():
            late = replace(reader, email=f"late{len(readers)}@lukija.example", joined=app.now(), bounces=False)
            readers.append(late)
            stage.calmly(_join, late)

    stage.wire.onlookers.append(onlooker)
