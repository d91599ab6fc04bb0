"""Where a lead stands, in words: every state says what happens next, and what the CRM said is never left out."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from newsletter.leads.lead import LeadState
from newsletter.leads.manage.lead_words import LABELS, is_in_trouble, state_in_words
from newsletter.leads.manage.show_lead import ShownLead
from newsletter.leads.outbox.outbox_event import Attempt, EventState, OutboxEvent
from tests.support.leads.kept_leads import MADE, lead_of

HOUR = timedelta(hours=1)
EVENT = OutboxEvent("l", 1, "lead.created", MADE, "{}", due_at=MADE + HOUR)
FAILED = replace(EVENT, attempts=(Attempt(MADE, 0.4, 503, "busy"),), tries=1)


def clock(moment: datetime) -> str:
    return f"{moment:%H:%M}"


def words(state: LeadState, *events: OutboxEvent, by: str = "") -> str:
    return state_in_words(ShownLead(lead_of("r", state, released_by=by), None, events), clock)


@pytest.mark.parametrize("state", LeadState)
def test_every_state_has_a_label_and_whole_sentences(state: LeadState) -> None:
    assert LABELS[state]
    said = words(state)
    assert said.endswith(".")
    assert said[0].isupper()


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (EVENT, "The CRM is told within a minute."),
        (FAILED, "The CRM has not taken it yet. It is tried again at 07:00. Last answer, at 06:00: HTTP 503: busy"),
        (
            replace(FAILED, state=EventState.DEAD, due_at=None),
            "The CRM did not take it in 72 hours, so it is tried no more. Last answer, at 06:00: HTTP 503: busy",
        ),
        (replace(FAILED, state=EventState.TAKEN, attempts=(Attempt(MADE, 0.1, 204, ""),)), "The CRM took it at 06:00."),
        (replace(EVENT, state=EventState.WITHDRAWN), "The CRM is told no more."),
        (
            replace(EVENT, attempts=(Attempt(MADE, 20, 0, "no answer within 20 seconds"),), tries=1, due_at=None),
            "The CRM has not taken it yet. Last answer, at 06:00: no answer: no answer within 20 seconds",
        ),
    ],
)
def test_what_the_crm_knows_is_said_of_a_lead_that_was_handed_off(event: OutboxEvent, said: str) -> None:
    assert words(LeadState.HANDED_OFF, event) == said


def test_an_event_that_waits_is_said_whatever_came_after_it() -> None:
    """Events go in their order, so the first that waits holds all others up."""
    later = replace(EVENT, sequence=2)
    assert "has not taken it yet" in words(LeadState.HANDED_OFF, FAILED, later)
    assert words(LeadState.WON, replace(EVENT, state=EventState.TAKEN)) == "Sales have won it."
    assert "has not taken it yet" in words(LeadState.WON, FAILED)


def test_who_decided_is_named() -> None:
    taken = replace(EVENT, state=EventState.TAKEN, attempts=(Attempt(MADE, 0.1, 200, ""),))
    assert words(LeadState.HANDED_OFF, taken, by="anna@example.com").startswith(
        "Sent by anna@example.com. The CRM took"
    )
    assert words(LeadState.DROPPED, by="anna@example.com") == "Dropped by anna@example.com. Sales do not hear of it."


def test_trouble_is_what_was_tried_in_vain() -> None:
    for event, trouble in ((EVENT, False), (FAILED, True), (replace(EVENT, state=EventState.DEAD), True)):
        assert is_in_trouble(ShownLead(lead_of("r"), None, (event,))) is trouble
