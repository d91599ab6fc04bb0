"""What people may do with a lead, by the names that the console's buttons, the API and the command line share."""

from __future__ import annotations

from enum import StrEnum

from newsletter.leads.lead import LeadState
from newsletter.leads.manage.show_lead import ShownLead
from newsletter.platform.words.said import say


class Act(StrEnum):
    """What can be done with a lead."""

    SEND = "send"
    """Hand it to sales, although it is held, or was kept, taken back or dropped."""
    DROP = "drop"
    """Do not hand it to sales."""
    REPLAY = "replay"
    """Tell the CRM again, under the same ids, what it was told of the lead."""
    REJUDGE = "rejudge"
    """Judge anew, by the rules of today, whether a person pressed."""

    @property
    def tells_the_crm(self) -> bool:
        """Whether something is sent because of it, soon."""
        return self in (Act.SEND, Act.REPLAY)


SENDABLE = (LeadState.HELD, LeadState.KEPT, LeadState.RETRACTED, LeadState.DROPPED)
DROPPABLE = (LeadState.HELD, LeadState.KEPT)
SAID = {
    Act.SEND: say("It goes to sales now."),
    Act.DROP: say("Sales do not hear of it."),
    Act.REPLAY: say("The CRM is told again what it was told, in order and under the same ids."),
    Act.REJUDGE: say("It is judged anew, by the rules of today."),
}
"""What was done, in words."""


def allowed_acts(shown: ShownLead) -> tuple[Act, ...]:
    """What can be done with the lead as it stands, in the order in which buttons have it."""
    lead = shown.lead
    allowed = {
        Act.SEND: lead.state in SENDABLE,
        Act.DROP: lead.state in DROPPABLE,
        Act.REPLAY: bool(shown.events) and lead.state is not LeadState.WITHDRAWN,
        Act.REJUDGE: lead.state is not LeadState.WITHDRAWN,
    }
    return tuple(act for act, may in allowed.items() if may)
