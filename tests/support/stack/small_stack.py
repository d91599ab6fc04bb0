"""A small stack of our own on the local cloud: an echo over HTTP, a worker of a queue, and a clock."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from rehearsal.cloud import LocalCloud
from tests.support.console.issuer import signing_as_before

TEMPLATE = """
    Transform: AWS::Serverless-2016-10-31
    Parameters:
      PublicUrl: { Type: String }
      FeedUrl: { Type: String, Default: "" }
    Globals:
      Function:
        Environment:
          Variables:
            WORK_QUEUE: !GetAtt Parts.Outputs.WorkQueueUrl
            THINGS: !GetAtt Parts.Outputs.Things
            NEWSLETTER_PUBLIC_URL: !Ref PublicUrl
            NEWSLETTER_SECRETS_PATH: !Sub "/newsletter/${AWS::StackName}"
    Resources:
      Parts:
        Type: AWS::Serverless::Application
        Properties: { Location: infra/parts.yaml }
      Site:
        Type: AWS::Serverless::HttpApi
      Front:
        Type: AWS::Serverless::Function
        Properties:
          Handler: front.handler.handle
          Events:
            Echo: { Type: HttpApi, Properties: { ApiId: !Ref Site, Path: "/echo/{name}", Method: ANY } }
            Send: { Type: HttpApi, Properties: { ApiId: !Ref Site, Path: /send, Method: POST } }
            Fail: { Type: HttpApi, Properties: { ApiId: !Ref Site, Path: /fail, Method: GET } }
      Worker:
        Type: AWS::Serverless::Function
        Properties:
          Handler: worker.handler.handle
          Timeout: 7
          Events:
            Work:
              Type: SQS
              Properties:
                Queue: !GetAtt Parts.Outputs.WorkQueueArn
                BatchSize: 4
                FunctionResponseTypes: [ReportBatchItemFailures]
      Clock:
        Type: AWS::Serverless::Function
        Properties:
          Handler: clock.handler.handle
          Events:
            Tick:
              Type: ScheduleV2
              Properties:
                ScheduleExpression: cron(0 8 ? * TUE *)
                ScheduleExpressionTimezone: Europe/Helsinki
                Input: '{"now": "<aws.scheduler.scheduled-time>", "why": "tick"}'
    """
PARTS = """
    Resources:
      Things:
        Type: AWS::DynamoDB::Table
        Properties:
          BillingMode: PAY_PER_REQUEST
          AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
          KeySchema: [{ AttributeName: id, KeyType: HASH }]
      WorkQueue:
        Type: AWS::SQS::Queue
        Properties:
          VisibilityTimeout: 60
          RedrivePolicy: { deadLetterTargetArn: !GetAtt WorkDeadLetters.Arn, maxReceiveCount: 2 }
      WorkDeadLetters:
        Type: AWS::SQS::Queue
    Outputs:
      Things: { Value: !Ref Things }
      WorkQueueUrl: { Value: !Ref WorkQueue }
      WorkQueueArn: { Value: !GetAtt WorkQueue.Arn }
    """
FRONT = """
    import functools, json, os, boto3

    client = functools.cache(boto3.client)

    def handle(event, context):
        if event["rawPath"] == "/send":
            for body in json.loads(event["body"]):
                client("sqs").send_message(QueueUrl=os.environ["WORK_QUEUE"], MessageBody=body)
            return {"statusCode": 202}
        if event["rawPath"] == "/fail":
            raise RuntimeError("front is broken")
        cookies = ["a=1; Path=/", "b=2"]
        return {"statusCode": 200, "headers": {"X-Kind": "echo"}, "cookies": cookies, "body": json.dumps(event)}
    """
WORKER = """
    import functools, os, boto3

    client = functools.cache(boto3.client)

    def handle(event, context):
        assert context.get_remaining_time_in_millis() <= 7000
        failures = []
        for record in event["Records"]:
            client("dynamodb").update_item(
                TableName=os.environ["THINGS"], Key={"id": {"S": record["body"]}},
                UpdateExpression="ADD tries :one", ExpressionAttributeValues={":one": {"N": "1"}})
            if record["body"].startswith("bad"):
                failures.append({"itemIdentifier": record["messageId"]})
            if record["body"].startswith("crash"):
                raise RuntimeError("worker crashed")
        return {"batchItemFailures": failures}
    """
CLOCK = """
    import os, boto3

    def handle(event, context):
        boto3.client("sqs").send_message(QueueUrl=os.environ["WORK_QUEUE"], MessageBody=event["now"])
        return {"event": event}
    """


@dataclass
class Scratch:
    """A small stack in a folder."""

    root: Path

    def write(self, path: str, text: str) -> None:
        """A file of it, without the indentation of the text."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text), encoding="utf-8")


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    """The small stack, to be changed and started."""
    made = Scratch(tmp_path)
    made.write("template.yaml", TEMPLATE)
    made.write("infra/parts.yaml", PARTS)
    for name, code in {"front": FRONT, "worker": WORKER, "clock": CLOCK}.items():
        made.write(f"functions/{name}/handler.py", code)
    return made


@pytest.fixture
def cloud(scratch: Scratch) -> Iterator[LocalCloud]:
    """The small stack, started."""
    with signing_as_before(), LocalCloud(root=scratch.root) as started:
        yield started


@dataclass(frozen=True)
class Answer:
    """What came back over HTTP."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def call(method: str, url: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
    """One request; an error of the server is an answer too."""
    request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return Answer(answer.status, answer.getheaders(), answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, list(error.headers.items()), error.read())


def send(cloud: LocalCloud, *bodies: str) -> None:
    """Put messages on the queue, through the front."""
    answer = call("POST", f"{cloud.url}/send", json.dumps(bodies).encode(), {"content-type": "application/json"})
    assert answer.status == 202


def tries(cloud: LocalCloud, body: str) -> int:
    """How often the worker had the message."""
    item = cloud.backends.client("dynamodb").get_item(TableName="newsletter-local-Things", Key={"id": {"S": body}})
    return int(item["Item"]["tries"]["N"]) if "Item" in item else 0


def eventually(claim: Callable[[], bool], seconds: float = 60) -> bool:
    """Whether it comes true within so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if claim():
            return True
        time.sleep(0.02)
    return False


def dead_letters(cloud: LocalCloud) -> list[str]:
    """What the worker's queue gave up, in the order of the alphabet."""
    url = cloud.backends.queue_url("newsletter-local-WorkDeadLetters")
    found = cloud.backends.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
    return sorted(message["Body"] for message in found.get("Messages", []))
