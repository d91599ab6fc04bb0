"""The double behind DynamoDB's HTTP API: for boto3 in this process, and for any program over the network."""

from __future__ import annotations

import io
import json
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rehearsal.aws.dynamodb.errors import AwsError, Unsupported

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

    from botocore.awsrequest import AWSPreparedRequest, AWSResponse

    from rehearsal.aws.dynamodb.database import Database

TARGET = "DynamoDB_20120810."
"""What the header X-Amz-Target begins with; the operation follows."""
JSON = "application/x-amz-json-1.0"


@dataclass(frozen=True)
class Answer:
    """An HTTP answer."""

    status: int
    body: bytes

    @property
    def headers(self) -> dict[str, str]:
        """What boto3 looks at: it checks the sum."""
        return {"Content-Type": JSON, "x-amz-crc32": str(zlib.crc32(self.body))}


def answer(database: Database, target: str, body: bytes) -> Answer:
    """The answer to a request with this X-Amz-Target; 501 for what the double does not do."""
    try:
        said = database.call(target.removeprefix(TARGET), json.loads(body or b"{}"))
    except AwsError as error:
        return Answer(400, _json(error.body))
    except Unsupported as error:
        message = f"the rehearsal's DynamoDB does not know {error} (infra/rehearsal/aws/dynamodb)"
        return Answer(501, _json({"__type": "NotImplemented", "message": message}))
    return Answer(200, _json(said))


def application(database: Database) -> Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]:
    """The API as a WSGI application."""

    def respond(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        said = answer(database, environ.get("HTTP_X_AMZ_TARGET", ""), body)
        start_response(f"{said.status} {'OK' if said.status == 200 else 'Refused'}", list(said.headers.items()))
        return [said.body]

    return respond


def asked(database: Database, prepared: AWSPreparedRequest) -> Answer | None:
    """The answer to a request that boto3 is about to send; None where it is for another service."""
    target = prepared.headers.get("X-Amz-Target", b"")
    name = target.decode() if isinstance(target, bytes) else target
    if not name.startswith(TARGET):
        return None
    body = prepared.body or b""
    return answer(database, name, body.encode() if isinstance(body, str) else bytes(body))


def sent(database: Database, prepared: AWSPreparedRequest) -> AWSResponse | None:
    """The same as a handler of botocore's event `before-send` gives it."""
    from botocore.awsrequest import AWSResponse, HeadersDict

    said = asked(database, prepared)
    if said is None:
        return None
    return AWSResponse(prepared.url, said.status, HeadersDict(said.headers), _Raw(said.body))


class _Raw(io.BytesIO):
    """What urllib3 calls the body of an answer."""

    def stream(self, *_: Any, **__: Any) -> Iterable[bytes]:
        yield self.read()


def _json(values: Any) -> bytes:
    return json.dumps(values, separators=(",", ":"), ensure_ascii=False).encode()
