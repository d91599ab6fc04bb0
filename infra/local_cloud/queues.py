"""Feeds functions from queues as Lambda's SQS event source does, with partial failures and dead letters.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

from local_cloud import logs
from local_cloud.runtime import HandlerFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from local_cloud.backends import Backends, QueueCounts
    from local_cloud.runtime import Functions
    from local_cloud.stack import Function, QueueSource, Stack

# How often the queues are looked at, in seconds. A look is a few list lengths in memory, so this costs next to nothing.
GLANCE = 0.02
# Threads that serve one event source at most; its MaximumConcurrency when that is less.
MAX_THREADS = 4
_MAX_RECEIVE = 10


def record(message: Mapping[str, Any], source: QueueSource, region: str) -> dict[str, Any]:
    """One record of the event that Lambda makes from a message of `sqs.receive_message`."""
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": dict(message.get("Attributes", {})),
        "messageAttributes": {
            name: {
                "stringValue": value.get("StringValue"),
                "binaryValue": value.get("BinaryValue"),
                "stringListValues": [],
                "binaryListValues": [],
                "dataType": value["DataType"],
            }
            for name, value in message.get("MessageAttributes", {}).items()
        },
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": source.queue_arn,
        "awsRegion": region,
    }


def failed_ids(answer: Any, ids: Collection[str]) -> set[str]:
    """Which of the batch's message ids go back to the queue, given what the function returned.

    Nothing reported means nothing failed; a report that Lambda cannot read, or that names an unknown message,
    means that all did."""
    if not isinstance(answer, dict):
        return set()
    failures = answer.get("batchItemFailures")
    if not failures:
        return set()
    if not isinstance(failures, list):
        return set(ids)
    named = {failure.get("itemIdentifier") if isinstance(failure, dict) else None for failure in failures}
    return {name for name in named if name is not None} if named <= set(ids) else set(ids)


class Pollers:
    """One thread that watches the queues of a stack, and threads that hand batches to the functions."""

    def __init__(self, stack: Stack, functions: Functions, backends: Backends) -> None:
        self._stack, self._functions, self._backends = stack, functions, backends
        self._sources = [(function, source) for function in stack.functions for source in function.queues]
        self._free = {source: min(source.max_concurrency, MAX_THREADS) for _, source in self._sources}
        self._in_hand: set[str] = set()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="queues", daemon=True)

    def start(self) -> None:
        """Begin to deliver."""
        self._watcher.start()

    def stop(self) -> None:
        """No new batch is taken; batches under way are left to end with the process."""
        self._stopping.set()
        self._watcher.join(timeout=30)

    def counts(self) -> dict[str, QueueCounts]:
        """How every queue that feeds a function stands, by name."""
        with self._lock:
            in_hand = set(self._in_hand)
        return {source.queue_name: self._backends.counts(source.queue_name, in_hand) for _, source in self._sources}

    @property
    def busy(self) -> bool:
        """Whether a batch is with a function or on its way: delayed messages are, those that failed are not awaited."""
        return bool(self._in_hand) or any(each.ready or each.delayed for each in self.counts().values())

    def retry_now(self) -> int:
        """Deliver every message that waits for its next try; returns how many those are."""
        with self._lock:
            in_hand = set(self._in_hand)
        return sum(self._backends.retry_now(source.queue_name, in_hand) for _, source in self._sources)

    def _watch(self) -> None:
        while not self._stopping.wait(GLANCE):
            for function, source in self._sources:
                try:
                    self._take(function, source)
                except Exception as error:  # noqa: BLE001 one queue in trouble must not stop the others
                    if self._stopping.is_set():
                        return
                    logs.write(f"queue {source.queue_name} cannot be read: {type(error).__name__}: {error}")
                    time.sleep(1)

    def _take(self, function: Function, source: QueueSource) -> None:
        while self._free[source] > 0 and self._backends.visible(source.queue_name) and not self._stopping.is_set():
            with self._lock:
                messages = self._receive(source)
                if not messages:
                    return
                self._free[source] -= 1
                self._in_hand.update(message["MessageId"] for message in messages)
            # Daemon threads: a function that waits must not keep the process alive after Ctrl-C.
            threading.Thread(target=self._deliver, args=(function, source, messages), daemon=True).start()

    def _receive(self, source: QueueSource) -> list[dict[str, Any]]:
        messages: list[dict[str, Any]] = []
        while len(messages) < source.batch_size:
            wanted = min(source.batch_size - len(messages), _MAX_RECEIVE)
            more = self._backends.client("sqs").receive_message(
                QueueUrl=self._backends.queue_url(source.queue_name),
                MaxNumberOfMessages=wanted,
                WaitTimeSeconds=0,
                MessageSystemAttributeNames=["All"],
                MessageAttributeNames=["All"],
            )
            messages += more.get("Messages", [])
            if len(more.get("Messages", [])) < wanted:
                break
        return messages

    def _deliver(self, function: Function, source: QueueSource, messages: Sequence[dict[str, Any]]) -> None:
        ids = {message["MessageId"] for message in messages}
        try:
            records = [record(message, source, self._stack.account.region) for message in messages]
            try:
                answer = self._functions.invoke(function, {"Records": records})
                back = failed_ids(answer, ids) if source.reports_failures else set()
            except HandlerFailed:
                back = ids
            self._delete(source, [message for message in messages if message["MessageId"] not in back])
            if back:
                logs.write(
                    f"{function.folder}: {len(back)} of {len(ids)} messages of {source.queue_name} will come again"
                )
        finally:
            with self._lock:
                self._in_hand -= ids
                self._free[source] += 1

    def _delete(self, source: QueueSource, messages: Sequence[dict[str, Any]]) -> None:
        url = self._backends.queue_url(source.queue_name)
        for start in range(0, len(messages), _MAX_RECEIVE):
            entries = [
                {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]}
                for number, message in enumerate(messages[start : start + _MAX_RECEIVE])
            ]
            self._backends.client("sqs").delete_message_batch(QueueUrl=url, Entries=entries)


def wait_until(quiet: Callable[[], bool], timeout: float) -> bool:
    """Wait until `quiet` has held for three glances in a row; `False` after `timeout` seconds."""
    end, calm = time.monotonic() + timeout, 0
    while calm < 3:
        if time.monotonic() > end:
            return False
        calm = calm + 1 if quiet() else 0
        time.sleep(GLANCE)
    return True
