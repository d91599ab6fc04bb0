"""The tables of one account, and what operations on them may use and do use."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from rehearsal.aws.dynamodb.errors import Item, not_found
from rehearsal.aws.dynamodb.table import Table, Unwritten
from rehearsal.aws.dynamodb.throughput import Meter, Throughput, read_units, write_units

if TYPE_CHECKING:
    from rehearsal.aws.dynamodb.partition import Part
    from rehearsal.aws.dynamodb.requests import Request


class State:
    """Tables by their physical names. Safe to use from several threads: one operation at a time.

    `now` is Unix time. `refuse`: throttle partitions that are asked for more than AWS gives. `index_delay`: seconds
    after which indexes show a write, drawn for each. `expiry_delay`: seconds for which items that expired are still
    there (AWS: "typically within a few days"); None: for ever.
    """

    def __init__(
        self,
        *,
        now: Callable[[], float] = time.time,
        meter: Meter | None = None,
        refuse: bool = False,
        index_delay: Callable[[], float] | None = None,
        expiry_delay: float | None = None,
        region: str = "eu-north-1",
        account_id: str = "123456789012",
    ) -> None:
        self.tables: dict[str, Table] = {}
        self.meter = meter
        self.throughput = Throughput(now, refuse=refuse)
        self._now, self._index_delay, self._expiry_delay = now, index_delay, expiry_delay
        self._arn = f"arn:aws:dynamodb:{region}:{account_id}:table/"
        self._lock = threading.RLock()

    def add_table(
        self, name: str, properties: Mapping[str, Any], *, label: str = "", unwritten: Unwritten | None = None
    ) -> Table:
        """A table with the properties that CreateTable takes, or the template has, for one."""
        table = Table(name, properties, label=label, now=self._now, index_delay=self._index_delay, unwritten=unwritten)
        expires = properties.get("TimeToLiveSpecification", {})
        if expires.get("Enabled"):
            table.expire_by(expires["AttributeName"])
        self.tables[name] = table
        return table

    def table(self, request: Request) -> Table:
        """The table that a request about items means."""
        table = self.tables.get(request["TableName"])
        if table is None:
            raise not_found()
        return table

    def arn(self, table: Table) -> str:
        """The table's ARN."""
        return self._arn + table.name

    def may_write(self, table: Table, key: Item) -> None:
        """Raise AwsError where the partition of this key takes no more writes this second."""
        self.throughput.check("write", table.label, table.schema.key.of(key)[0], self.arn(table))

    def written(self, table: Table, item: Item, size: int) -> None:
        """Count a write of this size; `item` is what is there now, or its key where the condition did not hold."""
        units = write_units(size)
        self.throughput.spend("write", table.label, table.schema.key.of(item)[0], units)
        for index in table.schema.indexes.values():
            if index.has(item):
                self.throughput.spend("write", f"{table.label}/{index.name}", index.key.of(item)[0], units)
        if self.meter:
            self.meter.spend("write", table.label, units)

    def may_read(self, table: Table, key: Item) -> None:
        """Raise AwsError where the partition of this key gives no more reads this second."""
        self.may_read_partition(table, table.label, table.schema.key.of(key)[0])

    def may_read_partition(self, table: Table, resource: str, partition: Part) -> None:
        """The same for a partition of a table or index (`table/index`)."""
        self.throughput.check("read", resource, partition, self.arn(table))

    def read(self, table: Table, key: Item, size: int, *, consistent: bool) -> None:
        """Count a read of this size."""
        self.read_partition(table, table.label, table.schema.key.of(key)[0], size, consistent=consistent)

    def read_partition(self, table: Table, resource: str, partition: Part, size: int, *, consistent: bool) -> None:
        """The same for a partition of a table or index."""
        self.throughput.spend("read", resource, partition, read_units(size, consistent=consistent))
        self.billed_read(table, size, consistent=consistent)

    def billed_read(self, table: Table, size: int, *, consistent: bool) -> None:
        """Count what is billed, where a read went to many partitions."""
        if self.meter:
            self.meter.spend("read", table.label, read_units(size, consistent=consistent))
