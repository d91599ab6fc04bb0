"""The schedules: armed, and when what they start ran last."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from cli.checks.stack import physical_id, schedule_differences
from cli.doctor.deployed.metrics import Metric, figures
from cli.doctor.finding import Finding, fine, of_difference, together, unknown, warning
from cli.doctor.place import Place
from cli.target import LIVE
from newsletter.mailings.schedules import Cron, ExpressionError, Rate, parse
from newsletter.platform.times import parse_iso
from rehearsal.template.model import Function, Schedule

ROUNDS = 3
"""So many times its interval without a run are no chance."""
LEAST = timedelta(minutes=30)
"""CloudWatch has the figures of a run some minutes later."""
LATE = timedelta(hours=1)
BACK = timedelta(days=35)
"""How far back the last time of the digest is looked for; a schedule of once a month has one in there."""
DECISIONS = 300
SCHEDULED = "<aws.scheduler.scheduled-time>"
"""What EventBridge Scheduler replaces by the moment."""


def armed(place: Place) -> Finding:
    """Whether EventBridge Scheduler has them as the template, and enabled."""
    if place.local:
        return unknown("the local cloud has no EventBridge Scheduler: it starts what template.yaml says by itself")
    differences = schedule_differences(place.deployed.wanted, place.client)
    number = sum(len(function.schedules) for function in place.deployed.wanted.functions)
    return together(
        (of_difference(where, message, is_fault=is_fault) for where, message, is_fault in differences),
        f"{number} schedules are enabled, with the times of template.yaml",
    )


def last_run(place: Place) -> Finding:
    """What left no trace of a run when it should have: of a function in CloudWatch, of the digest in the decisions."""
    found = [] if place.local else list(_functions(place))
    digest = _digest(place)
    if digest.mend:
        found.append(digest)
    return together(found, digest.message if not digest.mend else "")


def _functions(place: Place) -> Iterator[Finding]:
    """Functions with a schedule by rate that were not invoked at all for several of its intervals."""
    now, made = place.app.wall_clock(), place.deployed.about["CreationTime"]
    for function, schedule, interval in _by_rate(place):
        within = max(LEAST, ROUNDS * interval)
        if now - made < within:
            continue
        name = physical_id(place.stack, function.logical_id, place.client)
        metric = Metric("AWS/Lambda", "Invocations", {"FunctionName": name}, "Sum")
        if not figures([metric], now, within, place.client)[0]:
            payload = schedule.input.replace(SCHEDULED, f"{now:%Y-%m-%dT%H:%M:%SZ}")
            yield warning(
                f"{function.logical_id} has not run for {within.total_seconds() / 60:.0f} min",
                f"newsletter dead-letters show schedule {place.options}\n"
                f"aws lambda invoke --function-name {name} --qualifier {LIVE} --payload '{payload}' "
                "--cli-binary-format raw-in-base64-out /dev/stdout",
            )


def _by_rate(place: Place) -> Iterator[tuple[Function, Schedule, timedelta]]:
    """Each function with a schedule by rate, and the one of these with the shortest interval."""
    for function in place.deployed.wanted.functions:
        enabled = [(each, parse(each.expression, each.time_zone)) for each in function.schedules]
        rates = [(how.interval, each) for each, how in enabled if isinstance(how, Rate) and each.state == "ENABLED"]
        if rates:
            interval, schedule = min(rates, key=lambda pair: pair[0])
            yield function, schedule, interval


def _digest(place: Place) -> Finding:
    """When the digest was last decided about, against its schedule."""
    app, now = place.app, place.app.now()
    zone = app.publication.time_zone
    lines = app.decisions.newest(DECISIONS)
    ran = [parse_iso(each["at"]) for each in lines if each["run"].startswith("digest")]
    last = max(ran, default=None)
    said = f"the digest was last decided on {last.astimezone(zone):%Y-%m-%d %H:%M}" if last else "no digest ran yet"
    due = _last_due(app.settings.digest_schedule, zone.key, now - LATE)
    if due is None:
        return fine(said)
    since = now if place.local else place.deployed.about["CreationTime"]
    if due < since or (last is not None and last >= due - LATE):
        return fine(said)
    when = f"{due.astimezone(zone):%Y-%m-%d %H:%M}"
    return warning(
        f"the digest of {when} left no decision; {said}",
        f"newsletter decisions {place.options}\nnewsletter dead-letters show schedule {place.options}",
    )


def _last_due(expression: str, zone: str, until: datetime) -> datetime | None:
    try:
        schedule = parse(expression, zone) if expression else None
    except ExpressionError:
        return None
    if not isinstance(schedule, Cron):
        return None
    due, following = None, schedule.next_after(until - BACK)
    while following is not None and following <= until:
        due, following = following, schedule.next_after(following)
    return due
