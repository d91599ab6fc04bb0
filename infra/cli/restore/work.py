"""What a stack does by itself, switched off and on: its schedules, and the reading of its queues."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from cli.checks.stack import events, read_stack
from cli.faults import Fault
from cli.output import facts, say

Client = Callable[[str], Any]
OF_SCHEDULES = (
    *("Name", "GroupName", "ScheduleExpression", "ScheduleExpressionTimezone", "StartDate", "EndDate", "Description"),
    *("FlexibleTimeWindow", "Target", "KmsKeyArn", "ActionAfterCompletion"),
)
"""UpdateSchedule replaces a schedule: what is not said again is gone."""
POLL_SECONDS = 5.0
MOST_POLLS = 60


def switch(stack: str, client: Client, *, on: bool, sleep: Callable[[float], None] = time.sleep) -> int:
    """Switch all of it, and wait until Lambda has. Switching off waits as long as what is under way may take, too."""
    wanted = read_stack(stack, client).wanted
    state = "ENABLED" if on else "DISABLED"
    schedules = [client("scheduler").get_schedule(Name=name) for _, name in events(wanted, "ScheduleV2", client)]
    mappings = [uuid for _, uuid in events(wanted, "SQS", client)]
    if not on:
        _set_schedules(schedules, state, client)
    # While Lambda changes one, it refuses another change of it (ResourceInUseException).
    _wait(mappings, {"Enabled", "Disabled"}, client, sleep)
    for uuid in mappings:
        client("lambda").update_event_source_mapping(UUID=uuid, Enabled=on)
    _wait(mappings, {"Enabled" if on else "Disabled"}, client, sleep)
    if on:
        _set_schedules(schedules, state, client)
    else:
        longest = max(function.timeout for function in wanted.functions if function.queues or function.schedules)
        say(f"waiting {longest} seconds for what is under way")
        sleep(longest)
    say(f"{stack}: {len(schedules)} schedules and {len(mappings)} readers of queues are {state.lower()}")
    facts({"stack": stack, "state": state, "schedules": len(schedules), "mappings": len(mappings)})
    return 0


def _set_schedules(schedules: list[dict[str, Any]], state: str, client: Client) -> None:
    for each in schedules:
        same = {name: each[name] for name in OF_SCHEDULES if name in each}
        client("scheduler").update_schedule(**same, State=state)


def _wait(mappings: list[str], states: set[str], client: Client, sleep: Callable[[float], None]) -> None:
    for uuid in mappings:
        found: dict[str, Any] = {}
        polls = 0
        while found.get("State") not in states and polls < MOST_POLLS:
            if polls:
                sleep(POLL_SECONDS)
            found, polls = client("lambda").get_event_source_mapping(UUID=uuid), polls + 1
        if found["State"] not in states:
            reads = found["State"] in ("Enabled", "Disabling")
            what = "still reads its queue" if reads else "does not read its queue yet"
            raise Fault(f"{found.get('FunctionArn', uuid)} {what}: {found['State']}; run it again")
