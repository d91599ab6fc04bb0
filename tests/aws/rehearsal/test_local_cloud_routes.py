"""Functions of the local cloud behind HTTP, and a terminal that is pointed at it."""

from __future__ import annotations

import base64
import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from botocore.config import Config

from rehearsal.cloud import LocalCloud
from tests.support.stack import small_stack
from tests.support.stack.small_stack import Scratch, call

cloud = small_stack.cloud
scratch = small_stack.scratch


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
