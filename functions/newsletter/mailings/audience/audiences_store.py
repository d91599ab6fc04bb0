"""Audiences that were saved with a name, in the Content table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from newsletter.mailings.audience.rule import Audience
from newsletter.mailings.audience.written import rule_from, stored_rule
from newsletter.platform.aws.items import holds, to_item
from newsletter.platform.aws.table_store import TableStore
from newsletter.platform.times import iso, parse_iso

AUDIENCES = "audiences"
"""Partition of the Content table with one item for each: some dozens, written by people."""


@dataclass(frozen=True)
class SavedAudience:
    """A rule with its name, and who saved it last and when."""

    name: str
    rule: Audience
    by: str
    at: datetime


class Audiences(TableStore):
    """Each is replaced as a whole; a mailing keeps the rule itself, so that nothing that is saved later changes it."""

    def get(self, name: str) -> SavedAudience | None:
        """The one of that name."""
        item = self._get(AUDIENCES, name) if name else None
        return _saved(item) if item else None

    def all(self) -> list[SavedAudience]:
        """Every one, by name."""
        return [_saved(item) for item in self._partition(AUDIENCES)]

    def create(self, saved: SavedAudience) -> bool:
        """Keep a new one; False when the name is taken."""
        return self._put_new(AUDIENCES, saved.name, _values(saved))

    def replace(self, saved: SavedAudience) -> None:
        """Keep it in place of what has its name, if anything has."""
        self._put(AUDIENCES, saved.name, _values(saved))

    def remove(self, name: str) -> bool:
        """Forget the one of that name; False when there is none."""
        return holds(
            self._client,
            "delete_item",
            repeatable=True,
            TableName=self._table,
            Key=to_item({"pk": AUDIENCES, "sk": name}),
            ConditionExpression="attribute_exists(pk)",
        )


def _values(saved: SavedAudience) -> dict[str, Any]:
    return {"rule": stored_rule(saved.rule), "by": saved.by, "at": iso(saved.at)}


def _saved(item: dict[str, Any]) -> SavedAudience:
    return SavedAudience(item["sk"], rule_from(item["rule"]), item["by"], parse_iso(item["at"]))
