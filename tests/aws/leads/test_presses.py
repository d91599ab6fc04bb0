"""A press on the button of an offer: who made it decides what becomes of the lead, and a second one updates it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from newsletter.container import app
from newsletter.leads.change_lead import lost, won
from newsletter.leads.lead import LeadState, Temperature
from newsletter.leads.manage.act_on_lead import act_on_lead, follow_decision
from newsletter.leads.manage.acts import Act
from newsletter.leads.record_press import record_press, settle_held
from newsletter.leads.visits.verdict import VerdictKind
from newsletter.platform.errors import NotNow
from newsletter.platform.isolation import Isolated
from newsletter.readers import my_data
from tests.support.leads.lead_fixtures import NOON
from tests.support.leads.presses import MAILING, OFFER, POSITION, Judge, leads, offer_link, press_at, told, types
from tests.support.readers.site import ID, Clock, heading, text
from tests.support.stack.cloud import Cloud

PERSON, MACHINE, UNSURE = VerdictKind.PERSON, VerdictKind.MACHINE, VerdictKind.UNSURE


def settle(clock: Clock) -> dict[str, int]:
    isolated = Isolated()
    done = settle_held(clock.now, isolated, app)
    isolated.raise_if_any()
    return done


# --- whose press -----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("clock")
def test_a_person_who_presses_makes_a_hot_lead_that_is_handed_off_at_once(cloud: Cloud) -> None:
    answer = cloud.press(offer_link())
    assert heading(answer) == text("offer_taken.heading")
    assert cloud.drain() == []
    (lead,) = leads(cloud)
    assert (lead.temperature, lead.state, lead.verdict.kind) == (Temperature.HOT, LeadState.HANDED_OFF, PERSON)
    assert (lead.mailing, lead.batch, lead.position, lead.episode) == (MAILING, "b", POSITION, 1)
    assert (lead.sequence, lead.pending, lead.presses[0].page_age) == (1, False, 20.0)
    assert types(lead) == ["created"]
    assert [webhook.json["data"]["lead"]["id"] for webhook in cloud.webhooks] == [lead.id]


def test_a_press_within_a_second_of_its_page_is_kept_and_reaches_nobody(cloud: Cloud, clock: Clock) -> None:
    cloud.press(offer_link(), dwell=0.2)
    cloud.drain()
    (lead,) = leads(cloud)
    assert (lead.state, lead.verdict.kind, lead.sequence) == (LeadState.KEPT, MACHINE, 0)
    clock.forward(hours=1)
    assert settle(clock) == {"settled": 0, "sent": 0, "kept": 0}
    assert (types(lead), cloud.webhooks) == ([], [])


def test_a_press_without_its_page_is_evidence_and_no_lead(cloud: Cloud, clock: Clock) -> None:
    for form in ("", "form=made-up", "form=" + app.forms.token("offer", clock.now - timedelta(days=2), "x")):
        answer = cloud.http("POST", offer_link(), form)
        assert answer["statusCode"] == 422
        clock.forward(minutes=11)
    assert cloud.drain() == []
    assert leads(cloud) == []
    trace = app.visits.trace_of(ID, MAILING)
    presses = [visit for visit in trace.visits if visit.kind == "press"]
    assert [visit.page_age for visit in presses] == [None, None, None]


def test_a_person_behind_a_sandbox_that_presses_makes_a_lead_when_they_press_later(cloud: Cloud, clock: Clock) -> None:
    cloud.press(offer_link(), dwell=0.2, user_agent="Sandbox/1")
    cloud.drain()
    clock.forward(minutes=3)  # within the ten minutes in which a second click of the same page counts for nothing
    assert heading(cloud.press(offer_link())) == text("offer_taken.heading")
    cloud.drain()
    (lead,) = leads(cloud)
    assert (lead.state, lead.verdict.kind, types(lead)) == (LeadState.HANDED_OFF, PERSON, ["created"])
    assert len(lead.presses) == 2


def test_an_unsure_press_waits_for_the_minutes_of_the_publication_and_is_sent_marked(
    cloud: Cloud, clock: Clock, judge: Judge
) -> None:
    judge.kind = UNSURE
    record_press(press_at(clock.now), clock.now, app)
    (lead,) = leads(cloud)
    assert (lead.state, lead.held_until) == (LeadState.HELD, clock.now + app.publication.leads.hold)
    clock.forward(minutes=4)
    assert settle(clock)["settled"] == 0
    clock.forward(minutes=1)
    assert settle(clock) == {"settled": 1, "sent": 1, "kept": 0}
    (lead,) = leads(cloud)
    assert (lead.state, lead.held_until, types(lead)) == (LeadState.HANDED_OFF, None, ["created"])
    assert told(lead)[0]["data"]["verdict"]["kind"] == "unsure"
    assert settle(clock)["settled"] == 0


def test_a_held_press_that_turns_out_to_be_a_machines_is_kept(cloud: Cloud, clock: Clock, judge: Judge) -> None:
    judge.kind = UNSURE
    record_press(press_at(clock.now), clock.now, app)
    judge.kind = MACHINE
    clock.forward(minutes=6)
    assert settle(clock) == {"settled": 1, "sent": 0, "kept": 1}
    (lead,) = leads(cloud)
    assert (lead.state, types(lead)) == (LeadState.KEPT, [])


# --- again -----------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("judge")
def test_a_double_click_is_one_press_and_its_message_can_come_twice(cloud: Cloud, clock: Clock) -> None:
    message = press_at(clock.now)
    for _ in range(2):
        record_press(message, clock.now, app)
    (lead,) = leads(cloud)
    assert (len(lead.presses), types(lead)) == (1, ["created"])


@pytest.mark.usefixtures("judge")
def test_a_press_on_the_same_day_is_counted_and_one_on_another_day_is_told(cloud: Cloud, clock: Clock) -> None:
    record_press(press_at(clock.now), clock.now, app)
    clock.forward(hours=2)
    record_press(press_at(clock.now), clock.now, app)
    (lead,) = leads(cloud)
    assert (len(lead.presses), types(lead)) == (2, ["created"])
    clock.forward(days=1)
    record_press(press_at(clock.now), clock.now, app)
    (lead,) = leads(cloud)
    assert (lead.episode, types(lead)) == (1, ["created", "updated"])
    assert told(lead)[1]["data"]["lead"]["presses"] == 3


@pytest.mark.usefixtures("judge")
def test_a_new_episode_begins_when_the_window_is_over(cloud: Cloud, clock: Clock) -> None:
    window = app.publication.offers[0].again_after
    record_press(press_at(clock.now), clock.now, app)
    clock.now = NOON + window - timedelta(seconds=1)
    record_press(press_at(clock.now), clock.now, app)
    assert [lead.episode for lead in leads(cloud)] == [1]
    clock.now = NOON + window
    late = press_at(clock.now)
    record_press(late, clock.now, app)
    first, second = leads(cloud)
    assert (first.episode, second.episode, types(second)) == (1, 2, ["created"])
    record_press(press_at(NOON), clock.now, app)
    record_press(late, clock.now, app)
    assert [len(lead.presses) for lead in leads(cloud)] == [2, 1]


@pytest.mark.usefixtures("judge")
def test_a_new_episode_begins_after_the_lead_was_lost_and_not_after_it_was_won(cloud: Cloud, clock: Clock) -> None:
    first = press_at(clock.now)
    record_press(first, clock.now, app)
    (lead,) = leads(cloud)
    clock.forward(days=3)
    won(lead.id, clock.now, app)
    record_press(press_at(clock.now), clock.now, app)
    assert [lead.episode for lead in leads(cloud)] == [1]
    lost(lead.id, clock.now, app)
    clock.forward(days=1)
    record_press(first, clock.now, app)
    assert [lead.episode for lead in leads(cloud)] == [1], "the first message came again"
    record_press(press_at(clock.now), clock.now, app)
    assert [lead.episode for lead in leads(cloud)] == [1, 2]


@pytest.mark.usefixtures("judge")
def test_presses_of_the_same_reader_that_meet_make_one_lead(
    cloud: Cloud, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    create, met = app.leads.create, [False]

    def slow(lead: object) -> bool:
        if not met[0]:
            met[0] = True
            record_press(press_at(clock.now + timedelta(seconds=1)), clock.now, app)
        return create(lead)  # type: ignore[arg-type]

    monkeypatch.setattr(app.leads, "create", slow)
    record_press(press_at(clock.now), clock.now, app)
    (lead,) = leads(cloud)
    assert (len(lead.presses), types(lead)) == (2, ["created"])


# --- by people -------------------------------------------------------------------------------------------------------


def test_marketing_sends_what_was_kept_and_drops_what_was_held(cloud: Cloud, clock: Clock, judge: Judge) -> None:
    judge.kind = MACHINE
    record_press(press_at(clock.now), clock.now, app)
    (lead,) = leads(cloud)
    act_on_lead(Act.SEND, lead.id, app, by="Maija", now=clock.now)
    follow_decision(lead.id, clock.now, app)
    (released,) = leads(cloud)
    assert (released.state, released.released_by, types(lead)) == (LeadState.HANDED_OFF, "Maija", ["created"])
    assert told(lead)[0]["data"]["verdict"]["kind"] == "machine"
    with pytest.raises(NotNow, match="only one that is held or was kept"):
        act_on_lead(Act.DROP, lead.id, app, by="Maija", now=clock.now)


def test_a_dropped_lead_is_never_sent_and_a_later_press_begins_anew(cloud: Cloud, clock: Clock, judge: Judge) -> None:
    judge.kind = UNSURE
    record_press(press_at(clock.now), clock.now, app)
    (lead,) = leads(cloud)
    assert act_on_lead(Act.DROP, lead.id, app, by="Maija", now=clock.now).lead.state is LeadState.DROPPED
    clock.forward(hours=1)
    settle(clock)
    assert types(lead) == []
    judge.kind = PERSON
    record_press(press_at(clock.now), clock.now, app)
    assert [(each.episode, types(each)) for each in leads(cloud)] == [(1, []), (2, ["created"])]


# --- what is no more -------------------------------------------------------------------------------------------------


def test_an_offer_that_was_removed_after_the_press_ends_as_withdrawn(
    cloud: Cloud, clock: Clock, judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    judge.kind = UNSURE
    record_press(press_at(clock.now), clock.now, app)
    monkeypatch.setattr(app.templates, "publication", replace(app.publication, offers=()))
    clock.forward(minutes=6)
    settle(clock)
    (lead,) = leads(cloud)
    assert (lead.state, types(lead)) == (LeadState.WITHDRAWN, [])
    record_press(press_at(clock.now), clock.now, app)
    assert [(each.state, types(each)) for each in leads(cloud)] == [(LeadState.WITHDRAWN, [])] * 2
    assert settle(clock)["settled"] == 0


@pytest.mark.usefixtures("judge")
def test_who_was_erased_meanwhile_has_no_lead_and_no_event(cloud: Cloud, clock: Clock) -> None:
    record_press(press_at(clock.now), clock.now, app)
    assert cloud.items("Leads") != []
    my_data.erase_every_address(ID, clock.now, app)
    assert cloud.items("Leads") == []
    assert record_press(press_at(clock.now), clock.now, app) is None
    assert cloud.items("Leads") == []
    assert OFFER not in str(cloud.items("Subscribers"))
