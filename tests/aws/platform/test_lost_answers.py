"""For every action: whichever answer of AWS is lost below boto3's retries, the result is as if none had been lost; and
wherever the process dies, doing the action again ends as if it had not died."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from itertools import count
from typing import Any, TypeVar

import pytest

from newsletter.container import app
from newsletter.leads.lead import lead_id
from newsletter.platform.shards import shard_of
from newsletter.readers.subscriber import subscriber_id
from tests.soak.virtual import everywhere
from tests.support.aws.account import Snapshot, bring_back, redeliver, snapshot
from tests.support.aws.lost_responses import Answers, Call, Crash, crashing, every, lost, the
from tests.support.leads.presses import OFFER
from tests.support.readers.site import READER, TABLES, Clock
from tests.support.stack.cloud import PEPPER, Cloud, running
from tests.support.stack.product_actions import ACTIONS, Action
from tests.support.stack.product_states import NEW, NOON

T = TypeVar("T")
World = dict[str, list[str]]
"""What is in the tables, in the mailbox, at the CRM, and among the messages that failed."""
FOLDERS = ("feed_ingest", "planner", "sender", "feedback", "public_site", "console", "lead_handoff", "nurture")


@dataclass
class Stage:
    """An action with the state before it, which can be restored as often as needed."""

    action: Action
    cloud: Cloud
    clock: Clock
    ready: Any
    kept: Snapshot
    began: datetime
    mails: int = 0
    function: str = ""

    def play(self, which: Callable[[Call], bool]) -> tuple[World, Answers]:
        """Act once while answers are lost, and work off what that brings; what the world is then."""
        with self._again(), lost(which) as answers:
            self.action.act(self.cloud, self.clock, self.ready)
            failed = self.cloud.drain()
        if self.action.ticks:
            self._tick()
        return self._world(failed), answers

    def die(self, which: Callable[[Call], bool]) -> tuple[World, Answers]:
        """Act while the process dies once, then act again; what the world is then."""
        with self._again(), crashing(which) as answers:
            self._dying(lambda: self.action.act(self.cloud, self.clock, self.ready))
            failed = self._dying(self.cloud.drain)
        if self.action.ticks:
            self._tick()
        return self._world(failed), answers

    def _tick(self) -> None:
        """The next tick, once claims of who died are over."""
        self.clock.forward(minutes=10)
        self.cloud.run("nurture", self.clock.now)
        self.cloud.drain()

    def _dying(self, act: Callable[[], T]) -> T:
        """Act; if the process dies, another one does it again."""
        try:
            return act()
        except Crash:
            app.reset()
            redeliver(self.cloud.stack.account)
            return act()

    @contextmanager
    def _again(self) -> Iterator[None]:
        bring_back(self.kept, self.cloud.stack.account)
        self.cloud.webhooks.clear()
        self.mails = len(self.cloud.mails())
        self.clock.now = self.began
        app.reset()
        numbers = count()
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(secrets, "token_hex", lambda _=None: f"{next(numbers):016x}")
            invoke = self.cloud.invoke
            patched.setattr(self.cloud, "invoke", lambda folder, event: self._invoke(invoke, folder, event))
            yield

    def _invoke(self, invoke: Callable[[str, Any], Any], folder: str, event: Any) -> Any:
        self.function = folder
        try:
            return invoke(folder, event)
        finally:
            self.function = ""

    def _world(self, failed: list[str]) -> World:
        mails = self.cloud.mails()[self.mails :]
        return {
            **{table: sorted(_plain(item) for item in self.cloud.items(table) if _tells(item)) for table in TABLES},
            "mails": sorted(f"{mail.to} {mail.subject} {mail.tags['mailing']}" for mail in mails),
            "webhooks": sorted({f"{each.headers['webhook-id']} {each.json}" for each in self.cloud.webhooks}),
            "failed messages": failed,
        }


def _tells(item: dict[str, Any]) -> bool:
    """Of the rate limiter nothing is told: a message that is twice in its queue takes two slots."""
    return not str(item.get("key", {}).get("S", "")).startswith("lane#")


def _plain(item: dict[str, Any]) -> str:
    """Without what differs though nothing is different: when SES delivered and how long the CRM took, by the seconds of
    the test; when the CRM was told, which may be by a later tick; and how often an enrollment was written.
    """
    told = {name: value for name, value in item.items() if name != "write"}
    if "delivered_at" in told:
        told["delivered_at"] = len(told["delivered_at"]["NS"])
    record = told.get("record", {}).get("S", "")
    if record.startswith("enrollment#"):
        told.pop("version", None)
    if record.startswith("event#"):
        told.pop("ended_at", None)
        for attempt in told.get("attempts", {}).get("L", ()):
            attempt["M"] = {name: attempt["M"][name] for name in ("status", "answer")}
    return json.dumps(told, sort_keys=True)


@pytest.fixture(params=ACTIONS)
def stage(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """Each action, with the state before it."""
    for function in FOLDERS:
        import_module(f"{function}.handler")
    readers = [subscriber_id(PEPPER.encode(), email) for email in (READER, NEW)]
    few = "".join(sorted({shard_of(each) for each in (*readers, *(lead_id(reader, OFFER, 1) for reader in readers))}))
    with running() as cloud, everywhere("SHARDS", few):
        clock, action = Clock(monkeypatch, NOON), ACTIONS[request.param]
        # Whoever lost an answer takes another slot of the sender's, whose wait would be a second in one world only.
        monkeypatch.setattr(app, "sleep", lambda _: None)
        ready = action.prepare(cloud, clock)
        yield Stage(action, cloud, clock, ready, snapshot(cloud.stack.account), clock.now)


def nothing(_: Call) -> bool:
    return False


def writes(call: Call) -> bool:
    return call.writes


def first_of_each_kind(calls: list[Call], among: Callable[[Call], bool]) -> dict[tuple[str, ...], int]:
    """The number of the first call of each kind, among those."""
    kinds: dict[tuple[str, ...], int] = {}
    for number, call in enumerate(filter(among, calls)):
        kinds.setdefault(call.kind, number)
    return kinds


def differences(world: World, expected: World) -> dict[str, Any]:
    """What is in one of the worlds only."""
    return {
        what: {
            "too much": sorted(set(found) - set(expected[what])),
            "missing": sorted(set(expected[what]) - set(found)),
        }
        for what, found in world.items()
        if found != expected[what]
    }


def test_whichever_answer_is_lost_the_world_is_the_same(stage: Stage) -> None:
    expected, answers = stage.play(nothing)
    assert any(call.writes for call in answers.seen), "nothing happened here"
    world, answers = stage.play(every(writes))
    found: dict[tuple[str, ...], dict[str, Any]] = {("every write",): differences(world, expected)}
    kinds = first_of_each_kind(answers.seen, lambda call: call.conditional)
    for kind, number in kinds.items():
        world, answers = stage.play(the(number, lambda call: call.conditional))
        found[kind] = differences(world, expected)
    assert not {kind: what for kind, what in found.items() if what}


def test_whenever_the_process_dies_the_repetition_ends_in_the_same_world(stage: Stage) -> None:
    """But for the sender: where SES may have taken a mail, nobody sends it again (tests/soak)."""

    def among(call: Call) -> bool:
        return call.writes and stage.function != "sender"

    def alike(world: World) -> World:
        """Without how often somebody acted (visits, too), random numbers of forms (also as places), when what expires,
        and reasons.
        """
        vague = r'(?<=[a-z]#)\d\d(?=")|\b0{13}[0-9a-f]{3}\b|"(expires|lease)": {[^}]*}|"why": {"S": "[^"]*"}'
        told = {what: found for what, found in world.items() if what != "Guards"}
        return {
            what: sorted(re.sub(vague, "…", each) for each in found if '"click#' not in each)
            for what, found in told.items()
        }

    expected = alike(stage.play(nothing)[0])
    counted: list[Call] = []

    def seen(call: Call) -> bool:
        if among(call):
            counted.append(call)
        return False

    stage.play(seen)
    found = {}
    for kind, number in first_of_each_kind(counted, lambda _: True).items():
        world, answers = stage.die(the(number, among))
        assert answers.lost
        found[kind] = differences(alike(world), expected)
    assert not {kind: what for kind, what in found.items() if what}
