"""How long the logs of the functions are kept."""

from __future__ import annotations

from cli.checks.stack import physical_id
from cli.doctor.finding import Finding, together, warning
from cli.doctor.place import Place

DAYS = 30
"""What the commands ask for; lines name readers by their ids, so they need an end (docs/deploy.md)."""
LONG_DAYS = 400


def look(place: Place) -> Finding:
    """A group that is not there yet is made at the function's first run, or by the template."""
    place.not_local("log groups that are kept")
    groups = _groups_of_functions(place)
    kept = _retention(place, groups)
    found = [
        warning(
            f"the log {group} is kept for ever"
            if days is None
            else f"the log {group} is kept for {days} days, longer than the consent of who left",
            f"aws logs put-retention-policy --retention-in-days {DAYS} --log-group-name {group}",
        )
        for group, days in kept.items()
        if days is None or days > LONG_DAYS
    ]
    longest = max((days for days in kept.values() if days is not None), default=0)
    missing = len(groups) - len(kept)
    yet = f"; {missing} functions have not run yet" if missing else ""
    return together(found, f"{len(kept)} logs are kept for {longest} days at most{yet}")


def _groups_of_functions(place: Place) -> set[str]:
    found = set()
    for function in place.deployed.wanted.functions:
        name = physical_id(place.stack, function.logical_id, place.client)
        settings = place.client("lambda").get_function_configuration(FunctionName=name)
        found.add(settings.get("LoggingConfig", {}).get("LogGroup") or f"/aws/lambda/{name}")
    return found


def _retention(place: Place, groups: set[str]) -> dict[str, int | None]:
    """Days for which each group that exists keeps its lines; None for ever."""
    kept: dict[str, int | None] = {}
    pages = place.client("logs").get_paginator("describe_log_groups")
    for prefix in sorted({_prefix(group, place.stack) for group in groups}):
        for page in pages.paginate(logGroupNamePrefix=prefix):
            for each in page["logGroups"]:
                if each["logGroupName"] in groups:
                    kept[each["logGroupName"]] = each.get("retentionInDays")
    return kept


def _prefix(group: str, stack: str) -> str:
    """What the groups of the stack begin with, so that one question finds most of them."""
    before, found, _ = group.partition(stack)
    return f"{before}{stack}" if found else group
