"""The queues by the names that a person types for them, and their addresses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from newsletter.platform.settings import Settings

SCHEDULE = "schedule"
"""Scheduled events that failed. They have dead letters, but no queue that they came from."""
QUEUE_NAMES = ("plan", "batch", "transactional", "feedback", "visit", "request", "lead", "transfer", "reply", SCHEDULE)


def queue_urls(env: Settings) -> dict[str, str]:
    """The address of each queue by its name; empty for that of the schedules, which have none, and for answers where
    none are received."""
    return {
        "plan": env.plan_queue,
        "batch": env.batch_queue,
        "transactional": env.transactional_queue,
        "feedback": env.feedback_queue,
        "visit": env.visit_queue,
        "request": env.request_queue,
        "lead": env.lead_queue,
        "transfer": env.transfer_queue,
        "reply": env.reply_queue,
        SCHEDULE: "",
    }


def queues_with_dead_letters(env: Settings) -> list[str]:
    """The names of the queues that there are."""
    return [name for name, url in queue_urls(env).items() if url or name == SCHEDULE]


def dead_letters_url(name: str, env: Settings, sqs: Any) -> str:
    """The address of the dead letters of a queue, from its redrive policy; empty where it has none."""
    source = queue_urls(env)[name]
    if not source:
        return env.schedule_dead_letters if name == SCHEDULE else ""
    answer = sqs.get_queue_attributes(QueueUrl=source, AttributeNames=["RedrivePolicy"])
    policy = json.loads(answer.get("Attributes", {}).get("RedrivePolicy", "{}"))
    if not policy:
        return ""
    return str(sqs.get_queue_url(QueueName=policy["deadLetterTargetArn"].rpartition(":")[2])["QueueUrl"])
