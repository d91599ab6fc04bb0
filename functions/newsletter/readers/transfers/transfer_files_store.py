"""Files of imports and exports in pieces, in the table Guards, which is encrypted, in no backup, and forgets them."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from newsletter.platform.aws.items import from_item, side_by_side, to_item
from newsletter.readers.transfers.transfer import PIECE, ExportJob, ImportJob

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

FILE, ROWS, CHECKED, RESULTS, WRITTEN = "file", "rows", "checked", "results", "written"
"""Kinds of pieces: what was uploaded, its lines as they were read, what a check says of them, what became of them; and
the lines of an export."""
LONGEST = 280_000
"""Bytes of a piece: compressed at worst not at all, and a third longer in Base64, it fits into an item of 400 KB."""


class TransferFiles:
    """Each piece has a key of its own, those of an import one for each check. A piece that is put again replaces
    itself."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def put(self, job: ImportJob | ExportJob, kind: str, number: int, content: bytes) -> None:
        """Keep a piece of at most LONGEST bytes until the job's files are forgotten."""
        data = base64.b64encode(zlib.compress(content)).decode()
        values = {"key": _key(job, kind, number), "data": data, "expires": int(job.forgotten_at.timestamp())}
        self._client.put_item(TableName=self._table, Item=to_item(values))

    def put_json(self, job: ImportJob | ExportJob, kind: str, number: int, content: Any) -> None:
        """The same, of plain values."""
        self.put(job, kind, number, json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode())

    def get(self, job: ImportJob | ExportJob, kind: str, number: int, now: datetime) -> bytes | None:
        """The piece, or None where it is not there, or not any more: DynamoDB may delete it days after its time."""
        key = to_item({"key": _key(job, kind, number)})
        answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        item = from_item(answer["Item"]) if "Item" in answer else {}
        if not item or item["expires"] <= now.timestamp():
            return None
        return zlib.decompress(base64.b64decode(item["data"]))

    def get_json(self, job: ImportJob | ExportJob, kind: str, number: int, now: datetime) -> Any:
        """The same, as plain values; None where it is not there."""
        found = self.get(job, kind, number, now)
        return None if found is None else json.loads(found)

    def get_all(
        self, job: ImportJob | ExportJob, kind: str, numbers: Iterable[int], now: datetime
    ) -> list[bytes | None]:
        """Several pieces, in the order of their numbers."""
        return list(side_by_side(lambda number: self.get(job, kind, number, now), list(numbers)))

    def forget(self, job: ImportJob | ExportJob, kind: str, number: int) -> None:
        """Delete pieces; doing it twice is harmless. `number` is how many there are."""

        def delete(each: int) -> None:
            self._client.delete_item(TableName=self._table, Key=to_item({"key": _key(job, kind, each)}))

        list(side_by_side(delete, range(number)))

    @contextmanager
    def opened(self, job: ImportJob, now: datetime) -> Iterator[Path | None]:
        """The uploaded file under its own name, as long as it is looked at; None where a piece of it is missing."""
        from tempfile import TemporaryDirectory

        with TemporaryDirectory() as folder:
            path = Path(folder) / job.file_name
            with path.open("wb") as file:
                for number in range(job.pieces):
                    piece = self.get(job, FILE, number, now)
                    if piece is None:
                        break
                    file.write(piece)
            yield path if path.stat().st_size == job.size else None

    @contextmanager
    def beginning(self, job: ImportJob, now: datetime) -> Iterator[Path | None]:
        """The same, of its first lines alone."""
        from tempfile import TemporaryDirectory

        with TemporaryDirectory() as folder:
            path, piece = Path(folder) / job.file_name, self.get(job, FILE, 0, now)
            if piece is not None and job.size > PIECE:
                piece = piece[: piece.rfind(b"\n") + 1] or piece
            path.write_bytes(piece or b"")
            yield None if piece is None else path


def _key(job: ImportJob | ExportJob, kind: str, number: int) -> str:
    if isinstance(job, ImportJob) and kind != FILE:
        return f"transfer#{job.id}#{kind}#{job.check}#{number}"
    return f"transfer#{job.id}#{kind}#{number}"
