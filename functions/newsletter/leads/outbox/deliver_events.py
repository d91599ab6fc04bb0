"""Hands the events of the outbox off to the CRM: those of a lead in their order, and what is due, by the tick.

A message only wakes. Whatever becomes of an attempt is stored with the event, so the message is done in any case; short
waits end by a delayed message, longer ones by the tick, which finds in the index what no message woke.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from newsletter.leads.outbox.backoff import LIFE
from newsletter.leads.outbox.endpoint_health import Access, EndpointHealth
from newsletter.leads.outbox.outbox_event import EventState, OutboxEvent
from newsletter.leads.outbox.send_event import may_send, send_event
from newsletter.platform.errors import NotFound
from newsletter.platform.isolation import Isolated
from newsletter.platform.messages import ProbeCrm, WakeLead
from newsletter.platform.observability import count, logger, waited
from newsletter.platform.shards import SHARDS
from newsletter.readers.current_subscriber import current_subscriber

if TYPE_CHECKING:
    from collections.abc import Iterator

    from newsletter.container import Container

SHORT = timedelta(seconds=900)
"""AWS: a message can wait so long; the tick sees to longer waits."""
ENOUGH = 20.0
"""Seconds with the CRM after which one invocation leaves the rest of a lead to the next: one time-out."""
MOST_EVENTS = 20
"""So many events of one lead are sent by one invocation."""
PROBED = 20
"""So many leads that are due are looked at for one that can be sent as a probe."""
WOKEN_AFTER_REST = 1_000
"""So many leads are woken when the CRM works again, a hundred calls of SQS; the tick wakes the rest."""
WOKEN_AFTER_PAUSE = 20
"""So many when it had asked for a pause: it soon may again."""
BACK = timedelta(hours=1)
"""For so long after the CRM has come back, the tick wakes also those whose next attempt is not due yet."""
WOKEN_PER_SHARD = 100
"""So many leads of a shard are woken by one run of the tick."""
AGES_READ = 200
"""Of so many waiting leads the tick reads since when they wait, of those that are due first and of those due last: who
has been tried most often, and so has waited longest, is tried last.
"""


def deliver_events(lead: str, now: datetime, app: Container) -> dict[str, int]:
    """Send the events of a lead that are due, in their order; how many were taken, failed, dead or withdrawn.

    An event is sent when those before it were taken or ended otherwise. Repeating it is harmless: each is claimed.
    """
    done: Counter[str] = Counter()
    known: dict[str, Any] = {}
    seconds = 0.0
    sent = 0
    events = app.outbox.of(lead)
    if any(event.state is EventState.WAITING for event in events) and _is_pointless(lead, app):
        return {"withdrawn": withdraw(lead, now, app)}
    for event in events:
        known |= event.learned
        if event.state is not EventState.WAITING:
            continue
        at = now + timedelta(seconds=seconds)
        if seconds >= ENOUGH or sent == MOST_EVENTS:
            app.queues.send(app.queues.lead, WakeLead(lead))
            break
        after, took = _next(event, known, at, app)
        if after is None:
            break
        seconds, sent = seconds + took, sent + 1
        known |= after.learned
        done[after.state if after.state is not EventState.WAITING else "failed"] += 1
        if after.state is EventState.WAITING:
            _wake_later(after, at + timedelta(seconds=took), app)
            break
    return dict(done)


def _next(event: OutboxEvent, known: dict[str, Any], now: datetime, app: Container) -> tuple[OutboxEvent | None, float]:
    """The event after its turn, and the seconds that it took; None if its turn has not come."""
    health = app.crm_endpoint.health()
    failed_at = event.failed_with_the_endpoint_at
    early = failed_at is not None and health.is_back_since(failed_at)
    if event.due_at is not None and event.due_at > now and not early:
        return None, 0.0
    if may_send(health, event.lead, now, app):
        after, took = send_event(event, known, now, app)
        if health.resting_until and app.crm_endpoint.health().well_since != health.well_since:
            _wake_some(WOKEN_AFTER_REST if health.failures else WOKEN_AFTER_PAUSE, app)
        return after, took
    if now >= event.waits_since + LIFE and app.outbox.settle(event, EventState.DEAD, now):
        logger().error("an event of a lead was given up", extra={"lead": event.lead, "sequence": event.sequence})
        count("LeadsDead")
        return app.outbox.get(event.lead, event.sequence), 0.0
    return None, 0.0


def _is_pointless(lead: str, app: Container) -> bool:
    """Whether there is nobody to tell of any more: the reader was erased, or the offer is gone."""
    stored = app.leads.get(lead)
    if stored is None:  # an erasure removes the lead first, and may have died before its events
        app.outbox.erase(lead)
        return True
    reader = app.subscribers.get(current_subscriber(stored.subscriber, app).id)
    return reader is None or app.publication.offer(stored.offer) is None


def withdraw(lead: str, now: datetime, app: Container) -> int:
    """End the events of a lead that wait; how many those were."""
    waiting = [event for event in app.outbox.of(lead) if event.state is EventState.WAITING]
    ended = sum(app.outbox.settle(event, EventState.WITHDRAWN, now) for event in waiting)
    if ended:
        logger().warning("events of a lead withdrawn", extra={"lead": lead})
        count("LeadsWithdrawn", ended)
    return ended


def replay(lead: str, now: datetime, app: Container, sequence: int | None = None) -> int:
    """Send events of a lead once more, with the same ids: one, or all in their order; how many those are.

    They wait for 72 hours from now, whether they were taken, dead, withdrawn or waiting. Raises NotFound.
    """
    events = [each for each in app.outbox.of(lead) if sequence in (None, each.sequence)]
    if not events:
        raise NotFound(f"lead {lead}" if sequence is None else f"event {sequence} of lead {lead}")
    again = sum(app.outbox.replay(event, now) for event in events)
    app.queues.send(app.queues.lead, WakeLead(lead))
    return again


def switch_on(now: datetime, who: str, app: Container) -> bool:
    """Let the CRM be asked again that was switched off, or rests, and wake what waits; False if it did neither."""

    def step(health: EndpointHealth) -> EndpointHealth:
        return health if health.access(now) is Access.OPEN else EndpointHealth(well_since=now)

    before, after = app.crm_endpoint.change(step)
    if before == after:
        return False
    logger().info("the CRM's endpoint was switched on", extra={"who": who, "was_off": before.off_why})
    _wake_some(WOKEN_AFTER_REST, app)
    return True


# --- by the tick, and after a rest -----------------------------------------------------------------------------------


def deliver_due(now: datetime, isolated: Isolated, app: Container) -> dict[str, int]:
    """Wake the leads whose events are due and no message woke; how many, and how many events wait.

    While the CRM rests or is off, nobody is woken but for those whose 72 hours are over. Metrics: how long the oldest
    event waits, and whether the endpoint is off.
    """
    health = app.crm_endpoint.health()
    access = health.access(now)
    back = health.is_back_since(now - BACK)
    if access is Access.OFF:
        count("CrmEndpointOff")
    waiting: list[tuple[str, int, datetime]] = []
    events = woken = 0
    for shard in SHARDS:
        with isolated.piece(f"outbox {shard}"):
            found = app.outbox.waiting(shard)
            events += len(found)
            waiting += (first := _first_of_each(found))
            if access is Access.OPEN:
                due = (lead for lead, _, due_at in first if back or due_at <= now)
                woken += _wake(islice(due, WOKEN_PER_SHARD), app)
    with isolated.piece("outbox waits"):
        woken += _look_at_ages(waiting, access, now, app)
    with isolated.piece("outbox probe"):
        if access is Access.PROBE and any(due_at <= now for *_, due_at in waiting):
            app.queues.send(app.queues.lead, ProbeCrm())
    return {"leads_woken": woken, "events_waiting": events}


def _look_at_ages(waiting: list[tuple[str, int, datetime]], access: Access, now: datetime, app: Container) -> int:
    """Report how long the oldest event waits, and wake those that are to be given up; how many those are."""
    by_due = sorted(waiting, key=lambda each: each[2])
    looked_at = by_due[:AGES_READ] + by_due[AGES_READ:][-AGES_READ:]
    since = app.outbox.waiting_since((lead, sequence) for lead, sequence, _ in looked_at)
    if since:
        waited("LeadWaitSeconds", (now - min(since.values())).total_seconds())
    if access is Access.OPEN:
        return 0
    over = (lead for (lead, _), began in since.items() if now >= began + LIFE)
    return _wake(dict.fromkeys(over), app)


def probe(now: datetime, app: Container) -> dict[str, int]:
    """After a rest: hand off the lead that is due longest, to see whether the CRM works again."""
    if app.crm_endpoint.health().access(now) is not Access.PROBE:
        return {}
    for lead in islice(_waiting(now, app), PROBED):
        if done := deliver_events(lead, now, app):
            return done
    return {}


def _wake_some(most: int, app: Container) -> None:
    """The CRM is back: wake some of all that wait, due or not."""
    _wake(islice(_waiting(None, app), most), app)


def _waiting(now: datetime | None, app: Container) -> Iterator[str]:
    """Leads with an event that waits; with `now`, one that is due.

    The shard to begin with is left to chance, so that none is always the last.
    """
    begin = int(app.chance() * len(SHARDS))
    for shard in SHARDS[begin:] + SHARDS[:begin]:
        found = _first_of_each(app.outbox.waiting(shard))
        yield from (lead for lead, _, due_at in found if now is None or due_at <= now)


def _first_of_each(waiting: list[tuple[str, int, datetime]]) -> list[tuple[str, int, datetime]]:
    """Of each lead the event whose turn is next, those that are due first at the beginning.

    A later event of the lead is due since it was made, though it cannot go before that one.
    """
    first: dict[str, tuple[str, int, datetime]] = {}
    for each in waiting:
        known = first.get(each[0])
        if known is None or each[1] < known[1]:
            first[each[0]] = each
    return sorted(first.values(), key=lambda each: each[2])


def _wake(leads: Iterator[str] | dict[str, None], app: Container) -> int:
    messages = [WakeLead(lead) for lead in leads]
    app.queues.send_all(app.queues.lead, messages)
    return len(messages)


def _wake_later(event: OutboxEvent, now: datetime, app: Container) -> None:
    if event.due_at is None:
        return
    wait = event.due_at - now
    if wait <= SHORT:
        app.queues.send(app.queues.lead, WakeLead(event.lead), int(wait.total_seconds()) + 1)
