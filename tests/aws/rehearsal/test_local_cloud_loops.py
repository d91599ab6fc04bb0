"""The local cloud ends an event that comes round to the same function too often, as Lambda does."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rehearsal.cloud import LocalCloud
from rehearsal.lambda_ import lineage
from rehearsal.template.cloudformation import TemplateError
from tests.support.stack.small_stack import Scratch, eventually

TEMPLATE = """
    Transform: AWS::Serverless-2016-10-31
    Parameters:
      PublicUrl: { Type: String }
    Globals:
      Function:
        Environment: { Variables: { WORK_QUEUE: !Ref WorkQueue, NEWSLETTER_SECRETS_PATH: /newsletter/loops } }
    Resources:
      WorkQueue:
        Type: AWS::SQS::Queue
        Properties:
          VisibilityTimeout: 60
          RedrivePolicy: { deadLetterTargetArn: !GetAtt WorkDeadLetters.Arn, maxReceiveCount: 2 }
      WorkDeadLetters:
        Type: AWS::SQS::Queue
      Worker:
        Type: AWS::Serverless::Function
        Properties:
          Handler: worker.handler.handle
          RecursiveLoop: LOOPS
          Events:
            Work:
              Type: SQS
              Properties:
                Queue: !GetAtt WorkQueue.Arn
                BatchSize: 1
                FunctionResponseTypes: [ReportBatchItemFailures]
    """

WORKER = """
    import functools, os, boto3
    from concurrent.futures import ThreadPoolExecutor

    sqs = functools.cache(lambda: boto3.client("sqs"))
    seen = []

    def handle(event, context):
        (record,) = event["Records"]
        left = int(record["body"])
        seen.append(left)
        if left:
            # From a thread of its own, and now one message and now a batch of them, as the sender does.
            with ThreadPoolExecutor(1) as threads:
                threads.submit(again, left - 1).result()
        return {"batchItemFailures": []}

    def again(left):
        entry = {"Id": "0", "MessageBody": str(left)}
        if left % 2:
            sqs().send_message_batch(QueueUrl=os.environ["WORK_QUEUE"], Entries=[entry])
        else:
            sqs().send_message(QueueUrl=os.environ["WORK_QUEUE"], MessageBody=str(left))
    """


def stack(root: Path, loops: str) -> LocalCloud:
    """A stack whose function sends itself each message anew, as often as the message says."""
    scratch = Scratch(root)
    scratch.write("template.yaml", TEMPLATE.replace("LOOPS", loops))
    scratch.write("functions/worker/handler.py", WORKER)
    return LocalCloud(root=root)


def sent(cloud: LocalCloud, text: str) -> None:
    url = cloud.backends.queue_url("newsletter-local-WorkQueue")
    cloud.backends.client("sqs").send_message(QueueUrl=url, MessageBody=text)


def seen(cloud: LocalCloud) -> list[int]:
    """What the function was handed, in all its containers, the first message first."""
    containers = cloud.functions._idle["Worker"]  # noqa: SLF001 (where the handlers of a function are)
    return sorted((left for handle in containers for left in handle.__globals__["seen"]), reverse=True)


def dead(cloud: LocalCloud) -> list[str]:
    url = cloud.backends.queue_url("newsletter-local-WorkDeadLetters")
    found = cloud.backends.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    return [message["Body"] for message in found.get("Messages", [])]


def test_an_event_that_comes_round_too_often_is_ended_and_becomes_a_dead_letter(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with stack(tmp_path, "Terminate") as cloud:
        sent(cloud, "40")
        assert cloud.drain()
        assert seen(cloud) == list(range(40, 40 - lineage.LIMIT, -1))
        for _ in range(2):  # the tries that the queue allows
            cloud.retry_now()
            assert cloud.drain()
        assert eventually(lambda: cloud.backends.has_visible("newsletter-local-WorkDeadLetters"))
        assert dead(cloud) == [str(40 - lineage.LIMIT)]
        assert len(seen(cloud)) == lineage.LIMIT
    assert "Lambda ends an event that came round to Worker more than 16 times" in capsys.readouterr().err


def test_where_the_template_allows_it_an_event_comes_round_as_often_as_it_likes(tmp_path: Path) -> None:
    with stack(tmp_path, "Allow") as cloud:
        sent(cloud, "40")
        assert cloud.drain()
        assert seen(cloud) == list(range(40, -1, -1))


def test_only_allow_and_terminate_are_known(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match=r"Worker: RecursiveLoop is 'Always' and must be Allow or Terminate"):
        stack(tmp_path, "Always").__enter__()


def test_events_that_come_together_count_as_the_one_that_came_most_often() -> None:
    ours = lineage.written({"Planner": 2, "Sender": 5})
    assert lineage.arrived("Sender", ["", ours, lineage.written({"Sender": 1})]) == {"Planner": 2, "Sender": 6}
    assert lineage.arrived("Sender", ["", "Root=1-x;Sampled=0"]) == {"Sender": 1}


def test_threads_of_different_events_do_not_mix(tmp_path: Path) -> None:
    with stack(tmp_path, "Allow") as cloud, ThreadPoolExecutor(2) as threads:
        url = cloud.backends.queue_url("newsletter-local-WorkDeadLetters")

        def send_as(count: int) -> None:
            with lineage.passed_on({"Worker": count}):
                for _ in range(20):
                    cloud.backends.client("sqs").send_message(QueueUrl=url, MessageBody=str(count))

        list(threads.map(send_as, (3, 7)))
        found = []
        while (
            more := cloud.backends.client("sqs")
            .receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"])
            .get("Messages", [])
        ):
            found += more
        assert len(found) == 40
        for message in found:
            assert lineage.read(message["Attributes"][lineage.HEADER]) == {"Worker": int(message["Body"])}
