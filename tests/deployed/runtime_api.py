"""The Runtime API of Lambda for one container: hands events to it and takes what it answers.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

import json
import queue
import sys
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

INVOCATION = "/2018-06-01/runtime/invocation/"
NEXT = f"{INVOCATION}next"
INIT_ERROR = "/2018-06-01/runtime/init/error"


@dataclass(frozen=True)
class Event:
    """An event on its way to the container; `timeout` in seconds."""

    body: bytes
    function_arn: str
    timeout: int
    id: str


@dataclass(frozen=True)
class Failure:
    """What a container says that went wrong: `errorType`, `errorMessage`, `stackTrace`."""

    kind: str
    message: str
    trace: tuple[str, ...] = ()


class RuntimeApi:
    """A server on loopback for one container."""

    def __init__(self) -> None:
        self._events: queue.Queue[Event | None] = queue.Queue()
        self._answers: queue.Queue[tuple[str, Any]] = queue.Queue()
        api = self

        class Handler(_Handler):
            def do_GET(self) -> None:
                api.hand_out(self)

            def do_POST(self) -> None:
                api.take(self)

        self._server = _Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, name="runtime-api", daemon=True).start()

    @property
    def address(self) -> str:
        """For AWS_LAMBDA_RUNTIME_API."""
        return f"127.0.0.1:{self._server.server_port}"

    def invoke(self, event: Any, function_arn: str, timeout: int, alive: Callable[[], bool]) -> Any:
        """What the container answers to the event, or the Failure that it tells; asked for as long as it is `alive`."""
        asked = Event(json.dumps(event).encode(), function_arn, timeout, str(uuid.uuid4()))
        self._events.put(asked)
        while True:
            try:
                answered, answer = self._answers.get(timeout=0.1)
            except queue.Empty:
                if not alive():
                    return Failure("Runtime.ExitError", "the runtime exited before it answered")
                continue
            if answered in {asked.id, ""}:
                return answer

    def close(self) -> None:
        """No more events."""
        self._events.put(None)
        self._server.shutdown()
        self._server.server_close()

    def hand_out(self, request: _Handler) -> None:
        """GET next: waits until there is an event."""
        event = self._events.get()
        if request.path != NEXT or event is None:
            request.reply(404)
            return
        request.reply(
            200,
            event.body,
            {
                "Content-Type": "application/json",
                "Lambda-Runtime-Aws-Request-Id": event.id,
                "Lambda-Runtime-Deadline-Ms": str(int((time.time() + event.timeout) * 1000)),
                "Lambda-Runtime-Invoked-Function-Arn": event.function_arn,
                "Lambda-Runtime-Trace-Id": "Root=1-00000000-000000000000000000000000;Sampled=0",
            },
        )

    def take(self, request: _Handler) -> None:
        """POST response or error of an invocation, or of the start."""
        body = json.loads(request.body() or b"null")
        id_, _, kind = request.path.removeprefix(INVOCATION).partition("/")
        if request.path == INIT_ERROR:
            id_, kind = "", "error"
        if kind == "error":
            trace = tuple(body.get("stackTrace") or ())
            body = Failure(body.get("errorType", ""), body.get("errorMessage", ""), trace)
        self._answers.put((id_, body))
        request.reply(202, b'{"status":"OK"}')


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A container that is ended leaves its connection as it is; all else is told."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # In one piece and at once: each answer would else wait for the acknowledgement of its headers (40 to 90 ms).
    wbufsize = -1
    disable_nagle_algorithm = True

    def body(self) -> bytes:
        """The whole of it, in chunks too."""
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        whole = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            whole += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return whole

    def reply(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        """Answer."""
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing: what the function logs is what counts."""
