"""Feeds functions from queues as Lambda's SQS event source does, with partial failures and dead letters.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

from rehearsal import events
from rehearsal.lambda_ import logs
from rehearsal.lambda_.runtime import HandlerFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from rehearsal.aws.backends import Backends, QueueCounts
    from rehearsal.lambda_.runtime import Functions
    from rehearsal.template.model import Function, QueueSource, Stack

# How often the queues are looked at, in seconds. A look is a few list lengths in memory, so this costs next to nothing.
GLANCE = 0.02
# Threads that serve one event source at most; its MaximumConcurrency when that is less.
MAX_THREADS = 4
_MAX_RECEIVE = 10
# How the name of the queue ends whose delayed messages wait for another try at the CRM.
TRIED_AGAIN = "LeadQueue"


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
            return self._counts()

    def _counts(self) -> dict[str, QueueCounts]:
        return {
            source.queue_name: self._backends.counts(source.queue_name, self._in_hand) for _, source in self._sources
        }

    def wait_until_idle(self, timeout: float, *, delayed: bool) -> bool:
        """Wait until no function runs and no message is on its way; `False` after `timeout` seconds.

        `delayed`: wait also for messages that their sender delayed. Those that failed are not awaited, nor those that
        wait for another try at the CRM, which may be out of order for days.
        """
        tried_again = {source.queue_name for _, source in self._sources if source.queue_name.endswith(TRIED_AGAIN)}

        def idle() -> bool:
            if self._functions.running:
                return False
            with self._lock:
                # Under the lock a message is on its queue or in hand, never between.
                counts = self._counts()
                ready = any(each.ready for each in counts.values())
                later = delayed and any(each.delayed for name, each in counts.items() if name not in tried_again)
                return not (self._in_hand or ready or later)

        # What a function has set off is on a queue when it returns, so one look is enough where nobody else acts.
        return (not delayed and idle()) or wait_until(idle, timeout)

    def next_due(self) -> float | None:
        """When the next message that waits can be received (seconds since 1970); None where none waits."""
        with self._lock:
            found = [self._backends.next_due(source.queue_name, self._in_hand) for _, source in self._sources]
        return min((each for each in found if each is not None), default=None)

    def deliver_now(self) -> None:
        """Deliver every message that waits, for its next try or because its sender delayed it."""
        for _, source in self._sources:
            self._backends.deliver_delayed(source.queue_name)
        self.retry_now()

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
        while self._free[source] > 0 and self._backends.has_visible(source.queue_name) and not self._stopping.is_set():
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
            records = [events.sqs_record_of(message, source.queue_arn) for message in messages]
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
