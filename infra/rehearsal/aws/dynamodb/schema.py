"""What a table is made of: keys, their types, indexes and their projections, and the checks that follow from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rehearsal.aws.dynamodb.errors import Item, Unsupported, empty_key, invalid, invalid_parameter
from rehearsal.aws.dynamodb.partition import Part, Place
from rehearsal.aws.dynamodb.values import Value, key_part, size_of_name, written

LONGEST_HASH_KEY, LONGEST_RANGE_KEY = 2048, 1024
"""Bytes."""


@dataclass(frozen=True)
class Key:
    """A partition key and perhaps a sort key, with their types (S or N)."""

    hash: str
    range: str
    types: Mapping[str, str]

    @property
    def names(self) -> tuple[str, ...]:
        """The attributes it is made of."""
        return (self.hash, self.range) if self.range else (self.hash,)

    def of(self, item: Item) -> tuple[Part, Part]:
        """Partition key and sort key of an item that has them; "" where the key has no second part."""
        first = key_part(item[self.hash], self.types[self.hash])
        return first, key_part(item[self.range], self.types[self.range]) if self.range else ""


@dataclass(frozen=True)
class Index:
    """A global secondary index. `held`: the attributes of its projection with all keys; None for all attributes."""

    name: str
    key: Key
    held: frozenset[str] | None
    described: Mapping[str, Any]

    def has(self, item: Item) -> bool:
        """Whether the item belongs into it."""
        return all(name in item for name in self.key.names)

    def projected(self, item: Item) -> Item:
        """What it holds of the item."""
        return item if self.held is None else {name: value for name, value in item.items() if name in self.held}


@dataclass(frozen=True)
class Schema:
    """The keys of a table and of its indexes by name."""

    key: Key
    indexes: Mapping[str, Index]

    def place_in(self, index: Index, item: Item) -> tuple[Part, Place]:
        """Partition and place of an item in an index."""
        first, second = index.key.of(item)
        return first, (second, *self.key.of(item))

    def check_key(self, key: Item) -> None:
        """Raise AwsError unless this is the key of an item."""
        if key.keys() != set(self.key.names) or any(self.key.types[name] not in key[name] for name in key):
            raise invalid("The provided key element does not match the schema")
        for name in self.key.names:
            self._check_part(name, key[name])

    def check_item(self, item: Item) -> None:
        """Raise AwsError unless the item has all keys, and nothing where an index has a key of another type."""
        for name in self.key.names:
            if name not in item:
                raise invalid_parameter(f"Missing the key {name} in the item")
            if self.key.types[name] not in item[name]:
                raise invalid_parameter(
                    f"Type mismatch for key {name} expected: {self.key.types[name]} actual: {next(iter(item[name]))}"
                )
            self._check_part(name, item[name])
        self.check_index_keys(item)

    def check_index_keys(self, item: Item) -> None:
        """The part of it that an update can get wrong."""
        for index in self.indexes.values():
            for name in index.key.names:
                value = item.get(name)
                if value is None:
                    continue
                if index.key.types[name] not in value:
                    raise invalid_parameter(
                        f"Type mismatch for Index Key {name} Expected: {index.key.types[name]} "
                        f"Actual: {next(iter(value))} IndexName: {index.name}"
                    )
                if value.get("S") == "":
                    raise invalid(
                        "One or more parameter values are not valid. A value specified for a secondary index key is "
                        "not supported. The AttributeValue for a key attribute cannot contain an empty string value. "
                        f"IndexName: {index.name}, IndexKey: {name}"
                    )

    def _check_part(self, name: str, value: Value) -> None:
        text = value.get("S")
        if text is None:
            value["N"] = written(value["N"])
        elif not text:
            raise empty_key(name)
        elif name == self.key.hash and size_of_name(text) > LONGEST_HASH_KEY:
            raise invalid_parameter(f"Size of hashkey has exceeded the maximum size limit of{LONGEST_HASH_KEY} bytes")
        elif name != self.key.hash and size_of_name(text) > LONGEST_RANGE_KEY:
            raise invalid_parameter(
                f"Aggregated size of all range keys has exceeded the size limit of {LONGEST_RANGE_KEY} bytes"
            )


def schema(properties: Mapping[str, Any]) -> Schema:
    """The schema that CreateTable's parameters, or the properties in a template, describe."""
    if properties.get("LocalSecondaryIndexes"):
        raise Unsupported("LocalSecondaryIndexes")
    types = {each["AttributeName"]: each["AttributeType"] for each in properties["AttributeDefinitions"]}
    if "B" in types.values():
        raise Unsupported("keys of type B")
    key = _key(properties["KeySchema"], types)
    return Schema(key, dict(_indexes(properties, key, types)))


def _key(described: list[Mapping[str, str]], types: Mapping[str, str]) -> Key:
    by_kind = {each["KeyType"]: each["AttributeName"] for each in described}
    for name in by_kind.values():
        if name not in types:
            raise invalid_parameter(
                "Some index key attributes are not defined in AttributeDefinitions. "
                f"Keys: [{name}], AttributeDefinitions: [{', '.join(types)}]"
            )
    return Key(by_kind["HASH"], by_kind.get("RANGE", ""), types)


def _indexes(properties: Mapping[str, Any], table: Key, types: Mapping[str, str]) -> Iterator[tuple[str, Index]]:
    for each in properties.get("GlobalSecondaryIndexes", ()):
        key, projection = _key(each["KeySchema"], types), each["Projection"]
        held = {*table.names, *key.names, *projection.get("NonKeyAttributes", ())}
        everything = projection["ProjectionType"] == "ALL"
        yield each["IndexName"], Index(each["IndexName"], key, None if everything else frozenset(held), each)
