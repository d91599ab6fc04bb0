"""What CloudFormation found changed by hand when it was last asked (drift), of the stack and those nested in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from cli.doctor.finding import Finding, together, unknown, warning
from cli.doctor.place import Place

NESTED = "AWS::CloudFormation::Stack"
OLD = timedelta(days=90)


def look(place: Place) -> Finding:
    """Nothing is started: a detection takes minutes, and somebody may be deploying."""
    about = place.deployed.about
    stacks = {place.stack: about, **dict(_nested(place.stack, place.client("cloudformation")))}
    found, moments = [], []
    for name, each in stacks.items():
        drift = each.get("DriftInformation", {})
        if moment := drift.get("LastCheckTimestamp"):
            moments.append(moment)
        found += _of_stack(name, drift.get("StackDriftStatus", "NOT_CHECKED"), moment, place.app.wall_clock())
    since = f" ({min(moments):%Y-%m-%d})" if moments else ""
    return together(found, f"{len(stacks)} stacks were as their templates when they were looked at last{since}")


def _of_stack(name: str, status: str, moment: datetime | None, now: datetime) -> list[Finding]:
    detect = f"aws cloudformation detect-stack-drift --stack-name {name}"
    if status == "DRIFTED":
        shown = (
            f"aws cloudformation describe-stack-resource-drifts --stack-name {name} "
            "--stack-resource-drift-status-filters MODIFIED DELETED"
        )
        return [warning(f"{name} was changed by hand", f"{shown}\nput it back, then:\n{detect}")]
    if status == "NOT_CHECKED" or moment is None:
        return [unknown(f"nobody asked CloudFormation yet what was changed by hand in {name}", detect)]
    if status != "IN_SYNC":
        return [unknown(f"CloudFormation could not tell what was changed by hand in {name} ({status})", detect)]
    if now - moment > OLD:
        return [unknown(f"{name} was looked at last on {moment:%Y-%m-%d}", detect)]
    return []


def _nested(stack: str, client: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """The name of each nested stack with what CloudFormation says of it, at any depth."""
    for page in client.get_paginator("list_stack_resources").paginate(StackName=stack):
        for each in page["StackResourceSummaries"]:
            if each["ResourceType"] == NESTED and each.get("PhysicalResourceId"):
                arn = each["PhysicalResourceId"]
                about = client.describe_stacks(StackName=arn)["Stacks"][0]
                yield str(about.get("StackName") or arn), about
                yield from _nested(arn, client)
