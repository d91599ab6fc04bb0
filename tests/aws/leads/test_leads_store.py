"""The Leads table: a lead is kept whole, listed by time, found when it is due, and erased with what was told of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from newsletter.leads.lead import LeadState
from tests.support.aws.dynamodb import Adapters
from tests.support.leads.presses import a_lead

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)


def test_a_lead_is_kept_once_and_changed_only_by_who_saw_it_last(adapters: Adapters) -> None:
    lead = a_lead(adapters.new("lead"), NOW)
    assert adapters.leads.get(lead.id) is None
    assert adapters.leads.create(lead)
    assert not adapters.leads.create(lead)
    assert adapters.leads.get(lead.id) == lead
    kept = adapters.leads.replace(lead, replace(lead, state=LeadState.KEPT))
    assert kept == replace(lead, state=LeadState.KEPT, revision=1)
    assert adapters.leads.replace(lead, replace(lead, state=LeadState.DROPPED)) is None
    assert adapters.leads.get(lead.id) == kept


def test_leads_are_listed_from_the_newest_over_months_with_a_cursor(adapters: Adapters) -> None:
    base = datetime(2031, 3, 15, 12, tzinfo=UTC)
    ages = (0, 1, 1, 40, 41, 200)
    made = [a_lead(adapters.new("lead"), base - timedelta(days=days)) for days in ages]
    for lead in made:
        adapters.leads.create(lead)
    whole = adapters.leads.newest(10, now=base)
    assert {lead.id for _, lead in whole[:6]} == {lead.id for lead in made}
    assert [lead.at for _, lead in whole[:6]] == sorted((lead.at for lead in made), reverse=True)
    paged, cursor = [], ""
    while page := adapters.leads.newest(2, cursor, now=base):
        paged += page
        cursor = page[-1][0]
    assert paged[:6] == whole[:6]
    assert len({lead.id for _, lead in paged}) == len(paged)
    kept = a_lead(adapters.new("lead"), base, state=LeadState.KEPT)
    adapters.leads.create(kept)
    assert [lead.id for _, lead in adapters.leads.newest(5, now=base, state=LeadState.KEPT)] == [kept.id]


def test_a_lead_is_due_while_something_may_be_left_to_do_and_when_its_time_to_wait_is_over(adapters: Adapters) -> None:
    lead = a_lead(adapters.new("a"), NOW, held_until=NOW + timedelta(minutes=5))
    adapters.leads.create(lead)

    def due(minutes: float) -> bool:
        return lead.id in set(adapters.leads.due(NOW + timedelta(minutes=minutes)))

    assert (due(1), due(3)) == (False, True)
    done = adapters.leads.replace(lead, replace(lead, pending=False))
    assert done is not None
    assert (due(3), due(5)) == (False, True)
    adapters.leads.replace(done, replace(done, held_until=None))
    assert not due(500)


def test_erasing_a_lead_takes_what_was_told_of_it_along(adapters: Adapters) -> None:
    lead = a_lead(adapters.new("lead"), NOW, sequence=1)
    adapters.leads.create(lead)
    event = {"lead": {"S": lead.id}, "record": {"S": "event#000001"}, "body": {"S": "{}"}, "claim": {"S": "x"}}
    adapters.client.put_item(TableName=adapters.table("Leads"), Item=event)
    kept = adapters.leads.kept(lead.id)
    assert kept is not None
    assert (kept.offer, kept.at, kept.asked, kept.sent) == ("sparraus", NOW, True, True)
    assert [each["record"] for each in kept.shown["events"]] == ["event#000001"]
    assert kept.shown["presses"][0]["evidence"]["network"] == "192.0.2.0/24"
    assert adapters.leads.erase(lead.id) == 2
    assert adapters.leads.erase(lead.id) == 0
    assert adapters.leads.kept(lead.id) is None
    assert adapters.leads.replace(lead, lead) is None
