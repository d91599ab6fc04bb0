"""The sender beside its floor: nothing but its calls to AWS, ready made, through the clients of the product.

One batch goes through the real handler, and the calls it makes are noted down. Then an event of the queue goes through
the handler and as many batches through the bare calls, turn by turn in one process, so that whatever else runs on the
machine disturbs both alike. The bare calls too wait for slots, as the rate limiter gives them: a processor that
rests in between finds its caches cold, and that is part of sending at a rate. Nothing is signed, filled in, grouped or
decided in them.
"""

from __future__ import annotations

import copy
import json
from time import monotonic, process_time, sleep
from typing import Any
from unittest.mock import patch

from newsletter.container import app
from newsletter.mailings.planning.ledger_keys import batch_key
from newsletter.platform.aws import clients as aws
from newsletter.platform.rate_limit import BULK, bulk_pace
from tests.bench import processes
from tests.bench.programs.mailing import MAILING
from tests.bench.programs.send_batches import send

OPERATIONS: dict[str, tuple[aws.Service, str]] = {
    "BatchGetItem": ("dynamodb", "batch_get_item"),
    "GetItem": ("dynamodb", "get_item"),
    "PutItem": ("dynamodb", "put_item"),
    "SendBulkEmail": ("sesv2", "send_bulk_email"),
    "UpdateItem": ("dynamodb", "update_item"),
}
"""What a batch cannot do without: look at its readers and whether its mailing was stopped, claim, send, settle."""


def calls_of(body: str) -> list[tuple[str, dict[str, Any]]]:
    """The calls that the sender makes for a batch, of those that every batch needs."""
    from botocore.client import BaseClient

    made: list[tuple[str, dict[str, Any]]] = []
    client: Any = BaseClient
    call = client._make_api_call  # noqa: SLF001 (there is no hook around a whole call)

    def noting(self: Any, operation: str, request: dict[str, Any]) -> Any:
        once = operation == "GetItem" and "ProjectionExpression" not in request  # the mailing and its variant
        if operation in OPERATIONS and not once and "lane#" not in str(request.get("Key")):
            made.append((operation, copy.deepcopy(request)))
        return call(self, operation, request)

    with patch.object(client, "_make_api_call", noting):
        send([body], 1)
    return made


def again(calls: list[tuple[str, dict[str, Any]]], batch: str) -> None:
    """Make the calls for another batch."""
    key = {"mailing": {"S": batch_key(MAILING.id, batch)}, "part": {"S": f"batch#{batch}"}}
    for operation, request in calls:
        for where in ("Item", "Key"):
            if "part" in request.get(where, ()):
                request[where] |= key
        service, method = OPERATIONS[operation]
        getattr(aws.client(service), method)(**request)


def keep_lane_busy(slot: float) -> None:
    """Reserve some slots, as other senders do while a mailing goes out: then no event finds the lane idle."""
    app.rate_limiter.reserve(BULK, 3 * slot, app.now().timestamp())


def bare(calls: list[tuple[str, dict[str, Any]]], batches: list[str], slot: float) -> float:
    """CPU seconds for the calls of these batches, each in its slot of so many seconds."""
    began, due = process_time(), monotonic()
    for batch in batches:
        sleep(max(0.0, due - monotonic()))
        again(calls, batch)
        due += slot
    return process_time() - began


def main() -> None:
    """Arguments: messages to warm up with, one to note, messages to measure, how many of them are in an event, and how
    many recipients a second the account may send to.
    """
    warm_up, noted, measured, at_once, rate = processes.arguments()
    slot = bulk_pace(rate).seconds
    send(warm_up, 1)
    calls = calls_of(noted)
    if [operation for operation, _ in calls] != list(OPERATIONS):
        raise processes.Failed(f"a batch made other calls: {[operation for operation, _ in calls]}")
    name = json.loads(noted)["batch"]
    bare(calls, [f"{name}-warm-up-{number}" for number in range(10)], slot)
    ours_s: list[float] = []
    bare_s: list[float] = []
    for begin in range(0, len(measured), at_once):
        bodies = measured[begin : begin + at_once]
        batches = [f"{name}-bare-{begin + number}" for number in range(len(bodies))]
        # Each way is first every other time: what comes second finds warmer caches.
        if len(ours_s) % 2:
            bare_s.append(bare(calls, batches, slot))
        keep_lane_busy(slot)
        ours_s.append(send(bodies, at_once))
        if len(bare_s) < len(ours_s):
            bare_s.append(bare(calls, batches, slot))
    print(json.dumps({"ours_s": ours_s, "bare_s": bare_s}))


if __name__ == "__main__":
    main()
