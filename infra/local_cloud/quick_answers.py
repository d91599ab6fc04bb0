"""Spares moto what it works out anew for every field of an answer and every item of a table.

- It looks each field of an answer up under several names: its own, in snake case, without the name of its class. Which
  names those are follows from the kind of object and the field alone.
- It sorts a table's items for every query, and turns two keys into values for each comparison (measured on a table of
  236 items: 2.5 to 58 ms a query, as deep as the stack happened to be; tests/roomy.py).
"""

from __future__ import annotations

from typing import Any

from moto.core import responses
from moto.core.serialize import XFormedAttributePicker
from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import Table


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


def install() -> None:
    """From now on, in this process."""
    vars(responses)["XFormedAttributePicker"] = Remembering
    Table.all_items = all_items  # type: ignore[assignment, method-assign]
