"""Spares moto what it works out anew for every field of an answer and every item of a table.

- It looks each field of an answer up under several names: its own, in snake case, without the name of its class. Which
  names those are follows from the kind of object and the field alone.
- It sorts a table's items for every query, and turns two keys into values for each comparison (measured on a table of
  236 items: 2.5 to 58 ms a query, as deep as the stack happened to be; tests/support/roomy.py).
- It writes every value of an item by its shape, though it has it in the very form that goes over the wire.
- It lists the methods of the class that answers for every request, and works out all attributes of a queue for every
  message that it hands out. What time it is, it reckons from a date.
"""

from __future__ import annotations

from functools import cache
from time import time
from typing import Any

from moto.core import responses
from moto.core.serialize import BaseJSONSerializer, XFormedAttributePicker
from moto.core.utils import camelcase_to_underscores, method_names_from_class
from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import Table
from moto.sqs import models as sqs


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
    return bool(kept + message.sent_timestamp / 1000 > time())  # type: ignore[operator]


_structure = BaseJSONSerializer._serialize_type_structure  # noqa: SLF001 (there is no hook)


def _structure_or_value(self: BaseJSONSerializer, serialized: Any, value: Any, shape: Any, key: str) -> None:
    # Binary values would have to be written in base64; the product has none.
    if shape.name == "AttributeValue" and type(value) is dict:
        serialized[key] = value
    else:
        _structure(self, serialized, value, shape, key)


def install() -> None:
    """From now on, in this process."""
    vars(responses)["XFormedAttributePicker"] = Remembering
    vars(responses)["method_names_from_class"] = cache(method_names_from_class)
    vars(responses)["camelcase_to_underscores"] = cache(camelcase_to_underscores)
    vars(sqs).update(unix_time=time, unix_time_millis=lambda: time() * 1000)
    BaseJSONSerializer._serialize_type_structure = _structure_or_value  # type: ignore[method-assign] # noqa: SLF001
    sqs.SQSBackend.is_message_valid_based_on_retention_period = is_kept  # type: ignore[assignment, method-assign]
    Table.all_items = all_items  # type: ignore[assignment, method-assign]
