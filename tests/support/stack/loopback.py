"""WSGI applications that are served on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server


class _Quiet(WSGIRequestHandler):
    """Serves without a word on the terminal."""

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 the signature of werkzeug
        """Say nothing."""


def serve(app: Any) -> BaseWSGIServer:
    """A server that runs until the process ends, unless it is shut down before."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    return server


@contextmanager
def served(app: Any) -> Iterator[str]:
    """The address of the application while it is served, without a slash at its end."""
    server = serve(app)
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        server.server_close()
