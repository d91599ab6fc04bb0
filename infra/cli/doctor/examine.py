"""Runs every check of the doctor and prints what they found."""

from __future__ import annotations

import json
from typing import Any

from cli import output
from cli.doctor import executions, front_door, senders, ses_quota
from cli.doctor.finding import Check, Finding, Level, Plans

CHECKS: tuple[Check, ...] = (executions.look, front_door.look, ses_quota.look, senders.look)
"""In the order in which they are shown."""
CODES = {Level.WELL: 0, Level.UNKNOWN: 0, Level.WARNING: 3, Level.FAULT: 1}
"""Exit codes by the worst finding; 2 is wrong usage, as with every command."""


def examine(readers: int | None, scanned: float, links: int, *, as_json: bool) -> int:
    """Look at everything. Without `readers` it is about the list as it is now."""
    plans = _plans(readers, scanned, links)
    found = [finding for check in CHECKS for finding in check(plans, _client)]
    worst = max(finding.level for finding in found)
    if as_json:
        print(json.dumps(_as_json(plans, found, worst)))
    else:
        _show(found)
    return CODES[worst]


def _plans(readers: int | None, scanned: float, links: int) -> Plans:
    from newsletter.container import app
    from newsletter.mailings.count_audience import active_recipients

    if readers is None:
        readers = sum(recipient is not None for recipient in active_recipients(app, at_most=10**9))
    return Plans(max(readers, 1), app.mailer.max_send_rate(guess=True), scanned, links)


def _client(service: str) -> Any:
    import boto3

    return boto3.client(service)


def _show(found: list[Finding]) -> None:
    output.table(
        ("", "what", "found"), [(finding.level.name.lower(), finding.check, finding.said) for finding in found]
    )
    for finding in found:
        if finding.mend:
            output.say(f"\n{finding.check}: {finding.mend}.")


def _as_json(plans: Plans, found: list[Finding], worst: Level) -> dict[str, Any]:
    return {
        "worst": worst.name.lower(),
        "readers": plans.readers,
        "rate": plans.rate if plans.rate != float("inf") else None,
        "visits_per_second": round(plans.visits_per_second, 1),
        "findings": [
            {"level": each.level.name.lower(), "check": each.check, "said": each.said, "mend": each.mend}
            for each in found
        ],
    }
