"""The table in use and a restored one, side by side: what the first has is written to the second, item by item."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from cli.faults import Fault
from cli.restore.reader_items import Item, merged
from newsletter.mailings.drafts.drafts_store import DUE
from newsletter.platform.aws.pepper_fingerprints_store import KEY as FINGERPRINT
from newsletter.readers.profiles.records_store import PROFILE
from newsletter.readers.subscriber import Status

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Erased = Callable[[str], bool]
"""Whether a reader was erased, by id."""
TRIES = 5
"""A record that its reader changes at the same moment is read again."""


class RestoredTables:
    """One run. `done` counts what was written and deleted, and readers by what became of them."""

    def __init__(
        self, client: DynamoDBClient, used: str, restored: str, at: str, erased: Erased, *, dry_run: bool
    ) -> None:
        """`at` is the point in time (ISO 8601); `erased` says whether a reader is, by id."""
        self._erased = erased
        self._client, self._used, self._restored = client, used, restored
        self._at, self._dry_run = at, dry_run
        self.done: Counter[str] = Counter(written=0, deleted=0)

    # --- readers -----------------------------------------------------------------------------------------------------

    def readers(self) -> None:
        """Reader by reader. The pepper's fingerprint must be the same, else they are not the same readers."""
        prints = [self._client.get_item(TableName=table, Key=FINGERPRINT).get("Item") for table in self._both]
        if prints[0] is not None and prints[1] is not None and prints[0]["fingerprint"] != prints[1]["fingerprint"]:
            raise Fault(f"the ids in {self._used} and {self._restored} were made with two peppers: other readers")
        ids = dict.fromkeys(item["id"]["S"] for table in self._both for item in self._scan(table, ("id",)))
        for reader in ids:
            if reader != FINGERPRINT["id"]["S"]:
                self._reader(reader)

    def _reader(self, reader: str) -> None:
        for _ in range(TRIES):
            used, restored = ({each["record"]["S"]: each for each in self._of(table, reader)} for table in self._both)
            wanted = merged(used, restored, self._at)
            # All of them, also after one that has changed meanwhile: what is written already is the same next time.
            done = [self._replace(restored.get(record), item) for record, item in wanted.items()]
            done += [self._delete(restored[record], ("id", "record")) for record in restored.keys() - wanted.keys()]
            if all(done):
                self._count(used.get(PROFILE), restored.get(PROFILE), wanted.get(PROFILE))
                return
        raise Fault(f"the records of {reader} change all the time; run it again")

    def _count(self, used: Item | None, restored: Item | None, now: Item | None) -> None:
        if used is not None and now is None:
            self.done["brought by an import after it, not taken along"] += 1
        if now is None or now == restored:
            return
        status, before = now["status"]["S"], restored["status"]["S"] if restored else ""
        if status == Status.ACTIVE:
            self.done["came or came back by themselves" if before != status else "get less, or kept a refusal"] += 1
        elif status != before:
            self.done[f"{status} since then"] += 1

    # --- other tables ------------------------------------------------------------------------------------------------

    def items(self, keys: list[str], kind: str) -> None:
        """What the table in use has is newer. What the restored one alone has stays, unless it would act by itself."""
        known: set[tuple[str, ...]] = set()
        for item in self._scan(self._used):
            known.add(tuple(item[key]["S"] for key in keys))
            there = self._client.get_item(
                TableName=self._restored, Key={key: item[key] for key in keys}, ConsistentRead=True
            )
            self._replace(there.get("Item"), item)
        for item in list(self._scan(self._restored)):
            if tuple(item[key]["S"] for key in keys) not in known and self._must_not_come_back(item, kind):
                self._delete(item, keys)

    def _must_not_come_back(self, item: Item, kind: str) -> bool:
        """A campaign whose time has come, and a lead of a reader who was erased."""
        if kind == "Content":
            return bool(item["pk"]["S"] == DUE)
        if kind != "Leads":
            return False
        lead = self._client.get_item(TableName=self._restored, Key={"lead": item["lead"], "record": {"S": "lead"}})
        reader = lead.get("Item", item).get("subscriber", {}).get("S", "")
        return not reader or self._erased(reader)

    # --- DynamoDB ----------------------------------------------------------------------------------------------------

    @property
    def _both(self) -> tuple[str, str]:
        return self._used, self._restored

    def _replace(self, before: Item | None, item: Item) -> bool:
        """Write the item in place of what was read; False where that is another one by now."""
        if before == item:
            return True
        self.done["written"] += 1
        return self._conditional(self._client.put_item, before, Item=item)

    def _delete(self, item: Item, keys: Iterable[str]) -> bool:
        self.done["deleted"] += 1
        return self._conditional(self._client.delete_item, item, Key={key: item[key] for key in keys})

    def _conditional(self, write: Callable[..., Any], before: Item | None, **request: Any) -> bool:
        """Every attribute of before must be as it was."""
        names = {f"#{number}": name for number, name in enumerate(before or {"record": ""})}
        if before is None:
            key = next(key for key in ("record", "sk", "part") if key in request["Item"])
            condition: dict[str, Any] = {
                "ConditionExpression": "attribute_not_exists(#0)",
                "ExpressionAttributeNames": {"#0": key},
            }
        else:
            condition = {
                "ConditionExpression": " AND ".join(f"{name} = :{name[1:]}" for name in names),
                "ExpressionAttributeNames": names,
                "ExpressionAttributeValues": {f":{name[1:]}": before[of] for name, of in names.items()},
            }
        if self._dry_run:
            return True
        try:
            write(TableName=self._restored, **request, **condition)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            return False
        return True

    def _of(self, table: str, reader: str) -> Iterator[Item]:
        values = {":id": {"S": reader}}
        for page in self._client.get_paginator("query").paginate(
            TableName=table, KeyConditionExpression="id = :id", ExpressionAttributeValues=values, ConsistentRead=True
        ):
            yield from page["Items"]

    def _scan(self, table: str, only: tuple[str, ...] = ()) -> Iterator[Item]:
        wanted: Any = {"ProjectionExpression": ", ".join(only)} if only else {}
        for page in self._client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True, **wanted):
            yield from page["Items"]
