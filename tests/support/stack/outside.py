"""What functions reach over HTTP: SES and the CRM."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Protocol

from werkzeug.wrappers import Request, Response

from rehearsal.ses import FakeSes
from tests.support.stack import loopback


@dataclass
class Webhook:
    """What the CRM got."""

    headers: dict[str, str]
    body: bytes
    method: str = "POST"
    path: str = ""

    @property
    def json(self) -> dict[str, Any]:
        """The body."""
        data: dict[str, Any] = json.loads(self.body)
        return data


class Served(Protocol):
    """Has a SES, and answers as its CRM."""

    ses: FakeSes

    def crm(self, webhook: Webhook) -> Response: ...


class Door:
    """A loopback server in front of SES and the CRM of whoever is `behind` it."""

    def __init__(self) -> None:
        self.behind: Served | None = None
        self.url = f"http://127.0.0.1:{loopback.serve(self._app).port}"

    def _app(self, environ: Any, start_response: Any) -> Any:
        assert self.behind is not None
        path = environ["PATH_INFO"]
        if path.startswith("/ses/"):
            environ["SCRIPT_NAME"], environ["PATH_INFO"] = "/ses", path.removeprefix("/ses")
            return self.behind.ses.wsgi_app(environ, start_response)
        if path == "/crm" or path.startswith("/crm/"):
            request = Request(environ)
            headers = {name.lower(): value for name, value in request.headers.items()}
            came = Webhook(headers, request.get_data(), request.method, path.removeprefix("/crm"))
            return self.behind.crm(came)(environ, start_response)
        return Response(status=404)(environ, start_response)
