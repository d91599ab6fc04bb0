"""The local cloud builds whatever a template says: tried with small stacks of our own."""

from __future__ import annotations

import base64
import json
import os
import sys
import threading
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config

from rehearsal.cloud import LocalCloud
from rehearsal.lambda_.runtime import HandlerFailed
from rehearsal.lambda_.scheduler import UnknownFunction
from rehearsal.settings import CannotStart, feed_address
from rehearsal.template.cloudformation import TemplateError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

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
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text), encoding="utf-8")


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    made = Scratch(tmp_path)
    made.write("template.yaml", TEMPLATE)
    made.write("infra/parts.yaml", PARTS)
    for name, code in {"front": FRONT, "worker": WORKER, "clock": CLOCK}.items():
        made.write(f"functions/{name}/handler.py", code)
    return made


@pytest.fixture
def cloud(scratch: Scratch) -> Iterator[LocalCloud]:
    with LocalCloud(root=scratch.root) as started:
        yield started


@dataclass(frozen=True)
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def call(method: str, url: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
    request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return Answer(answer.status, answer.getheaders(), answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, list(error.headers.items()), error.read())


def send(cloud: LocalCloud, *bodies: str) -> None:
    answer = call("POST", f"{cloud.url}/send", json.dumps(bodies).encode(), {"content-type": "application/json"})
    assert answer.status == 202


def tries(cloud: LocalCloud, body: str) -> int:
    item = cloud.backends.client("dynamodb").get_item(TableName="newsletter-local-Things", Key={"id": {"S": body}})
    return int(item["Item"]["tries"]["N"]) if "Item" in item else 0


def eventually(claim: Callable[[], bool], seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if claim():
            return True
        time.sleep(0.02)
    return False


def dead_letters(cloud: LocalCloud) -> list[str]:
    url = cloud.backends.queue_url("newsletter-local-WorkDeadLetters")
    found = cloud.backends.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
    return sorted(message["Body"] for message in found.get("Messages", []))


def test_a_route_of_the_template_reaches_its_function_as_an_http_api_event(cloud: LocalCloud) -> None:
    answer = call("GET", f"{cloud.url}/echo/%C3%A4iti?x=1&x=2", headers={"Cookie": "a=b; c=d", "X-Two": "w"})
    event = answer.json()
    assert answer.status == 200
    assert [value for name, value in answer.headers if name.lower() == "set-cookie"] == ["a=1; Path=/", "b=2"]
    assert event["routeKey"] == "ANY /echo/{name}"
    assert event["pathParameters"] == {"name": "äiti"}
    assert event["queryStringParameters"] == {"x": "1,2"}
    assert event["cookies"] == ["a=b", "c=d"]
    assert event["headers"]["x-two"] == "w"
    assert event["requestContext"]["http"]["method"] == "GET"


def test_a_form_post_arrives_in_base64_as_api_gateway_sends_it(cloud: LocalCloud) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    event = call("POST", f"{cloud.url}/echo/form", b"email=a%40b.example", form).json()
    assert event["isBase64Encoded"] is True
    assert base64.b64decode(event["body"]) == b"email=a%40b.example"


def test_what_the_template_does_not_name_is_not_found(cloud: LocalCloud) -> None:
    for method, path in (("GET", "/nothing"), ("GET", "/send"), ("POST", "/fail"), ("GET", "/echo/a/b")):
        answer = call(method, f"{cloud.url}{path}")
        assert (answer.status, answer.body) == (404, b'{"message":"Not Found"}')


def test_a_failing_handler_is_a_500_and_its_traceback_is_in_the_terminal(
    cloud: LocalCloud, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = call("GET", f"{cloud.url}/fail")
    assert (answer.status, answer.body) == (500, b'{"message":"Internal Server Error"}')
    shown = capsys.readouterr()
    assert "front failed:" in shown.err
    assert "RuntimeError: front is broken" in shown.err
    assert shown.out == ""


def test_a_body_beyond_ten_megabytes_is_refused_at_the_door(cloud: LocalCloud) -> None:
    answer = call("GET", f"{cloud.url}/echo/a", headers={"Content-Length": str(10 * 1024 * 1024 + 1)})
    assert (answer.status, answer.json()) == (413, {"message": "Request Entity Too Large"})


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


def test_a_scheduled_function_runs_on_demand_with_its_own_input_and_everything_it_set_off(cloud: LocalCloud) -> None:
    asked = json.dumps({"now": "2026-11-24T08:00:00+02:00"}).encode()
    for name in ("clock", "Clock"):
        answer = call("POST", f"{cloud.url}/_local/run/{name}", asked, {"content-type": "application/json"})
        done = answer.json()
        assert answer.status == 200
        assert done["result"] == {"event": {"now": "2026-11-24T06:00:00Z", "why": "tick"}}
        assert (done["function"], done["now"], done["drained"]) == ("clock", "2026-11-24T06:00:00Z", True)
    assert tries(cloud, "2026-11-24T06:00:00Z") == 2


def test_a_time_without_offset_is_on_the_clock_of_the_schedule(cloud: LocalCloud) -> None:
    assert cloud.run("clock", "2026-07-01T08:00").now == "2026-07-01T05:00:00Z"


def test_a_run_that_need_not_wait_answers_before_the_queues_are_empty(cloud: LocalCloud) -> None:
    answer = call("POST", f"{cloud.url}/_local/run/clock", b'{"wait": false}')
    assert answer.json()["drained"] is None


@pytest.mark.parametrize(
    ("path", "body", "status", "words"),
    [
        ("nobody", b"", 404, "those are: clock"),
        ("worker", b"", 404, "those are: clock"),
        ("clock", b'{"now": "tomorrow"}', 400, "must be an ISO 8601 time, like 2026-11-24T08:00:00+02:00"),
        ("clock", b'{"now": 5}', 400, "must be an ISO 8601 time"),
        ("clock", b'{"wait": "no"}', 400, "must be true or false"),
        ("clock", b'{"when": "now"}', 400, "may have now and wait"),
        ("clock", b"[]", 400, "must be a JSON object"),
        ("clock", b"{", 400, "not JSON"),
    ],
)
def test_a_wrong_request_to_run_says_what_would_be_right(
    cloud: LocalCloud, path: str, body: bytes, status: int, words: str
) -> None:
    answer = call("POST", f"{cloud.url}/_local/run/{path}", body, {"content-type": "application/json"})
    assert answer.status == status
    assert words in answer.json()["error"]


def test_a_run_that_fails_says_so(scratch: Scratch) -> None:
    scratch.write("functions/clock/handler.py", "def handle(event, context):\n    return {1, 2}\n")
    with LocalCloud(root=scratch.root) as cloud:
        with pytest.raises(HandlerFailed, match="not JSON serializable"):
            cloud.run("clock")
        answer = call("POST", f"{cloud.url}/_local/run/clock")
    assert answer.status == 500
    assert "not JSON serializable" in answer.json()["error"]


def test_a_schedule_fires_at_its_time(scratch: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("newsletter.mailings.schedules._UNITS", {"minute": timedelta(seconds=0.2)})
    scratch.write("template.yaml", TEMPLATE.replace("cron(0 8 ? * TUE *)", "rate(1 minute)"))
    with LocalCloud(root=scratch.root) as cloud:
        table = {"TableName": "newsletter-local-Things"}
        assert eventually(lambda: cloud.backends.client("dynamodb").scan(**table)["Count"] >= 1)


def test_the_environment_comes_from_the_template_and_is_gone_afterwards(
    scratch: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    before, paths = dict(os.environ), list(sys.path)
    with LocalCloud(root=scratch.root) as cloud:
        assert os.environ["THINGS"] == "newsletter-local-Things"
        assert os.environ["NEWSLETTER_PUBLIC_URL"] == cloud.url
        assert os.environ["NEWSLETTER_LOCAL"] == "1"
        assert os.environ["AWS_ENDPOINT_URL_SESV2"] == f"{cloud.url}/_local/ses"
        assert "AWS_PROFILE" not in os.environ
        assert "AWS_ENDPOINT_URL" not in os.environ
        cloud.run("clock")
    assert dict(os.environ) == before
    assert sys.path == paths
    assert not [name for name in sys.modules if name.partition(".")[0] in {"front", "worker", "clock"}]


def test_it_starts_again_in_the_same_process_with_nothing_left_over(scratch: Scratch) -> None:
    for _ in range(2):
        with LocalCloud(root=scratch.root) as cloud:
            send(cloud, "once")
            assert cloud.drain()
            assert tries(cloud, "once") == 1
        scratch.write("functions/front/handler.py", FRONT + "\n")


def test_a_second_process_reaches_the_same_tables_and_queues_over_http(cloud: LocalCloud) -> None:
    there: Any = {
        "endpoint_url": f"{cloud.url}/_local/aws",
        "region_name": "eu-north-1",
        "aws_access_key_id": "x",
        "aws_secret_access_key": "x",
        "config": Config(retries={"total_max_attempts": 1}),
    }
    sqs = boto3.client("sqs", **there)
    url = sqs.get_queue_url(QueueName="newsletter-local-WorkQueue")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="from outside")
    sqs.send_message(QueueUrl=os.environ["WORK_QUEUE"], MessageBody="by the name in the environment")
    assert cloud.drain()
    items = boto3.client("dynamodb", **there).scan(TableName="newsletter-local-Things")["Items"]
    assert sorted(item["id"]["S"] for item in items) == ["by the name in the environment", "from outside"]
    secret = boto3.client("ssm", **there).get_parameter(Name="/newsletter/newsletter-local/pepper", WithDecryption=True)
    assert len(secret["Parameter"]["Value"]) == 64


def test_a_terminal_can_be_pointed_here(cloud: LocalCloud) -> None:
    variables = call("GET", f"{cloud.url}/_local/environment.json").json()
    assert variables["AWS_ENDPOINT_URL"] == f"{cloud.url}/_local/aws"
    assert variables["THINGS"] == "newsletter-local-Things"
    lines = call("GET", f"{cloud.url}/_local/environment").body.decode().splitlines()
    assert f"export AWS_ENDPOINT_URL={cloud.url}/_local/aws" in lines
    assert "export THINGS=newsletter-local-Things" in lines


def test_each_concurrent_execution_has_a_handler_module_of_its_own(
    scratch: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "all_are_here", threading.Barrier(4), raising=False)
    scratch.write(
        "functions/worker/handler.py",
        """
        import sys
        current = None

        def handle(event, context):
            global current
            current = event["name"]
            sys.all_are_here.wait(60)
            return current
        """,
    )
    with LocalCloud(root=scratch.root) as cloud:
        worker = cloud.stack.function("worker")
        assert worker is not None
        with ThreadPoolExecutor(4) as threads:
            answers = list(threads.map(lambda name: cloud.functions.invoke(worker, {"name": name}), "abcd"))
    assert answers == ["a", "b", "c", "d"]


def test_requests_to_one_function_take_turns(scratch: Scratch) -> None:
    scratch.write(
        "functions/front/handler.py",
        """
        import sys, time

        def handle(event, context):
            assert not hasattr(sys, "front_is_busy")
            sys.front_is_busy = True
            time.sleep(0.05)
            del sys.front_is_busy
            return {"statusCode": 200}
        """,
    )
    with LocalCloud(root=scratch.root) as cloud, ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda name: call("GET", f"{cloud.url}/echo/{name}").status, "abcd"))
    assert answers == [200, 200, 200, 200]


def test_two_values_for_one_variable_are_refused_with_both_names(scratch: Scratch) -> None:
    scratch.write(
        "template.yaml",
        TEMPLATE.replace("Timeout: 7", "Timeout: 7\n          Environment: { Variables: { THINGS: other } }"),
    )
    with pytest.raises(
        TemplateError, match=r"^template.yaml: Worker: THINGS is 'other' here and 'newsletter-local-Things' in Front"
    ):
        LocalCloud(root=scratch.root).__enter__()


def test_a_nonsense_schedule_is_refused_at_the_start(scratch: Scratch) -> None:
    scratch.write("template.yaml", TEMPLATE.replace("cron(0 8 ? * TUE *)", "cron(0 8 * * TUE *)"))
    with pytest.raises(TemplateError, match=r"^template.yaml: Clock: cron\(0 8 \* \* TUE \*\) needs \? in exactly one"):
        LocalCloud(root=scratch.root).__enter__()


def test_a_port_in_use_and_a_missing_feed_are_one_clear_line(cloud: LocalCloud, scratch: Scratch) -> None:
    with pytest.raises(CannotStart, match=rf"^Port {cloud.port} cannot be used .* make demo PORT=8001$"):
        LocalCloud(cloud.port, root=scratch.root).__enter__()
    with pytest.raises(CannotStart, match=r"^NEWSLETTER_FEED_URL: there is no file /nowhere/feed.xml"):
        LocalCloud(feed_url="/nowhere/feed.xml", root=scratch.root).__enter__()


def test_the_feeds_of_the_publication_are_read_where_they_are_asked_for(tmp_path: Path) -> None:
    feed = tmp_path / "feed.xml"
    feed.write_text("<rss/>")
    sample = "http://127.0.0.1:8000/_local/blog/feed.xml"
    assert feed_address("publication", sample) == ""
    assert feed_address(None, sample) == feed_address("", sample) == sample
    assert feed_address(str(feed), sample) == feed.as_uri()
    assert feed_address("https://blog.example/feed", sample) == "https://blog.example/feed"


def test_unknown_functions_are_told_apart_in_python_too(cloud: LocalCloud) -> None:
    with pytest.raises(UnknownFunction, match="those are: clock"):
        cloud.run("nobody")


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
