"""Why a batch may be in doubt: SES was called for it, or nobody can know whether it would have been."""

from __future__ import annotations

from collections import defaultdict
from typing import Literal

from tests.soak.account import Request
from tests.soak.lambdas import Lambdas


class Causes:
    """Looks on at what senders ask of AWS.

    A claim that stands and after which SES is not called is the mark of a process that died, or of one that boto3 gave
    no answer to after all its tries. An answer that was lost and came at a later try is no reason for doubt.
    """

    def __init__(self, lambdas: Lambdas) -> None:
        self._lambdas = lambdas
        self._called: set[str] = set()
        self._claims: defaultdict[str, list[tuple[object, bytes]]] = defaultdict(list)
        self._unheard: set[bytes] = set()

    def look(self, request: Request, moment: Literal["before", "after"]) -> None:
        """An onlooker of the wire."""
        worker = self._lambdas.running
        if moment == "after" or worker is None:
            return
        if request.operation == "SendBulkEmail":
            tags = request.json["BulkEmailEntries"][0]["ReplacementTags"]
            self._called.update(tag["Value"] for tag in tags if tag["Name"] == "batch")
        elif request.operation in ("PutItem", "UpdateItem"):
            asked = request.json
            part = (asked.get("Item") or asked["Key"]).get("part", {}).get("S", "")
            if part.startswith("batch#"):
                self._claims[part.removeprefix("batch#")].append((worker.life, request.body))
                self._unheard.add(request.body)

    def heard(self, request: Request) -> None:
        """The answer to the request came back, and was no error of AWS's own."""
        self._unheard.discard(request.body)

    def may_be_doubted(self, batch: str) -> bool:
        """Whether there was a reason for doubt about the batch."""
        dead = self._lambdas.dead
        return batch in self._called or any(life in dead or body in self._unheard for life, body in self._claims[batch])
