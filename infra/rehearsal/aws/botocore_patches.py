"""What we change inside botocore: what a call costs that moto or our DynamoDB answers in this process.

botocore prepares each call for a network and for a server that trusts nobody: it works the rules for the endpoint
through, signs, numbers attempts, and walks through the shape of what goes out and comes in, which is JSON both ways.
That is half of what a call to our DynamoDB costs. What somebody can hook into stays: the events before, in and
after a call, the check of the parameters, the retries, and the two methods of the endpoint that hand out its answer.

tests/aws/rehearsal/test_moto_patches.py and test_moto_patches_messages.py make the same calls with and without.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any
from urllib.parse import urlencode

from botocore import session
from botocore.awsrequest import AWSPreparedRequest
from botocore.endpoint import Endpoint, convert_to_response_dict
from botocore.hooks import first_non_none_response
from botocore.regions import EndpointRulesetResolver
from botocore.retries.standard import RetryHandler
from botocore.serialize import JSONSerializer
from moto.core.models import botocore_stubber

IN_PROCESS = frozenset({"dynamodb", "sqs", "sns", "ssm"})
"""Services that are answered in this process, and whose endpoint depends on the client and the operation alone."""
AS_SENT = frozenset({"dynamodb", "sqs"})
"""Those of them whose parameters and answers are their JSON, but for values that are binary and moments."""
BINARY = (b'"B":', b'"BS":', b'"BinaryValue":', b'"BinaryListValues":')
"""What stands in the JSON of an answer that has binary values."""

_serialize: Any = JSONSerializer.serialize_to_request
_construct_endpoint: Any = EndpointRulesetResolver.construct_endpoint
_send_request: Any = Endpoint._send_request  # noqa: SLF001 (there is nothing public below a call)
_do_get_response: Any = Endpoint._do_get_response  # noqa: SLF001
_needs_retry: Any = RetryHandler.needs_retry


def _answered_here(endpoint: Any, operation: Any) -> bool:
    here = operation.service_model.service_name in IN_PROCESS and botocore_stubber.enabled
    return here and ".amazonaws.com" in endpoint.host


def serialize_to_request(serializer: JSONSerializer, parameters: Any, operation_model: Any) -> Any:
    """The request of an operation; its parameters are checked already."""
    service = operation_model.service_model
    if service.service_name not in AS_SENT:
        return _serialize(serializer, parameters, operation_model)
    try:
        body = json.dumps(parameters).encode()
    except TypeError:
        return _serialize(serializer, parameters, operation_model)
    headers = {
        "X-Amz-Target": f"{service.metadata['targetPrefix']}.{operation_model.name}",
        "Content-Type": f"application/x-amz-json-{service.metadata['jsonVersion']}",
    }
    if service.is_query_compatible:
        headers["x-amzn-query-mode"] = "true"
    return {"url_path": "/", "query_string": "", "method": "POST", "headers": headers, "body": body}


def construct_endpoint(resolver: Any, operation_model: Any, call_args: Any, request_context: Any) -> Any:
    """The endpoint that the rules gave for the first call."""
    if operation_model.service_model.service_name not in IN_PROCESS:
        return _construct_endpoint(resolver, operation_model, call_args, request_context)
    found = vars(resolver).setdefault("_found_before", {})
    if operation_model.name not in found:
        found[operation_model.name] = _construct_endpoint(resolver, operation_model, call_args, request_context)
    return found[operation_model.name]


def send_request(endpoint: Any, request: Any, operation: Any) -> Any:
    """The answer to a request, after as many attempts as its client makes."""
    if not _answered_here(endpoint, operation):
        return _send_request(endpoint, request, operation)
    # Nobody verifies a signature here; moto reads of it where a call goes.
    scope = f"{request['context']['client_region']}/{operation.service_model.signing_name}"
    named = request["headers"] | {"Authorization": f"AWS4-HMAC-SHA256 Credential=x/20260101/{scope}/aws4_request"}
    headers: Any = {name: each.encode() if isinstance(each, str) else each for name, each in named.items()}
    form = request["body"]
    body = urlencode(form).encode() if isinstance(form, dict) else form
    attempts = 1
    while True:
        prepared = AWSPreparedRequest("POST", request["url"], headers, body, stream_output=False)
        answer, failure = endpoint._get_response(prepared, operation, request["context"])  # noqa: SLF001
        if not endpoint._needs_retry(attempts, operation, request, answer, failure):  # noqa: SLF001
            break
        attempts += 1
    if failure is not None:
        raise failure
    answer[1].setdefault("ResponseMetadata", {})["RetryAttempts"] = attempts - 1
    return answer


def do_get_response(endpoint: Any, request: Any, operation: Any, context: Any) -> Any:
    """The answer to one attempt, and what is in it; or None, and the error instead."""
    if not _answered_here(endpoint, operation):
        return _do_get_response(endpoint, request, operation, context)
    service = operation.service_model
    event = f"before-send.{service.service_id.hyphenize()}.{operation.name}"
    try:
        responses = endpoint._event_emitter.emit(event, request=request)  # noqa: SLF001
        answer = first_non_none_response(responses) or endpoint._send(request)  # noqa: SLF001
    except Exception as error:  # noqa: BLE001 (as botocore does: whoever decides on retries raises it)
        return None, error
    if answer.status_code == 200 and _is_as_sent(operation) and not any(each in answer.content for each in BINARY):
        return (answer, _read(answer)), None
    response = convert_to_response_dict(answer, operation)
    parser = endpoint._response_parser_factory.create_parser(service.resolved_protocol)  # noqa: SLF001
    parsed = parser.parse(response, operation.output_shape)
    if answer.status_code >= 300:
        endpoint._add_modeled_error_fields(response, parsed, operation, parser)  # noqa: SLF001
    return (answer, parsed), None


def _read(answer: Any) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(answer.content or b"{}")
    headers = {name.lower(): value for name, value in answer.headers.items()}
    parsed["ResponseMetadata"] = {"HTTPStatusCode": answer.status_code, "HTTPHeaders": headers}
    if number := headers.get("x-amzn-requestid"):
        parsed["ResponseMetadata"]["RequestId"] = number
    return parsed


_as_sent: dict[tuple[str, str], bool] = {}


def _is_as_sent(operation: Any) -> bool:
    """Whether an answer to this operation is its JSON, where it has no binary values."""
    key = operation.service_model.service_name, operation.name
    if key not in _as_sent:
        _as_sent[key] = key[0] in AS_SENT and not _has_moments(operation.output_shape, set())
    return _as_sent[key]


def _has_moments(shape: Any, seen: set[str]) -> bool:
    if shape is None or shape.name in seen:
        return False
    seen.add(shape.name)
    within = {
        "structure": lambda: list(shape.members.values()),
        "list": lambda: [shape.member],
        "map": lambda: [shape.key, shape.value],
    }.get(shape.type_name, list)()
    return shape.type_name == "timestamp" or any(_has_moments(each, seen) for each in within)


def needs_retry(handler: Any, **asked: Any) -> float | bool | None:
    """Seconds until the next attempt; None for none, and at once after a success."""
    response = asked["response"]
    done = asked["caught_exception"] is None and response is not None and response[0].status_code == 200
    if done and _answered_here(asked["endpoint"], asked["operation"]):
        return None
    seconds: float | bool | None = _needs_retry(handler, **asked)
    return seconds


PATCHES: tuple[tuple[Any, str, Any], ...] = (
    # Each account of moto's begins with a session of its own, which would read the same models again.
    (session, "create_loader", cache(session.create_loader)),
    (JSONSerializer, "serialize_to_request", serialize_to_request),
    (EndpointRulesetResolver, "construct_endpoint", construct_endpoint),
    (Endpoint, "_send_request", send_request),
    (Endpoint, "_do_get_response", do_get_response),
    (RetryHandler, "needs_retry", needs_retry),
)
