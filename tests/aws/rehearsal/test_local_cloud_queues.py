"""Queues of the local cloud as Lambda reads them: batches, retries, delays, dead letters."""

from __future__ import annotations

import os
import threading
import time

import pytest

from rehearsal.cloud import LocalCloud
from tests.support.stack import small_stack
from tests.support.stack.small_stack import PARTS, Scratch, dead_letters, eventually, send, tries

cloud = small_stack.cloud
scratch = small_stack.scratch


def test_a_message_is_with_its_function_well_under_a_second_after_it_was_sent(cloud: LocalCloud) -> None:
    """The quickest of some, for another process may have the processor just then."""
    for number in range(30):
        sent = time.monotonic()
        send(cloud, f"quick-{number}")
        assert eventually(lambda body=f"quick-{number}": tries(cloud, body) == 1)  # type: ignore[misc]
        if time.monotonic() - sent < 1:
            return
    pytest.fail("none of thirty was there within a second")


def until_given_up(cloud: LocalCloud) -> None:
    """Every further try at once, until nothing waits any more."""
    assert cloud.drain()
    while cloud.retry_now():
        assert cloud.drain()


def test_only_the_messages_that_failed_come_again_and_end_as_dead_letters(cloud: LocalCloud) -> None:
    send(cloud, "good-1", "bad-1", "good-2")
    until_given_up(cloud)
    assert dead_letters(cloud) == ["bad-1"]
    assert {body: tries(cloud, body) for body in ("good-1", "good-2", "bad-1")} == {
        "good-1": 1,
        "good-2": 1,
        "bad-1": 2,
    }


def test_a_crash_brings_the_whole_batch_back(cloud: LocalCloud) -> None:
    send(cloud, "crash-1")
    until_given_up(cloud)
    assert dead_letters(cloud) == ["crash-1"]
    assert tries(cloud, "crash-1") == 2


def test_a_failed_message_waits_for_its_visibility_timeout_unless_somebody_is_in_a_hurry(cloud: LocalCloud) -> None:
    send(cloud, "bad-1")
    assert cloud.drain()
    assert (tries(cloud, "bad-1"), cloud.retrying()) == (1, 1)
    assert cloud.retry_now() == 1
    assert eventually(lambda: tries(cloud, "bad-1") == 2)


def test_a_failed_message_comes_again_by_itself(scratch: Scratch) -> None:
    scratch.write("infra/parts.yaml", PARTS.replace("VisibilityTimeout: 60", "VisibilityTimeout: 1"))
    with LocalCloud(root=scratch.root) as cloud:
        send(cloud, "bad-1")
        assert eventually(lambda: dead_letters(cloud) == ["bad-1"])


def test_no_message_is_lost_or_doubled_when_many_arrive_while_others_are_deleted(cloud: LocalCloud) -> None:
    bodies = [f"m{number}" for number in range(120)]
    senders = [threading.Thread(target=send, args=(cloud, *bodies[start::4])) for start in range(4)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert cloud.drain(30)
    assert [tries(cloud, body) for body in bodies] == [1] * len(bodies)


def test_a_delayed_message_is_waited_for_and_not_hurried(cloud: LocalCloud) -> None:
    url = os.environ["WORK_QUEUE"]
    cloud.backends.client("sqs").send_message(QueueUrl=url, MessageBody="later", DelaySeconds=900)
    assert cloud.retry_now() == 0
    assert not cloud.drain(0.5)
    assert tries(cloud, "later") == 0
    (message,) = cloud.backends._queue("newsletter-local-WorkQueue")._messages  # noqa: SLF001 moto's own
    message.delayed_until = 0
    assert cloud.drain()
    assert tries(cloud, "later") == 1
