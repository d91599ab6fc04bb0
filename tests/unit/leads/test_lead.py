"""Leads: one per reader, offer and episode; stored as they are."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.leads.lead import (
    MAX_PRESSES,
    Lead,
    LeadState,
    Press,
    ReadArticle,
    Score,
    Temperature,
    episode_of,
    lead_id,
)
from newsletter.leads.lead_items import from_stored, to_stored
from newsletter.leads.visits.evidence import Evidence
from newsletter.leads.visits.verdict import Reason, Verdict, VerdictKind
from newsletter.platform.times import iso_precise

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
WINDOW = timedelta(days=180)
EVIDENCE = Evidence("POST", "Firefox", "192.0.2.0/24", {"accept-language": "fi"})
names = st.text(max_size=30)


def press(at: datetime = NOW) -> Press:
    return Press(iso_precise(at), "digest-2026-W48", 12.5, from_page=True, evidence=EVIDENCE)


def lead(episode: int = 1, state: LeadState = LeadState.HANDED_OFF, at: datetime = NOW) -> Lead:
    return Lead(
        "l" * 16,
        "a" * 26,
        "sparraus",
        episode,
        Temperature.HOT,
        "button",
        state,
        Verdict(VerdictKind.UNSURE, (Reason("burst", {"links": 3, "during": 1.5}),), "1"),
        at,
        at,
        "digest-2026-W48",
        "a0-1",
        3,
        EVIDENCE,
        presses=(press(at),),
    )


@given(names, names, st.integers(1, 99))
def test_a_reader_an_offer_and_an_episode_make_one_lead(subscriber: str, offer: str, episode: int) -> None:
    name = lead_id(subscriber, offer, episode)
    assert re.fullmatch("[a-z2-7]{16}", name)
    assert name == lead_id(subscriber, offer, episode)
    assert name != lead_id(subscriber + "x", offer, episode)
    assert name != lead_id(subscriber, offer + "x", episode)
    assert name != lead_id(subscriber, offer, episode + 1)


def test_the_first_press_begins_the_first_episode() -> None:
    assert episode_of([], NOW, WINDOW) == 1


@pytest.mark.parametrize("state", LeadState)
def test_a_press_within_the_window_belongs_to_the_lead_unless_it_is_over(state: LeadState) -> None:
    over = state in (LeadState.LOST, LeadState.DROPPED, LeadState.WITHDRAWN)
    known = [lead(1, LeadState.LOST, NOW - timedelta(days=400)), lead(2, state)]
    found = episode_of(known, NOW + WINDOW - timedelta(seconds=1), WINDOW)
    assert found == (3 if over else known[1])
    assert episode_of(known, NOW + WINDOW, WINDOW) == 3


def test_a_press_is_known_again_and_an_old_one_by_its_time() -> None:
    found = lead()
    for number in range(1, MAX_PRESSES + 5):
        found = found.pressed(press(NOW + timedelta(minutes=number)))
    assert len(found.presses) == MAX_PRESSES
    assert found.knows(iso_precise(NOW))
    assert found.knows(found.presses[0].at)
    assert not found.knows(iso_precise(NOW + timedelta(days=1)))
    assert not lead().knows(iso_precise(NOW - timedelta(minutes=1)))


def test_a_lead_is_stored_with_everything_it_has() -> None:
    bare = lead()
    full = replace(
        bare,
        link="abc",
        held_until=NOW + timedelta(minutes=5),
        told_press=iso_precise(NOW),
        answers={"phone": "040", "message": "a\nb"},
        answered_at=NOW,
        moved_from=("b" * 26,),
        read=(ReadArticle("https://a.example/x", "X", ("linkedin",), NOW, "m"),),
        score=Score(50, 14, (Reason("press", {"count": 1, "last": "2026-11-23T06:00:00Z", "points": 30}),)),
        released_by="Maija",
        said_at=NOW,
        followed=("made",),
        sequence=2,
        event="lead.updated",
        pending=False,
        revision=7,
        presses=(replace(press(), page_age=None, typed=True),),
    )
    for each in (bare, full, replace(full, temperature=Temperature.WARM, presses=())):
        stored = {name: value for name, value in to_stored(each).items() if value is not None}
        assert from_stored(each.id, stored) == each
