"""The one HTTP server of the local cloud: HTTP/1.1 on the loopback interface, a thread per request, quiet."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from werkzeug.serving import WSGIRequestHandler, make_server

from rehearsal.lambda_ import logs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from wsgiref.types import WSGIApplication

HOST = "127.0.0.1"


class Handler(WSGIRequestHandler):
    """Without the 40 ms that Nagle's algorithm costs per answer, and without a line for each request."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:  # noqa: ARG002 the signature of werkzeug
        """One line per request when more was asked for."""
        if logs.shows("INFO"):
            logs.write(f"{self.command} {self.path} {code}")

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 the signature of werkzeug
        """Errors of the connection itself; a reader who went away is none."""
        if type == "error" and "ConnectionResetError" not in message % args:
            logs.write(message % args)


def listen(port: int) -> socket.socket:
    """A listening socket; `port` 0 takes a free one. `OSError` when the port is taken."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # Otherwise a restart has to wait until the connections of the last run are forgotten.
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
        listening.listen(128)
    except OSError:
        listening.close()
        raise
    return listening


@contextmanager
def serving(listening: socket.socket, application: WSGIApplication) -> Iterator[None]:
    """The application answers on the socket for as long as the context lasts."""
    port = listening.getsockname()[1]
    server = make_server(HOST, port, application, threaded=True, request_handler=Handler, fd=listening.fileno())
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="http", daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
