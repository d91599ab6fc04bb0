"""The queues: as the template has them, how much waits in each and since when; and the dead letters."""

from __future__ import annotations

from datetime import timedelta

from cli.checks.stack import queues_differences
from cli.doctor.deployed.metrics import Metric, figures
from cli.doctor.finding import Finding, fault, fine, of_difference, together, warning
from cli.doctor.place import Place
from cli.queues.queue_names import SCHEDULE, dead_letters_url, queue_urls, queues_with_dead_letters

LONGEST = {
    "plan": timedelta(minutes=30),
    "batch": timedelta(hours=1),
    "transactional": timedelta(minutes=10),
    "feedback": timedelta(minutes=15),
    "lead": timedelta(hours=1),
    "visit": timedelta(minutes=30),
    "transfer": timedelta(minutes=30),
    "request": timedelta(minutes=15),
    "reply": timedelta(minutes=15),
}
"""For how long a message may wait in each queue before a person should look. A mailing is planned and put on its queue
in pieces, so that none of them waits long even when the whole takes a day."""
MEASURED = timedelta(minutes=15)
READER = {
    "plan": "planner",
    "batch": "sender",
    "transactional": "sender",
    "feedback": "feedback",
    "lead": "lead_handoff",
    "visit": "feedback",
    "transfer": "transfers",
    "request": "console",
    "reply": "feedback",
}
"""Whose log says why a queue does not empty."""


def look(place: Place) -> Finding:
    """Depth and age of each, and in what they differ from infra/messaging.yaml."""
    found = [
        of_difference(where, message, is_fault=is_fault)
        for where, message, is_fault in queues_differences(place.template, place.client)
    ]
    if any("is not there" in each.message for each in found):
        return together(found, "")
    waiting = {name: _waiting(url, place) for name, url in _queues(place).items()}
    ages = {} if place.local else _ages(place)
    for name, age in ages.items():
        if age is not None and timedelta(seconds=age) > LONGEST[name]:
            found.append(
                warning(
                    f"the oldest in {name} has waited {_long(age)} ({waiting[name]:,} wait now)",
                    f"aws logs tail {place.app.settings.secrets_path}/{READER[name]} --since 1h",
                )
            )
    full = ", ".join(f"{number:,} in {name}" for name, number in waiting.items() if number)
    oldest = max((age for age in ages.values() if age is not None), default=0.0)
    since = "; the local cloud measures no age" if place.local else f", the oldest for {_long(oldest)}"
    return together(found, f"{full or 'nothing'} waits{since if full or place.local else ''}")


def dead_letters(place: Place) -> Finding:
    """What could not be handled, by queue."""
    queues = _dead(place)
    if without := [name for name, url in queues.items() if not url]:
        return fault(f"{', '.join(without)} has no dead letters: what fails there is lost", "make deploy")
    counted = {name: _waiting(url, place) for name, url in queues.items()}
    there = {name: number for name, number in counted.items() if number}
    if not there:
        return fine(f"none in {len(counted)} queues")
    said = ", ".join(f"{number:,} of {name}" for name, number in there.items())
    shows = "\n".join(f"newsletter dead-letters show {name} {place.options}" for name in there)
    redrive = "\n".join(
        f"newsletter dead-letters {'drop' if name == SCHEDULE else 'redrive'} {name} {place.options}" for name in there
    )
    return warning(f"{said} could not be handled", f"{shows}\nmend the cause, then:\n{redrive}")


def _queues(place: Place) -> dict[str, str]:
    """The addresses of the queues that a function reads."""
    return {name: url for name, url in queue_urls(place.app.settings).items() if url}


def _dead(place: Place) -> dict[str, str]:
    """The dead-letter queue of each queue, and that of the schedules; empty where there is none."""
    return {
        name: dead_letters_url(name, place.app.settings, place.client("sqs"))
        for name in queues_with_dead_letters(place.app.settings)
    }


def _waiting(url: str, place: Place) -> int:
    answer = place.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
    return int(answer["Attributes"]["ApproximateNumberOfMessages"])


def _ages(place: Place) -> dict[str, float | None]:
    """Seconds that the oldest message of each queue has waited, by CloudWatch."""
    queues = _queues(place)
    metrics = [
        Metric("AWS/SQS", "ApproximateAgeOfOldestMessage", {"QueueName": url.rpartition("/")[2]}, "Maximum")
        for url in queues.values()
    ]
    found = figures(metrics, place.app.wall_clock(), MEASURED, place.client)
    return dict(zip(queues, found, strict=True))


def _long(seconds: float) -> str:
    return f"{seconds / 3600:.1f} hours" if seconds >= 3600 else f"{max(1, round(seconds / 60))} min"
