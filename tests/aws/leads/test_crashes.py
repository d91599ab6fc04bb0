"""A process that dies after any write, and answers that are lost: no lead lost, none doubled, each event once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from newsletter.container import app
from newsletter.leads.change_lead import lost as said_lost
from newsletter.leads.change_lead import won
from newsletter.leads.follow_visits import rejudge
from newsletter.leads.lead import LeadState
from newsletter.leads.manage.act_on_lead import act_on_lead, follow_decision
from newsletter.leads.manage.acts import Act as Decision
from newsletter.leads.record_press import record_press, settle_held
from newsletter.leads.take_up_offer import keep_answers
from newsletter.leads.visits.verdict import VerdictKind
from newsletter.platform.errors import NotNow
from newsletter.platform.isolation import Isolated
from newsletter.readers import my_data
from newsletter.readers.current_subscriber import current_subscriber
from tests.support.aws.lost_responses import Call, Crash, crashing, every, lost, the
from tests.support.leads.lead_fixtures import NOON
from tests.support.leads.presses import OFFER, Judge, leads, press_at, told, types
from tests.support.readers.site import ID, Clock
from tests.support.stack.cloud import Cloud

PERSON, MACHINE, UNSURE = VerdictKind.PERSON, VerdictKind.MACHINE, VerdictKind.UNSURE


@dataclass(frozen=True)
class Act:
    """`prepare` and `act` with the judge; the `state` and the `events` that the lead has in the end."""

    prepare: Callable[[Judge], None]
    act: Callable[[], object]
    state: LeadState
    events: list[str]
    writes: int
    """The most that it makes; a crash comes after each of them."""
    by_itself: bool = False
    """Whether nobody does it again after a crash, so that the tick must finish it."""


def pressed(kind: VerdictKind) -> Callable[[Judge], None]:
    def prepare(judge: Judge) -> None:
        judge.kind = kind
        record_press(press_at(NOON), NOON, app)
        judge.kind = MACHINE if kind is PERSON else PERSON

    return prepare


def nothing(_: Judge) -> None:
    """Nobody has pressed yet."""


def the_lead() -> str:
    (lead,) = app.lead_pointers.of(ID)
    return lead


def released() -> None:
    try:
        act_on_lead(Decision.SEND, the_lead(), app, by="Maija", now=NOON)
    except NotNow:
        assert app.leads.get(the_lead()).state is LeadState.HANDED_OFF  # type: ignore[union-attr]
    follow_decision(the_lead(), NOON, app)


ACTS = {
    "press": Act(nothing, lambda: record_press(press_at(NOON), NOON, app), LeadState.HANDED_OFF, ["created"], 12),
    "press again": Act(
        pressed(MACHINE),
        lambda: record_press(press_at(NOON + timedelta(hours=1)), NOON, app),
        LeadState.HANDED_OFF,
        ["created"],
        10,
    ),
    "retract": Act(
        pressed(PERSON), lambda: rejudge(the_lead(), NOON, app), LeadState.RETRACTED, ["created", "retracted"], 5
    ),
    "release": Act(pressed(MACHINE), released, LeadState.HANDED_OFF, ["created"], 10, by_itself=True),
    "won": Act(pressed(PERSON), lambda: won(the_lead(), NOON, app), LeadState.WON, ["created"], 8, by_itself=True),
    "lost": Act(pressed(PERSON), lambda: said_lost(the_lead(), NOON, app), LeadState.LOST, ["created"], 8),
    "settle": Act(pressed(UNSURE), lambda: tick(NOON + timedelta(minutes=6)), LeadState.HANDED_OFF, ["created"], 10),
}


def tick(at: datetime) -> None:
    isolated = Isolated()
    settle_held(at, isolated, app)
    isolated.raise_if_any()


def writes(call: Call) -> bool:
    return call.writes


def crashed(number: int, act: Callable[[], object]) -> bool:
    """Do it with a crash after its write of that number; whether there was one."""
    try:
        with crashing(the(number, writes)):
            act()
    except Crash:
        return True
    return False


@pytest.mark.parametrize(
    ("name", "number"), [(name, number) for name, act in ACTS.items() for number in range(act.writes)]
)
def test_a_crash_after_any_write_leaves_one_lead_with_each_event_once(
    cloud: Cloud, judge: Judge, name: str, number: int
) -> None:
    act = ACTS[name]
    act.prepare(judge)
    if not crashed(number, act.act):
        return  # it has fewer writes
    later = NOON + timedelta(minutes=10)
    if act.by_itself:
        tick(later)
        if app.leads.get(the_lead()).state is not act.state:  # type: ignore[union-attr]
            act.act()  # nothing had happened yet, which whoever asked was told
    else:
        act.act()
    tick(later)
    (lead,) = leads(cloud)
    assert (lead.state, types(lead), lead.pending) == (act.state, act.events, False)
    assert [body["data"]["lead"]["sequence"] for body in told(lead)] == list(range(1, len(act.events) + 1))


@pytest.mark.parametrize("name", ACTS)
def test_answers_that_are_lost_change_nothing(cloud: Cloud, judge: Judge, name: str) -> None:
    act = ACTS[name]
    act.prepare(judge)
    with lost(every(writes)) as answers:
        act.act()
    assert 0 < len(answers.lost) <= act.writes
    (lead,) = leads(cloud)
    assert (lead.state, types(lead), lead.pending) == (act.state, act.events, False)


@pytest.mark.parametrize("number", range(12))
def test_who_is_erased_right_after_a_crash_keeps_nothing(cloud: Cloud, judge: Judge, number: int) -> None:
    assert judge.kind is PERSON
    done = crashed(number, lambda: record_press(press_at(NOON), NOON, app))
    my_data.erase_every_address(ID, NOON, app)
    assert done or number > 7
    record_press(press_at(NOON), NOON, app)
    tick(NOON + timedelta(minutes=5))
    assert cloud.items("Leads") == []
    assert {item["record"]["S"] for item in cloud.items("Subscribers")} == {"profile"}


@pytest.mark.parametrize("answers_first", [True, False])
@pytest.mark.usefixtures("judge")
def test_answers_reach_the_lead_whichever_message_comes_first(
    cloud: Cloud, clock: Clock, *, answers_first: bool
) -> None:
    reader = current_subscriber(ID, app)
    if not answers_first:
        record_press(press_at(NOON), NOON, app)
    clock.forward(seconds=30)
    keep_answers(reader, OFFER, {"phone": "+358 40 123 4567"}, clock.now, app)
    assert cloud.drain() == []
    if answers_first:
        record_press(press_at(NOON), clock.now, app)
    (lead,) = leads(cloud)
    assert lead.answers == {"phone": "+358 40 123 4567"}
    assert told(lead)[-1]["data"]["answers"] == lead.answers
    assert types(lead) == ["created", "updated"]
    assert app.offer_answers.of(ID, OFFER) is None
    keep_answers(reader, OFFER, {"phone": "+358 40 123 4567"}, clock.now, app)
    assert cloud.drain() == []
    assert types(lead) == ["created", "updated"]


def test_typing_an_answer_is_what_people_do(cloud: Cloud, clock: Clock, judge: Judge) -> None:
    judge.of = lambda trace: PERSON if any(visit.typed for visit in trace.visits) else UNSURE
    record_press(press_at(NOON), NOON, app)
    (lead,) = leads(cloud)
    assert lead.state is LeadState.HELD
    clock.forward(seconds=30)
    keep_answers(current_subscriber(ID, app), OFFER, {"message": "Hei"}, clock.now, app)
    assert cloud.drain() == []
    (lead,) = leads(cloud)
    assert (lead.state, types(lead)) == (LeadState.HANDED_OFF, ["created"])
    assert told(lead)[0]["data"]["answers"] == {"message": "Hei"}
