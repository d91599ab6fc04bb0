"""The lines of the stack's logs with an id in them, from CloudWatch Logs or from what the local cloud keeps of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from cli.trace.story import quoted
from newsletter.platform.aws.error_codes import NOT_ALLOWED

RIGHTS = ("logs:DescribeLogGroups", "logs:FilterLogEvents")
MOST_LINES = 500
"""Lines of one story."""
MOST_CALLS = 30
"""Calls for one id in one group. CloudWatch answers each after some megabytes, also if nothing fits in them."""
SAYS_NOTHING = {
    "location", "timestamp", "service", "level", "message", "function", "request", "cold_start", "function_name",
    "function_memory_size", "function_arn", "function_request_id", "sampling_rate", "xray_trace_id", "exception",
    "stack_trace",
}  # fmt: skip
"""Members of a line that tell no part of a story."""


class Logs(Protocol):
    """What is used of boto3's client of CloudWatch Logs."""

    def describe_log_groups(self, **asked: Any) -> Mapping[str, Any]:
        """The groups that begin so."""

    def filter_log_events(self, **asked: Any) -> Mapping[str, Any]:
        """Lines of a group."""


@dataclass(frozen=True)
class LogLine:
    """A line of a function: when, which one, and what it says in one line."""

    at: datetime
    function: str
    text: str


@dataclass
class Found:
    """The lines, and what was left out."""

    lines: list[LogLine] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def search(logs: Logs, prefix: str, ids: Iterable[str], first: datetime, last: datetime, also: str = "") -> Found:
    """The lines between two moments that have one of the ids in them; with `also`, that id too.

    `prefix` begins the names of the groups, which end with that of their function. A line comes once, whichever of the
    ids found it.
    """
    found = Found()
    try:
        _search(logs, prefix, ids, first, last, also, found)
    except (ClientError, BotoCoreError) as error:
        # What the tables tell, and the lines until here, are worth having without the rest.
        may_not = isinstance(error, ClientError) and error.response["Error"]["Code"] in NOT_ALLOWED
        mend = f"allow {' and '.join(RIGHTS)} to whoever runs this" if may_not else "run it again"
        found.left_out.append(f"{'the other' if found.lines else 'all'} logs: {quoted(str(error))}; {mend}")
    return found


def _search(
    logs: Logs, prefix: str, ids: Iterable[str], first: datetime, last: datetime, also: str, found: Found
) -> None:
    known = set[tuple[datetime, str, str]]()
    for group in _groups(logs, prefix):
        function = group.rpartition("/")[2]
        for name in ids:
            for at, message in _matching(logs, group, name, first, last, found):
                if not concerns(message, name) or (also and not concerns(message, also)):
                    continue
                if len(found.lines) == MOST_LINES:
                    found.left_out.append(f"more than {MOST_LINES} log lines: the others; narrow it with --since")
                    return
                if (at, function, message) not in known:
                    known.add((at, function, message))
                    found.lines.append(LogLine(at, function, in_words(message)))


def _groups(logs: Logs, prefix: str) -> Iterator[str]:
    token: dict[str, str] = {}
    while True:
        answer = logs.describe_log_groups(logGroupNamePrefix=f"{prefix}/", **token)
        yield from (group["logGroupName"] for group in answer["logGroups"])
        if not answer.get("nextToken"):
            return
        token = {"nextToken": answer["nextToken"]}


def _matching(
    logs: Logs, group: str, name: str, first: datetime, last: datetime, found: Found
) -> Iterator[tuple[datetime, str]]:
    """Lines that contain the id, page by page."""
    token: dict[str, str] = {}
    for _ in range(MOST_CALLS):
        answer = logs.filter_log_events(
            logGroupName=group,
            filterPattern=f'"{name}"',
            startTime=int(first.timestamp() * 1000),
            endTime=int(last.timestamp() * 1000) + 1,
            **token,
        )
        for event in answer["events"]:
            yield datetime.fromtimestamp(event["timestamp"] / 1000, UTC), event["message"]
        if not answer.get("nextToken"):
            return
        token = {"nextToken": answer["nextToken"]}
    found.left_out.append(
        f"the log of {group.rpartition('/')[2]} after {MOST_CALLS} calls for {name}; narrow it with --since"
    )


def concerns(message: str, name: str) -> bool:
    """Whether a line names the id among its members. Its message is none of them: ids such as `welcome` are words."""
    record = _record(message)
    if record is None:
        return has(message, name)
    return any(has(str(value), name) for member, value in record.items() if member not in ("message", "location"))


def has(message: str, name: str) -> bool:
    """Whether the id is in the text by itself, and not the beginning or end of another."""
    return re.search(rf"(?<![A-Za-z0-9_-]){re.escape(name)}(?![A-Za-z0-9_-])", message) is not None


def in_words(message: str) -> str:
    """`WARNING no slot (mailing=digest-2026-W48, batch=a0-0)`: a line without what only programs read."""
    record = _record(message)
    if record is None:
        return message.strip()
    named = {name: value for name, value in record.items() if name not in SAYS_NOTHING and value not in ("", None)}
    more = ", ".join(f"{name}={value}" for name, value in named.items())
    return f"{record.get('level', '')} {record['message']}".strip() + (f" ({more})" if more else "")


def _record(message: str) -> dict[str, Any] | None:
    try:
        record = json.loads(message)
    except ValueError:
        return None
    return record if isinstance(record, dict) and "message" in record else None
