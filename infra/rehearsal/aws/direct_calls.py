"""The calls that a rehearsal makes all the time, given to moto's methods without a request of HTTP around them.

Of the three milliseconds that moto takes for a message to or from a queue, its methods need a tenth. The rest is a
request of werkzeug that it makes of botocore's, the search for who answers it, its parameters by their shape, and an
answer by its shape. What is refused goes the long way, which words the error; nothing has been done until then.

tests/aws/rehearsal/test_moto_patches_messages.py gives moto the same calls this way and that.
"""

from __future__ import annotations

import base64
import json
import re
import secrets
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from moto.core.botocore_stubber import BotocoreStubber
from moto.core.exceptions import ServiceException
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.core.utils import camelcase_to_underscores
from moto.sns.models import sns_backends
from moto.sqs.responses import SQSResponse

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest

SQS, SSM = "AmazonSQS.", "AmazonSSM."
TARGETS = frozenset(
    f"{SQS}{name}"
    for name in (
        "SendMessage",
        "SendMessageBatch",
        "ReceiveMessage",
        "DeleteMessage",
        "DeleteMessageBatch",
        "ChangeMessageVisibility",
        "GetQueueAttributes",
    )
) | {f"{SSM}GetParameter"}
PUBLISH = frozenset({"Action", "Version", "TopicArn", "Message"})
"""The fields of a form that publishes a message without attributes."""
NOT_SHORT = ('"BinaryValue"', '.fifo"')
"""What stands in the JSON of a request that goes the long way: binary values, and queues with an order."""

_REGION = re.compile(r"//(\w+)\.([\w-]+)\.amazonaws\.com")
_process = BotocoreStubber.process_request


def process_request(stubber: BotocoreStubber, request: AWSPreparedRequest) -> Any:
    """moto's answer to a request: status, headers and body; None where it has none."""
    place = _REGION.search(request.url)
    said = None
    if place is not None and place[1] == "sns":
        said = _published(_text(request.body), place[2])
    elif place is not None and (target := _text(request.headers.get("X-Amz-Target", ""))) in TARGETS:
        said = _called(target, _text(request.body), place[2])
    return said or _process(stubber, request)


def _called(target: str, body: str, region: str) -> Any:
    if any(each in body for each in NOT_SHORT):
        return None
    response, method = _method(target)
    asked = response()
    # What moto sets up from a request, as far as these methods look.
    asked.automated_parameter_parsing, asked.params, asked.uri_match = True, json.loads(body), {}
    asked.current_account, asked.region = DEFAULT_ACCOUNT_ID, region
    try:
        result = getattr(asked, method)().result
    except ServiceException:
        return None
    return _answered(json.dumps(result or {}, default=_written).encode(), "application/x-amz-json-1.0")


@cache
def _method(target: str) -> tuple[Any, str]:
    method = camelcase_to_underscores(target.partition(".")[2])
    if target.startswith(SQS):
        return SQSResponse, method
    # It imports all of EC2, which takes a second.
    from moto.ssm.responses import SimpleSystemManagerResponse

    return SimpleSystemManagerResponse, method


def _published(form: str, region: str) -> Any:
    fields = dict(parse_qsl(form, keep_blank_values=True))
    if fields.keys() != PUBLISH or fields["Action"] != "Publish":
        return None
    try:
        number = sns_backends[DEFAULT_ACCOUNT_ID][region].publish(fields["Message"], arn=fields["TopicArn"])
    except (ServiceException, ValueError):
        return None
    body = f"<PublishResponse><PublishResult><MessageId>{number}</MessageId></PublishResult></PublishResponse>"
    return _answered(body.encode(), "text/xml")


def _answered(body: bytes, content_type: str) -> tuple[int, dict[str, str], bytes]:
    return 200, {"Content-Type": content_type, "x-amzn-requestid": secrets.token_hex(26).upper()}, body


def _text(value: str | bytes | None) -> str:
    return value.decode() if isinstance(value, bytes) else value or ""


def _written(value: bytes | datetime) -> str | float:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value.replace(tzinfo=UTC).timestamp()
