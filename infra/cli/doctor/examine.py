"""Runs every check of the doctor and prints what they found."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any

from cli import output
from cli.doctor.checks import CHECKS
from cli.doctor.dns.resolver import Resolver
from cli.doctor.finding import Check, Finding, State
from cli.doctor.place import Place, Plans, Wishes
from cli.doctor.side_by_side import findings

CODES = {State.FINE: 0, State.UNKNOWN: 0, State.WARNING: 3, State.FAULT: 1}
"""Exit codes by the worst finding; 2 is wrong usage, as with every command."""
CONNECT_SECONDS, READ_SECONDS, ATTEMPTS = 5, 15, 2


def examine(wishes: Wishes, resolver: Resolver, *, as_json: bool, only: Sequence[str] = ()) -> int:
    """Look at everything, or at the checks with these keys."""
    from newsletter.container import app
    from newsletter.platform.aws import clients as aws

    checks = [check for check in CHECKS if not only or check.key in only]
    for service in aws.SERVICES:
        aws.client(service)  # before the threads: boto3 may not make clients side by side
    place = Place(app, _clients(), resolver, wishes)
    found = findings(checks, place)
    if as_json:
        print(json.dumps(_as_json(checks, found, place.known_plans), ensure_ascii=False, indent=2))
    else:
        _show(checks, found)
    return exit_code(found)


def exit_code(found: Sequence[Finding]) -> int:
    """By the worst finding. Unknown is as good as fine, unless everything is: then the command has done nothing."""
    blind = all(finding.state is State.UNKNOWN for finding in found)
    return CODES[State.FAULT if blind else _worst(found)]


def _worst(found: Sequence[Finding]) -> State:
    return max((finding.state for finding in found), default=State.FINE)


def _clients() -> Callable[[str], Any]:
    """Clients by service, each made once whichever thread asks first, none of which waits for long."""
    made: dict[str, Any] = {}
    lock = Lock()

    def client(service: str) -> Any:
        with lock:
            if service not in made:
                made[service] = _client(service)
            return made[service]

    return client


def _client(service: str) -> Any:
    import boto3
    from botocore.config import Config

    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
    )
    return boto3.client(service, config=config)


def _show(checks: Sequence[Check], found: Sequence[Finding]) -> None:
    rows = [(finding.state.word, check.name, finding.message) for check, finding in zip(checks, found, strict=True)]
    output.table(("", "what", "found"), rows)
    mends: dict[str, list[str]] = {}
    for check, finding in zip(checks, found, strict=True):
        if finding.mend:
            mends.setdefault(finding.mend, []).append(check.name)
    for mend, names in mends.items():
        output.say(f"\n{', '.join(names)}:")
        output.say("\n".join(f"    {line}" for line in mend.splitlines()))
    output.say(f"\n{_summary(found)}")


def _summary(found: Sequence[Finding]) -> str:
    counted = {state: sum(finding.state is state for finding in found) for state in State}
    words = {State.FAULT: "at fault", State.WARNING: "to look at", State.UNKNOWN: "not looked at", State.FINE: "fine"}
    return ", ".join(f"{counted[state]} {word}" for state, word in words.items() if counted[state]) + "."


def _as_json(checks: Sequence[Check], found: list[Finding], plans: Plans | None) -> dict[str, Any]:
    """`readers` and `rate` (mails a second) are what the lines reckon with; null where no line did."""
    return {
        "worst": _worst(found).word,
        "readers": plans.readers if plans else None,
        "rate": plans.rate if plans else None,
        "checks": [
            {
                "key": check.key,
                "name": check.name,
                "state": finding.state.word,
                "message": finding.message,
                "mend": finding.mend,
            }
            for check, finding in zip(checks, found, strict=True)
        ],
    }
