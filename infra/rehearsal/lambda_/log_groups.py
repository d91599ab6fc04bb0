"""CloudWatch Logs of one computer: the last lines of every log group, in memory, behind the two calls that read them.

DescribeLogGroups and FilterLogEvents answer as AWS does (API reference of Amazon CloudWatch Logs), so that
`newsletter trace` reads here what it reads there. Of filter patterns only one quoted term is known, which finds the
lines that contain it.
"""

from __future__ import annotations

import json
import re
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

    from rehearsal.template.model import Stack

TARGET = "Logs_20140328."
"""What the header X-Amz-Target begins with; the operation follows."""
LINES = 5_000
"""So many lines of each group are kept; AWS goes by days."""
PAGE = 1_000
"""Lines that one call looks at. AWS: up to 1 MB or 10,000 events, and often fewer."""
GROUP, API = "AWS::Logs::LogGroup", "AWS::Serverless::HttpApi"


@dataclass(frozen=True)
class Line:
    """One event of a group; `at` in milliseconds since 1970."""

    at: int
    text: str


class Refused(Exception):
    """What AWS would refuse; `kind` is the name of its error."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class LogGroups:
    """The groups by name. `functions` are the groups of functions by folder, `access` is that of the API."""

    def __init__(
        self, names: Iterable[str], functions: Mapping[str, str], access: AccessLog | None, now: Callable[[], float]
    ) -> None:
        self._groups: dict[str, deque[Line]] = {name: deque(maxlen=LINES) for name in names}
        self._functions, self._access, self._now = functions, access, now
        self._lock = threading.Lock()

    @classmethod
    def of_stack(cls, stack: Stack, now: Callable[[], float]) -> LogGroups:
        """Those of the template; what has no group of its own is not kept."""
        groups = {each.physical_id: each for each in stack.of_type(GROUP)}
        written = {
            each.logical_id: each.properties.get("LoggingConfig", {}).get("LogGroup", "")
            for each in stack.of_type("AWS::Serverless::Function")
        }
        functions = {each.folder: written[each.logical_id] for each in stack.functions if written[each.logical_id]}
        api = next((each.properties for each in stack.of_type(API)), {})
        settings = api.get("AccessLogSettings")
        access = (
            AccessLog(settings["DestinationArn"].partition("log-group:")[2], settings["Format"]) if settings else None
        )
        return cls(groups, functions, access, now)

    def of_function(self, folder: str, line: str) -> None:
        """Keep a line of a function."""
        self._keep(self._functions.get(folder, ""), line)

    def of_request(self, context: Mapping[str, str]) -> None:
        """Keep a request to the API in its access log, if it has one; `context` has the variables by their names."""
        if self._access:
            self._keep(self._access.group, self._access.line(context))

    def lines(self) -> list[str]:
        """Everything that is kept, in any group."""
        with self._lock:
            return [line.text for group in self._groups.values() for line in group]

    def _keep(self, group: str, text: str) -> None:
        with self._lock:
            if group in self._groups:
                self._groups[group].append(Line(int(self._now() * 1000), text))

    def call(self, operation: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        """What AWS answers. Raises Refused."""
        if operation == "DescribeLogGroups":
            prefix = str(asked.get("logGroupNamePrefix", ""))
            return {"logGroups": [{"logGroupName": name} for name in sorted(self._groups) if name.startswith(prefix)]}
        if operation == "FilterLogEvents":
            return self._filter(asked)
        raise Refused("UnknownOperationException", f"the local cloud does not know {operation} of CloudWatch Logs")

    def _filter(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        with self._lock:
            kept = self._groups.get(str(asked.get("logGroupName", "")))
            if kept is None:
                raise Refused("ResourceNotFoundException", "The specified log group does not exist.")
            lines = list(kept)
        first, last = int(asked.get("startTime", 0)), int(asked.get("endTime", 1 << 62))
        start = int(asked.get("nextToken") or 0)
        page, wanted = lines[start : start + PAGE], int(asked.get("limit", 10_000))
        term = _term(str(asked.get("filterPattern", "")))
        found: list[dict[str, Any]] = []
        for number, line in enumerate(page, start + 1):
            if first <= line.at < last and term in line.text:
                found.append({"timestamp": line.at, "message": line.text, "logStreamName": "local"})
            if len(found) == wanted:
                return {"events": found} | ({"nextToken": str(number)} if number < len(lines) else {})
        more = start + PAGE < len(lines)
        return {"events": found} | ({"nextToken": str(start + PAGE)} if more else {})


@dataclass(frozen=True)
class AccessLog:
    """The access log of the API: its group, and the format of its lines as the template has it."""

    group: str
    format: str

    def line(self, context: Mapping[str, str]) -> str:
        """The line of a request; what is not known of it is a dash, as AWS writes it."""
        text = self.format
        for name in sorted(_variables(text), key=len, reverse=True):
            text = text.replace(f"$context.{name}", context.get(name, "-"))
        return text


def _variables(text: str) -> set[str]:
    return set(re.findall(r"\$context\.([A-Za-z0-9.]+)", text))


def _term(pattern: str) -> str:
    if not pattern:
        return ""
    if len(pattern) < 3 or not (pattern.startswith('"') and pattern.endswith('"')) or '"' in pattern[1:-1]:
        raise Refused("InvalidParameterException", f"the local cloud knows patterns of one quoted term, not {pattern}")
    return pattern[1:-1]


def application(groups: LogGroups) -> Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]:
    """The API as a WSGI application."""

    def respond(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        try:
            status = "200 OK"
            said = groups.call(environ.get("HTTP_X_AMZ_TARGET", "").removeprefix(TARGET), json.loads(body or b"{}"))
        except Refused as refused:
            status, said = "400 Refused", {"__type": refused.kind, "message": str(refused)}
        start_response(status, [("content-type", "application/x-amz-json-1.1")])
        return [json.dumps(said).encode()]

    return respond
