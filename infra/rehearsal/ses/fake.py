"""A strict local SES v2: real boto3 talks to it over HTTP and cannot tell it from AWS, errors included.

Where AWS leaves open whether bad bulk mail fails the call or one entry: what the service model declares (lengths,
patterns, enums, 15 headers) refuses the whole call, as AWS does with every model constraint; what it says in prose
(addresses, tags, reserved headers, unknown configuration set, unverified sender) is the status of the entry.
"""

from __future__ import annotations

import contextlib
import json
import socket
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Request, Response

from rehearsal.ses import service_model
from rehearsal.ses.account import Account
from rehearsal.ses.errors import SesError
from rehearsal.ses.events import EventPublisher
from rehearsal.ses.faults import Faults
from rehearsal.ses.limits import SendingLimits
from rehearsal.ses.message.mail import Mailbox
from rehearsal.ses.outcomes import Outcomes
from rehearsal.ses.sending import Sending
from rehearsal.ses.settings import SesSettings
from rehearsal.ses.suppression import SuppressionList

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_MAX_REQUEST_BYTES = 64 * 1024 * 1024
"""A 40 MB message in base64, with room for the rest."""
_SENDING = frozenset({"SendEmail", "SendBulkEmail"})


class ResponseLostError(ConnectionAbortedError):
    """Ends a request without an answer."""


class FakeSes:
    """The whole service: a WSGI application, the mailbox behind it and its faults."""

    def __init__(self, settings: SesSettings, publish: Callable[[str, str], None], now: Callable[[], datetime]) -> None:
        """`publish(topic_arn, json_text)` hands an event to SNS, in the thread of the request and outside of any lock.

        `now` gives aware datetimes.
        """
        self.faults = Faults()
        self._mailbox = Mailbox()
        suppression = SuppressionList()
        limits = SendingLimits(settings.max_send_rate, settings.max_24_hour_send)
        self._outcomes = Outcomes(settings, self._mailbox, suppression, EventPublisher(settings, publish), now)
        sending = Sending(settings, limits, self.faults, self._outcomes.post, now)
        self._operations: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
            "SendEmail": sending.send_email,
            "SendBulkEmail": sending.send_bulk_email,
            **Account(settings, limits, suppression, now).operations(),
        }

    @property
    def mailbox(self) -> Mailbox:
        """Every mail that arrived."""
        return self._mailbox

    def set_away(self, address: str, *, away: bool = True) -> None:
        """Let a program behind the address answer every mail from now on, or no more, as out-of-office replies do."""
        (self._outcomes.away.add if away else self._outcomes.away.discard)(address.lower())

    def act(self, mail_id: str, what: str) -> None:
        """Lets something happen to a mail of the mailbox and publishes its event.

        `what` is deliver, bounce, soft-bounce, auto-reply, complain, open, click or delay. A hard bounce and a
        complaint put the address on the suppression list; an open or click that the request left untracked publishes
        nothing.
        ValueError on anything else, on an unknown mail, and on a click in a mail without links.
        """
        mail = self._mailbox.get(mail_id)
        if mail is None:
            raise ValueError(f"no mail with id {mail_id!r} has arrived")
        self._outcomes.act(mail, what)

    def wsgi_app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The HTTP interface; PATH_INFO starts with /v2/email/, whatever the application is mounted at."""
        request = Request(environ)
        request.max_content_length = _MAX_REQUEST_BYTES
        try:
            response = Response(json.dumps(self._answer(request)), mimetype="application/json")
        except SesError as error:
            body = json.dumps({"message": error.message})
            response = Response(body, error.http_status, {"x-amzn-ErrorType": error.code}, mimetype="application/json")
        response.headers["x-amzn-RequestId"] = str(uuid.uuid4())
        return response(environ, start_response)

    def _answer(self, request: Request) -> dict[str, Any]:
        found = service_model.find(request.method, request.path)
        if found is None:
            message = f"{request.method} {request.path} is not an operation of SES v2."
            raise SesError("UnknownOperationException", message, http_status=404)
        operation, path = found
        handler = self._operations.get(operation.name)
        if handler is None:
            message = f"The local SES does not have {operation.name}; it has {', '.join(sorted(self._operations))}."
            raise SesError("UnknownOperationException", message, http_status=501)
        arguments = operation.arguments(path, request.args.items(multi=True), _json_body(request))
        fault = self.faults.next_request() if operation.name in _SENDING else None
        if fault is None:
            return handler(arguments)
        if fault.accepted:
            handler(arguments)
        if fault.refusal is not None:
            raise fault.refusal.with_traceback(None)
        time.sleep(fault.hold)
        _hang_up(request.environ)
        raise ResponseLostError


def _hang_up(environ: WSGIEnvironment) -> None:
    """Closes the connection; werkzeug's server alone would wait on it for the next request."""
    connection = environ.get("werkzeug.socket")
    if isinstance(connection, socket.socket):
        with contextlib.suppress(OSError):  # the client may have given up already
            connection.shutdown(socket.SHUT_RDWR)


def _json_body(request: Request) -> object:
    try:
        return json.loads(request.get_data() or b"{}")
    except RequestEntityTooLarge:
        message = f"The request is larger than {_MAX_REQUEST_BYTES} bytes."
        raise SesError("RequestEntityTooLargeException", message, http_status=413) from None
    except (ValueError, RecursionError):
        raise SesError("SerializationException", "The body is not JSON.") from None
