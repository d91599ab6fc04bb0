"""The planner: starts digests on schedule, and plans mailings page by page into batches."""

from __future__ import annotations

from typing import Any

from newsletter.container import app
from newsletter.mailings.digests.run_digests import run_digests
from newsletter.mailings.drafts.start_due import start_due_draft
from newsletter.mailings.planning.plan_page import plan_page
from newsletter.mailings.planning.requeue_shard import requeue_shard
from newsletter.platform.aws.throttling import patiently
from newsletter.platform.events import each_message, scheduled_time
from newsletter.platform.messages import MalformedMessage, Message, PlanPage, RequeueShard, StartCampaign
from newsletter.platform.observability import observed

PLAN_FOR = 60.0
"""Seconds for which planning comes through where DynamoDB throttles: half of the time that the function has. After
that the message comes again when its visibility ends, after 12 minutes."""


@observed("planner")
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Start digests or handle those that wait for approval (schedules), or plan pages, requeue
    shards and start campaigns whose time has come (queue).

    Raises PartlyFailed if a digest failed, once the others are done.
    """
    if "Records" in event:
        return each_message(event, context, _plan, app)
    return run_digests(scheduled_time(event), app, start=event.get("only") != "look after")


def _plan(message: Message) -> None:
    """All of it can be done again: manifests are written once, and a batch that is queued twice is sent once."""
    patiently(lambda: _plan_or_requeue(message), PLAN_FOR, app)


def _plan_or_requeue(message: Message) -> None:
    match message:
        case PlanPage():
            plan_page(message, app.now(), app)
        case StartCampaign():
            start_due_draft(message.draft, app.now(), app)
        case RequeueShard():
            requeue_shard(message, app, now=app.now())
        case _:
            raise MalformedMessage(f"{message.type} does not belong on the planner's queue")
