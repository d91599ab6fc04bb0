"""Sends one event of the outbox: claim, post, record. Safe to repeat after a crash at any line."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from newsletter.leads.outbox.backoff import LONGEST_ASKED, next_try
from newsletter.leads.outbox.crm_answer import CrmAnswer, Outcome, outcome_of, shown
from newsletter.leads.outbox.crm_calls import Call, filled, learned_from
from newsletter.leads.outbox.endpoint_health import Access, EndpointHealth
from newsletter.leads.outbox.outbox_event import Attempt, EventState, OutboxEvent
from newsletter.platform.errors import InvalidInput
from newsletter.platform.messages import ProbeCrm
from newsletter.platform.observability import count, logger, waited
from newsletter.platform.settings import MissingSetting
from newsletter.platform.web.retry_after import retry_after

if TYPE_CHECKING:
    from collections.abc import Mapping

    from newsletter.container import Container


def may_send(health: EndpointHealth, lead: str, now: datetime, app: Container) -> bool:
    """Whether the CRM may be told of the lead now: it works, or has rested and nobody else probes it."""
    access = health.access(now, lead)
    return access is Access.OPEN or (access is Access.PROBE and app.crm_endpoint.claim_probe(now))


def send_event(
    event: OutboxEvent, known: Mapping[str, Any], now: datetime, app: Container
) -> tuple[OutboxEvent | None, float]:
    """Send the event's requests that have not been taken; the event as it is then, and the seconds that it took.

    None if somebody else sends it, or it is gone. `known` is what answers to earlier events of the lead told.

    The event is claimed before the CRM is called, and what it answers is recorded after that. If the process dies in
    between, or the answer is lost, the same request goes again with the same webhook id once the claim is over.
    """
    claim = app.nonce()
    if not app.outbox.claim(event, now, claim):
        return None, 0.0
    seconds = 0.0
    left = _left(event, known)
    if not left:
        event = _taken(event, now)
        app.outbox.record(event, claim)
    for place, (number, call) in enumerate(left, start=1):
        at = now + timedelta(seconds=seconds)
        answer = _sent(event, number, call, known, app)
        seconds += answer.seconds
        event, outcome, asked = _after(event, call, answer, at, app)
        if outcome is Outcome.TAKEN:
            last = place == len(left)
            event = replace(event, done=number + 1)
            event = _taken(event, at + timedelta(seconds=answer.seconds)) if last else event
        more = outcome is Outcome.TAKEN and event.state is EventState.WAITING
        if not app.outbox.record(event, claim, more=more):
            logger().warning("attempt not recorded", extra={"lead": event.lead, "sequence": event.sequence})
        _tell_health(outcome, at + timedelta(seconds=answer.seconds), asked, event, app)
        if outcome is not Outcome.TAKEN:
            break
    _count(event, now + timedelta(seconds=seconds))
    return event, seconds


def _taken(event: OutboxEvent, at: datetime) -> OutboxEvent:
    return replace(event, state=EventState.TAKEN, due_at=None, ended_at=at)


def _left(event: OutboxEvent, known: Mapping[str, Any]) -> list[tuple[int, Call | None]]:
    """The requests that are left, with their numbers from 0; None stands for the event's own body.

    A request is left out when an earlier event has told what it would tell.
    """
    if not event.calls:
        return [(0, None)]
    numbered = list(enumerate(event.calls))[event.done :]
    return [(number, call) for number, call in numbered if not (call.unless and call.unless in known)]


def _sent(event: OutboxEvent, number: int, call: Call | None, known: Mapping[str, Any], app: Container) -> CrmAnswer:
    try:
        if call is None:
            return app.crm.send(event.webhook, event.body)
        path, body = filled(call, {**known, **event.learned})
        # Further requests have ids of their own: a receiver that honours ids would drop them as repetitions.
        webhook = f"{event.webhook}-{number + 1}" if number else event.webhook
        return app.crm.send(webhook, body, method=call.method, path=path)
    except (InvalidInput, MissingSetting) as fault:
        return CrmAnswer(0, 0.0, {}, fault=str(fault))


def _after(
    event: OutboxEvent, call: Call | None, answer: CrmAnswer, at: datetime, app: Container
) -> tuple[OutboxEvent, Outcome, timedelta | None]:
    """The event after this answer, what the answer means, and the wait that it asks for."""
    outcome, said = outcome_of(answer, call.not_taken if call else ()), shown(answer)
    if outcome in (Outcome.REFUSED, Outcome.GONE) and answer.status in (404, 410) and call and call.names_learned:
        outcome = Outcome.DECLINED  # what it made for this lead is no more, which says nothing of the other leads
    asked = retry_after(answer.headers, at, LONGEST_ASKED)
    learned: dict[str, Any] = {}
    if outcome is Outcome.TAKEN and call is not None:
        try:
            learned = learned_from(call, answer.body)
        except InvalidInput as fault:
            outcome, said = Outcome.DECLINED, f"{fault}: {said}"
    attempt = Attempt(at, answer.seconds, answer.status, said)
    event = replace(event, attempts=(*event.attempts, attempt), learned={**event.learned, **learned})
    if outcome is Outcome.TAKEN:
        return event, outcome, asked
    tries = event.tries + 1
    ended = at + timedelta(seconds=answer.seconds)
    # A CRM that takes one a second says no to most: their waits stay short, and all of them rest together anyway.
    waits = 1 if outcome is Outcome.BUSY else tries
    due_at = next_try(event.waits_since, waits, ended, app.chance(), asked)
    state = EventState.WAITING if due_at else EventState.DEAD
    event = replace(event, tries=tries, state=state, due_at=due_at, ended_at=None if due_at else ended)
    return event, outcome, asked


def _tell_health(outcome: Outcome, now: datetime, asked: timedelta | None, event: OutboxEvent, app: Container) -> None:
    """Note what the attempt says of the endpoint, and see to it that a rest ends with a probe."""
    last = event.attempts[-1]
    said = f"{last.status}: {last.answer}" if last.answer else str(last.status)

    def step(health: EndpointHealth) -> EndpointHealth:
        return health.after(outcome, now, asked, said, event.lead)

    before, after = app.crm_endpoint.change(step)
    if after.off_at and not before.off_at:
        logger().error("the CRM's endpoint was switched off", extra={"lead": event.lead, "why": after.off_why})
        count("CrmEndpointOff")
    if after.resting_until and after.resting_until != before.resting_until:
        # The tick ends longer rests than a message may wait.
        app.queues.send(app.queues.lead, ProbeCrm(), int((after.resting_until - now).total_seconds()) + 1)


def _count(event: OutboxEvent, now: datetime) -> None:
    ids = {"lead": event.lead, "sequence": event.sequence}
    match event.state:
        case EventState.TAKEN:
            logger().info("the CRM took an event of a lead", extra=ids)
            count("LeadsHandedOff")
        case EventState.DEAD:
            logger().error("an event of a lead was given up", extra=ids)
            count("LeadsDead")
        case EventState.WAITING:
            status = event.attempts[-1].status if event.attempts else 0
            logger().info("the CRM did not take an event of a lead", extra={**ids, "status": status})
            waited("LeadWaitSeconds", (now - event.waits_since).total_seconds())
