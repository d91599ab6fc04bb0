"""What must hold of leads and sequences after every schedule, held against what CRM and mailbox have."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from newsletter.container import app
from newsletter.leads.lead import Lead, LeadState
from newsletter.leads.outbox.outbox_event import EventState
from newsletter.nurture.enrollments.funnel import funnel_of
from rehearsal.aws.dynamodb import Database
from tests.soak.clock import START
from tests.soak.crm import Webhook
from tests.soak.lead_schedule import STORM, PlayedLeads, leads_of
from tests.soak.promises import require
from tests.soak.visitors import Visitor
from tests.support.readers.stored import stored_records

ENDED = {LeadState.KEPT, LeadState.DROPPED, LeadState.WITHDRAWN, LeadState.LOST, LeadState.RETRACTED}
AT_THE_CRM = {LeadState.HANDED_OFF, LeadState.ACCEPTED, LeadState.WON, LeadState.LOST, LeadState.RETRACTED}
SLACK = 3600.0
"""Seconds that a mail may be under way when its reader leaves: a claim is as old as the life of an invocation."""


def check_leads(played: PlayedLeads) -> Counter[str]:
    """Raise Broken at the first promise that was not kept; otherwise what was seen."""
    looped = played.lambdas.looped
    require(not looped, f"Lambda ended events that came round too often, {looped} times")
    _bodies_are_frozen(played.crm.got)
    _in_order(played.crm.got)
    seen: Counter[str] = Counter(
        {
            "schedules of leads": 1,
            "webhooks taken": len(played.crm.taken),
            "webhooks refused": sum(not hook.taken for hook in played.crm.got),
        }
    )
    for visitor in played.visitors:
        if visitor.erased is None:
            seen += _leads_of(visitor, played)
        else:
            _nothing_is_kept(visitor, played)
        seen["steps mailed"] += _steps(visitor, played)
    _funnel(played)
    return seen


def _bodies_are_frozen(got: list[Webhook]) -> None:
    bodies = defaultdict(set)
    for webhook in got:
        bodies[webhook.id].add(webhook.body)
    other = [id_ for id_, of in bodies.items() if len(of) > 1]
    require(not other, f"webhooks with other bytes at another attempt: {other}")
    created = Counter(hook.json["data"]["lead"]["id"] for hook in _first(got) if hook.json["type"] == "lead.created")
    require(max(created.values(), default=1) == 1, f"leads created more than once: {created}")


def _first(got: list[Webhook]) -> list[Webhook]:
    return list({webhook.id: webhook for webhook in got if webhook.taken}.values())


def _in_order(got: list[Webhook]) -> None:
    """Nothing of a lead is sent before all that came before it was taken."""
    taken: defaultdict[str, set[int]] = defaultdict(set)
    for webhook in got:
        lead, _, number = webhook.id.partition("-")
        missing = set(range(1, int(number))) - taken[lead]
        require(not missing, f"{webhook.id} was sent before {sorted(missing)} of its lead")
        if webhook.taken:
            taken[lead].add(int(number))


def _leads_of(visitor: Visitor, played: PlayedLeads) -> Counter[str]:
    ids = leads_of(visitor.id)
    leads = [lead for lead in map(app.leads.get, ids) if lead is not None]
    who, pressed = visitor.email, visitor.pressed
    require(leads or not pressed, f"{who} pressed ({pressed}), and there is no lead")
    for lead in leads:
        _ends(lead, who)
        _is_told(lead, played)
    known = {webhook.json["data"]["lead"]["id"] for webhook in played.crm.taken}
    decided = any(lead.id in played.meddled for lead in leads)
    if "person" in pressed and not decided:
        require(any(lead.id in known for lead in leads), f"{who} pressed as a person, and the CRM has no lead")
    if pressed and set(pressed) == {"machine"}:
        told = [hook.json["data"]["verdict"] for hook in played.crm.taken if hook.id.partition("-")[0] in ids]
        unmarked = [verdict for verdict in told if verdict["kind"] == "person"]
        require(not unmarked, f"a machine pressed for {who}, and the CRM has {unmarked}")
        require(not told or decided, f"a machine pressed for {who}, and the CRM was told")
    return Counter(f"leads {lead.state}" for lead in leads) + Counter(f"presses of {kind}" for kind in pressed)


def _ends(lead: Lead, who: str) -> None:
    """Handed off, or visibly not, with a reason."""
    require(not lead.pending, f"the lead of {who} is {lead.state}, and what follows is not done")
    require(lead.state is not LeadState.HELD, f"the lead of {who} is held for ever")
    require(lead.state in ENDED | AT_THE_CRM, f"the lead of {who} is {lead.state}")
    if lead.state is LeadState.KEPT:
        require(lead.verdict.reasons, f"the lead of {who} is kept without a reason")


def _is_told(lead: Lead, played: PlayedLeads) -> None:
    """Each event was taken; of a lead that is at the CRM there is at least one."""
    events = app.outbox.of(lead.id)
    require(len(events) == lead.sequence, f"{lead.id} has {len(events)} events of {lead.sequence}")
    taken = {webhook.id for webhook in played.crm.taken}
    for event in events:
        require(event.state is not EventState.WAITING, f"{event.webhook} still waits")
        if event.state is EventState.TAKEN:
            require(event.webhook in taken, f"{event.webhook} is taken, and the CRM does not have it")
    if lead.state in AT_THE_CRM:
        require(events, f"{lead.id} is {lead.state}, and the CRM was told nothing")


def _nothing_is_kept(visitor: Visitor, played: PlayedLeads) -> None:
    kept = {item["record"] for item in stored_records(app.subscribers, visitor.id)}
    require(kept <= {"profile"}, f"{visitor.email} was erased, and there is {kept}")
    leads = _items(played.account.database, "Leads")
    ids = set(leads_of(visitor.id))
    left = [item for item in leads if item["lead"]["S"] in ids]
    require(not left, f"{visitor.email} was erased, and there is {left}")


def _items(database: Database, label: str) -> list[dict[str, Any]]:
    name = next(name for name, table in database.tables.items() if table.label == label)
    return [dict(item) for item in app.leads._client.scan(TableName=name)["Items"]]  # noqa: SLF001


def _steps(visitor: Visitor, played: PlayedLeads) -> int:
    """No step twice in a round, and none after the reader has left; how many there were."""
    steps = [mail for mail in played.account.sent if mail.to == visitor.email and mail.mailing.startswith("step")]
    counted = Counter(mail.mailing for mail in steps)
    rounds = max(1, len({each.round for each in app.enrollments.of(visitor.id)}))
    require(max(counted.values(), default=0) <= rounds, f"{visitor.email} got steps twice: {counted}")
    gone = min((at for at in (visitor.left, visitor.erased) if at is not None), default=None)
    for mail in steps:
        at = (mail.at - START).total_seconds()
        require(gone is None or at <= gone + SLACK, f"{visitor.email} left at {gone} and got {mail.mailing} at {at}")
    if visitor.left is not None and visitor.erased is None:
        active = [each for each in app.enrollments.of(visitor.id) if each.active]
        require(not active, f"{visitor.email} left, and {len(active)} sequences go on")
    due = [each for each in app.enrollments.of(visitor.id) if each.active]
    require(not due, f"{visitor.email} is in a sequence after {STORM} s and weeks: {due}")
    return len(steps)


def _funnel(played: PlayedLeads) -> None:
    for sequence in app.publication.sequences.values():
        funnel = funnel_of(sequence, app, now=app.now())
        require(funnel.entered == funnel.active + sum(funnel.exits.values()), f"the funnel does not add up: {funnel}")
        rounds = [each for who in played.visitors for each in app.enrollments.of(who.id, sequence.key)]
        require(funnel.entered == len(rounds), f"the funnel has {funnel.entered} rounds, readers {len(rounds)}")
