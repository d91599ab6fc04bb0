"""Does what people decide on a lead (acts.py).

A decision is one conditional write of the lead (and of its events, for a replay). What follows from it, as making the
event for the CRM and starting a sequence, is done by the function that hands leads off, which is woken: the console may
write no reader and no ledger.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.leads.change_lead import finish_change, sent
from newsletter.leads.facts.press_verdict import press_verdict
from newsletter.leads.follow_visits import judged
from newsletter.leads.lead import Lead, LeadState
from newsletter.leads.manage.acts import Act, allowed_acts
from newsletter.leads.manage.lead_words import LABELS
from newsletter.leads.manage.show_lead import ShownLead, show_lead
from newsletter.leads.outbox.deliver_events import replay
from newsletter.platform.errors import NotNow
from newsletter.platform.messages import LeadDecided
from newsletter.platform.words.said import say

if TYPE_CHECKING:
    from newsletter.container import Container


DONE = {Act.SEND: LeadState.HANDED_OFF, Act.DROP: LeadState.DROPPED}
"""The state after a decision; asked for again, nothing is done."""
WHY_NOT = {
    Act.SEND: say("sales have it, or it is over"),
    Act.DROP: say("only one that is held or was kept can be dropped"),
    Act.REPLAY: say("the CRM was told nothing of it"),
    Act.REJUDGE: say("nothing is judged any more"),
}


def act_on_lead(act: Act, lead_id: str, app: Container, *, by: str, now: datetime) -> ShownLead:
    """Do it, and give the lead as it stands then; what was done already is not done again.

    Raises NotFound, and NotNow where the lead's state does not allow it.
    """
    shown = show_lead(lead_id, app)
    if DONE.get(act) == shown.lead.state:
        return shown
    if act not in allowed_acts(shown):
        raise NotNow(
            say("lead {lead} is {state}; {why}", lead=lead_id, state=LABELS[shown.lead.state], why=WHY_NOT[act])
        )
    match act:
        case Act.SEND:
            _decide(shown.lead, lambda lead: sent(replace(lead, released_by=by), now, app), app)
        case Act.DROP:
            _decide(shown.lead, lambda lead: _dropped(lead, by, now), app)
        case Act.REPLAY:
            replay(lead_id, now, app)
        case Act.REJUDGE:
            _decide(shown.lead, lambda lead: judged(lead, press_verdict(lead, app), now, app), app)
    return show_lead(lead_id, app)


def _dropped(lead: Lead, by: str, now: datetime) -> Lead:
    return replace(lead, state=LeadState.DROPPED, held_until=None, changed_at=now, released_by=by)


def _decide(lead: Lead, alter: Callable[[Lead], Lead | None], app: Container) -> None:
    """Write the lead as it is decided, and wake who does what follows. Raises NotNow if something else came first."""
    after = None if lead.pending else alter(lead)
    if lead.pending or (after is not None and app.leads.replace(lead, after) is None):
        raise NotNow(say("something else is being done with lead {lead}; try again in a minute", lead=lead.id))
    if after is not None and after.pending:
        app.queues.send(app.queues.lead, LeadDecided(lead.id))


def follow_decision(lead_id: str, now: datetime, app: Container) -> None:
    """Do what follows from a decision, unless it was done already."""
    lead = app.leads.get(lead_id)
    if lead is not None and lead.pending:
        finish_change(lead, now, app)
