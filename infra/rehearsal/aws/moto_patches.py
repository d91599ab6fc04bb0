"""Everything that we change inside moto: what spares it time, its lock, its clock, and trace headers.

Calls that are made all the time are in direct_calls.py, and what botocore is spared is in botocore_patches.py.

moto works out anew for every field of an answer and every item of a table what does not change:

- It looks each field of an answer up under several names: its own, in snake case, without the name of its class. Which
  names those are follows from the kind of object and the field alone.
- It sorts a table's items for every query, and turns two keys into values for each comparison (measured on a table of
  236 items: 2.5 to 58 ms a query).
- It writes every value of an item by its shape, though it has it in the very form that goes over the wire.
- It lists the methods of the class that answers for every request, and works out all attributes of a queue for every
  message that it takes and hands out. It looks at every message of a queue to take, hand out or delete one, which
  is slow with the reports of ten thousand mails. What time it is, it reckons from a date.
- It draws the handle of a receipt and the number of an answer letter by letter.
- For the library `requests`, which asks nothing of AWS here, it makes 1,300 answers at every start.

And it needs a package more to hand an event of EventBridge on as it is.

botocore, which moto stands on, reads the rules for the endpoints of a service anew for each client of it.

tests/aws/rehearsal/test_moto_patches.py gives moto the same calls with and without the patches.
"""

from __future__ import annotations

import secrets
import threading
from collections import UserDict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache, cached_property, partial
from time import time
from typing import Any

from botocore import regions
from botocore.endpoint_provider import EndpointProvider
from moto.core import models, responses
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.models import botocore_stubber
from moto.core.serialize import BaseJSONSerializer, XFormedAttributePicker
from moto.core.utils import camelcase_to_underscores, method_names_from_class
from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import Table
from moto.events.utils import EventTemplateParser
from moto.sqs import models as sqs
from moto.sqs.exceptions import ReceiptHandleIsInvalid

from rehearsal.aws import botocore_patches, direct_calls
from rehearsal.aws.dynamodb import Unsupported


class Remembering(XFormedAttributePicker):
    """Finds a field's value as moto does."""

    _names: dict[tuple[type, Any, str], tuple[str, ...]] = {}  # noqa: RUF012 (one memory for all answers)

    def get_possible_keys(self, context: Any) -> tuple[str, ...]:  # type: ignore[override]
        """The names under which a field may be found, most likely first."""
        field = (type(context.obj), context.shape, context.key)
        if field not in self._names:
            self._names[field] = tuple(dict.fromkeys(super().get_possible_keys(context)))
        return self._names[field]


def all_items(table: Table) -> list[Item]:
    """The items of a table by their keys."""
    found = table.items.values()
    items: list[Any] = [item for of_hash in found for item in of_hash.values()] if table.range_key_attr else list(found)
    return sorted(items, key=_keys)


def _keys(item: Item) -> tuple[Any, ...]:
    return item.hash_key.cast_value, item.range_key.cast_value if item.range_key else None


def is_kept(backend: sqs.SQSBackend, queue: str, message: sqs.Message) -> bool:
    """Whether a message is not older than the queue keeps it."""
    kept = backend.get_queue(queue).message_retention_period  # type: ignore[attr-defined] # set from the attributes
    return bool(kept + message.sent_timestamp / 1000 > _now())  # type: ignore[operator]


_structure = BaseJSONSerializer._serialize_type_structure  # noqa: SLF001 (there is no hook)


def _structure_or_value(self: BaseJSONSerializer, serialized: Any, value: Any, shape: Any, key: str) -> None:
    # Binary values would have to be written in base64; the product has none.
    if shape.name == "AttributeValue" and type(value) is dict:
        serialized[key] = value
    else:
        _structure(self, serialized, value, shape, key)


class Receivable:
    """The messages of a queue that could be received now, in their order; looked for one after the other."""

    def __init__(self, queue: sqs.Queue) -> None:
        self._messages = queue._messages  # noqa: SLF001

    def __iter__(self) -> Iterator[sqs.Message]:
        return (message for message in self._messages if message.visible and not message.delayed)

    def __bool__(self) -> bool:
        return any(True for _ in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Attributes(UserDict[str, Any]):
    """The attributes of a queue, worked out when somebody asks for more than what only FIFO queues have."""

    def __init__(self, queue: sqs.Queue) -> None:
        self._queue = queue

    @cached_property
    def data(self) -> dict[str, Any]:  # type: ignore[override]
        """All of them."""
        return dict(_attributes(self._queue))

    def get(self, key: str, default: Any = None) -> Any:
        """One of them."""
        if key == "ContentBasedDeduplication" and not self._queue.fifo_queue:
            return default
        return super().get(key, default)


_attributes: Any = vars(sqs.Queue)["attributes"].fget


def delete_message(queue: sqs.Queue, receipt_handle: str) -> None:
    """Let the message with this receipt be gone: what is being handled lies at the front of the queue."""
    if receipt_handle in queue.deleted_messages:
        return
    for number, message in enumerate(queue._messages):  # noqa: SLF001
        if message.had_receipt_handle(receipt_handle):
            queue.pending_messages.discard(message)
            queue.deleted_messages.update(message.all_receipt_handles)  # type: ignore[arg-type]
            del queue._messages[number]  # noqa: SLF001
            return
    raise ReceiptHandleIsInvalid


def whole_event(input_template: str | None, input_paths_map: object, event: dict[str, Any]) -> dict[str, Any]:
    """What a target without a template of its own gets: the event. moto makes one that lacks the account, with a parser
    of paths that is a package of its own. Raises Unsupported for a target with one; a stack with such a target is
    refused at the start.
    """
    if input_template or input_paths_map:
        raise Unsupported("the InputTransformer of a target of EventBridge")
    return {name: value for name, value in event.items() if name != "ingestion-time"}


_clock: Callable[[], float] = time


def _now() -> float:
    return _clock()


def receipt_handle() -> str:
    """The handle of a receipt, as long as one of AWS."""
    return secrets.token_hex(93)


def request_number(headers: dict[str, Any]) -> str:
    """Number an answer in its headers, as AWS does."""
    number = secrets.token_hex(26).upper()
    headers["x-amzn-requestid"] = number
    return number


_endpoint_providers: dict[tuple[int, int], tuple[EndpointProvider, Any]] = {}


def endpoint_provider(ruleset_data: Any, partition_data: Any, **named: Any) -> EndpointProvider:
    """The one of these very documents, which a loader reads once. They are kept with it, so that no others can get
    their ids.
    """
    key = id(ruleset_data), id(partition_data)
    if key not in _endpoint_providers:
        made = EndpointProvider(ruleset_data=ruleset_data, partition_data=partition_data, **named)
        _endpoint_providers[key] = made, (ruleset_data, partition_data)
    return _endpoint_providers[key][0]


_PATCHES: tuple[tuple[Any, str, Any], ...] = (
    (models, "RESPONSES_METHODS", []),
    (regions, "EndpointProvider", endpoint_provider),
    (sqs, "generate_receipt_handle", receipt_handle),
    (responses, "gen_amzn_requestid_long", request_number),
    (responses, "XFormedAttributePicker", Remembering),
    (responses, "method_names_from_class", cache(method_names_from_class)),
    (responses, "camelcase_to_underscores", cache(camelcase_to_underscores)),
    (sqs.Queue, "messages", property(Receivable)),
    (sqs.Queue, "attributes", property(Attributes)),
    (sqs.Queue, "delete_message", delete_message),
    (sqs, "unix_time", _now),
    (sqs, "unix_time_millis", lambda: _now() * 1000),
    (sqs.SQSBackend, "is_message_valid_based_on_retention_period", is_kept),
    (BaseJSONSerializer, "_serialize_type_structure", _structure_or_value),
    (Table, "all_items", all_items),
    (EventTemplateParser, "parse", staticmethod(whole_event)),
    (BotocoreStubber, "process_request", direct_calls.process_request),
    *botocore_patches.PATCHES,
)
_originals = [(owner, name, vars(owner)[name]) for owner, name, _ in _PATCHES]


def install() -> None:
    """From now on, in this process."""
    for owner, name, ours in _PATCHES:
        setattr(owner, name, ours)


def uninstall() -> None:
    """moto is as it came."""
    for owner, name, original in _originals:
        setattr(owner, name, original)


def set_clock(now: Callable[[], float] = time) -> None:
    """What SQS takes for the present, in seconds since 1970; the computer's clock unless said otherwise."""
    global _clock  # noqa: PLW0603 (one moto in a process)
    _clock = now


Process = Callable[[Any], Any]
_around: list[Callable[[Process, Any], Any]] = []
"""What stands around moto's handling of a request, the outermost last. Those that come and go need no order."""


@contextmanager
def _standing_around(handle: Callable[[Process, Any], Any]) -> Iterator[None]:
    _around.append(handle)
    # On the instance, so that `pop` brings the method of the class back.
    vars(botocore_stubber)["process_request"] = _process
    try:
        yield
    finally:
        _around.remove(handle)
        if not _around:
            vars(botocore_stubber).pop("process_request", None)


def _process(request: Any) -> Any:
    process: Process = partial(type(botocore_stubber).process_request, botocore_stubber)
    for handle in tuple(_around):
        process = partial(handle, process)
    return process(request)


def one_at_a_time(lock: threading.RLock) -> AbstractContextManager[None]:
    """Meanwhile moto, which is not made for threads, works under a lock."""

    def locked(process: Process, request: Any) -> Any:
        with lock:
            return process(request)

    return _standing_around(locked)


def answered_before(answer: Callable[[Any], tuple[int, Any, bytes] | None]) -> AbstractContextManager[None]:
    """Meanwhile moto sees only those requests to which `answer` says None."""

    def answered(process: Process, request: Any) -> Any:
        said = answer(request)
        return process(request) if said is None else said

    return _standing_around(answered)


@contextmanager
def with_system_attribute(name: str, value: Callable[[], str]) -> Iterator[None]:
    """Meanwhile every message that is sent to SQS has this system attribute, unless its value is empty by then."""
    send = sqs.SQSBackend.send_message

    def send_message(self: sqs.SQSBackend, *args: Any, **named: Any) -> Any:
        message = send(self, *args, **named)
        if text := value():
            message.system_attributes = {**message.system_attributes, name: {"StringValue": text}}
        return message

    sqs.SQSBackend.send_message = send_message  # type: ignore[method-assign]
    try:
        yield
    finally:
        sqs.SQSBackend.send_message = send  # type: ignore[method-assign]
