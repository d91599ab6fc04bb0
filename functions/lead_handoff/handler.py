"""Lead hand-off: makes leads of offers that were taken up, tells the CRM of them, and hears what it says."""

from __future__ import annotations

from typing import Any

from newsletter.container import app
from newsletter.leads.answers.take_answers import record_answers
from newsletter.leads.inbound.follow_crm import follow
from newsletter.leads.lead import LeadState
from newsletter.leads.manage.act_on_lead import follow_decision
from newsletter.leads.outbox.deliver_events import deliver_events, probe
from newsletter.leads.record_press import record_press
from newsletter.platform.events import each_message
from newsletter.platform.messages import (
    AnswersGiven,
    CrmSaid,
    LeadDecided,
    MalformedMessage,
    Message,
    ProbeCrm,
    TakeUpOffer,
    WakeLead,
)
from newsletter.platform.observability import count, logger, observed, waited
from newsletter.platform.times import parse_iso


@observed("lead_handoff")
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Act on each message of the lead queue."""
    return each_message(event, context, _act, app)


def _act(message: Message) -> None:
    now = app.now()
    match message:
        case TakeUpOffer():
            _record(message)
        case AnswersGiven():
            record_answers(message, now, app)
        case LeadDecided(lead):
            follow_decision(lead, now, app)
        case WakeLead(lead):
            deliver_events(lead, now, app)
        case ProbeCrm():
            probe(now, app)
        case CrmSaid():
            follow(message, app)
        case _:
            raise MalformedMessage(f"{message.type} does not belong on the lead queue")


def _record(message: TakeUpOffer) -> None:
    now = app.now()
    try:
        lead = record_press(message, now, app)
    except Exception:
        waited("LeadWaitSeconds", (now - parse_iso(message.at)).total_seconds())
        raise
    logger().info(
        "press judged",
        extra={
            "subscriber": message.subscriber,
            "mailing": message.mailing,
            "batch": message.batch,
            "lead": lead.id if lead else "",
            "state": lead.state if lead else "",
        },
    )
    gone = lead.state is LeadState.WITHDRAWN if lead else message.page_age is not None
    if gone:
        logger().warning(
            "press without a lead for sales", extra={"subscriber": message.subscriber, "offer": message.offer}
        )
        count("LeadsWithdrawn")
