"""Sends typed messages to our queues."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from newsletter.platform.messages import Message

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

SEND_LIMIT = 10
"""AWS: ten messages in one SendMessageBatch."""
MAX_DELAY = 900
"""AWS: at most 15 minutes of delay, in seconds."""


class NotQueued(RuntimeError):
    """SQS refused some messages of a batch. The caller must fail, so that it is tried again."""


class Queues:
    """The queues by the names of their settings (template.yaml)."""

    def __init__(
        self, client: SQSClient, *, plan: str, batch: str, transactional: str, lead: str, visits: str, transfers: str
    ) -> None:
        self._client = client
        self.plan = plan
        self.batch = batch
        self.transactional = transactional
        self.lead = lead
        self.visits = visits
        self.transfers = transfers

    def send(self, queue: str, message: Message, delay: int = 0) -> None:
        """One message, visible after `delay` seconds (at most 900)."""
        self._client.send_message(QueueUrl=queue, MessageBody=message.to_json(), DelaySeconds=min(delay, MAX_DELAY))

    def hand_over(self, queue: str, message: Message) -> None:
        """One message at once. A call on a connection that AWS had closed while we slept never got there: once more."""
        from botocore.exceptions import ConnectionClosedError

        try:
            self.send(queue, message)
        except ConnectionClosedError:
            self.send(queue, message)

    def send_all(self, queue: str, messages: Iterable[Message]) -> None:
        """Any number of messages, ten a call. Raises NotQueued when SQS did not take one."""
        self.send_later(queue, ((message, 0) for message in messages))

    def send_later(self, queue: str, messages: Iterable[tuple[Message, float]]) -> None:
        """The same, each visible after so many seconds (whole ones; at most 900). Raises NotQueued."""
        waiting = list(messages)
        for start in range(0, len(waiting), SEND_LIMIT):
            self._send_ten(queue, waiting[start : start + SEND_LIMIT])

    def _send_ten(self, queue: str, messages: Sequence[tuple[Message, float]]) -> None:
        entries: list[SendMessageBatchRequestEntryTypeDef] = [
            {"Id": str(number), "MessageBody": message.to_json(), "DelaySeconds": min(int(delay), MAX_DELAY)}
            for number, (message, delay) in enumerate(messages)
        ]
        answer = self._client.send_message_batch(QueueUrl=queue, Entries=entries)
        if answer.get("Failed"):
            reasons = {failure.get("Message", failure["Code"]) for failure in answer["Failed"]}
            message = f"{len(answer['Failed'])} of {len(entries)} messages not taken: {', '.join(sorted(reasons))}"
            raise NotQueued(message)
