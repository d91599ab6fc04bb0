"""What we change inside moto and botocore changes no answer of SQS, SNS and SSM."""

from __future__ import annotations

from random import Random
from typing import Any

import boto3
import pytest

from tests.support.aws.moto_calls import CALLS, KEYS, SEEDS, answered, moto


def sqs_answers(client: Any, seed: int) -> list[Any]:
    """What is said to the calls of a seed, from an empty queue on, without ids and handles."""
    random = Random(seed)  # noqa: S311
    url = client.create_queue(QueueName="q", Attributes={"VisibilityTimeout": "600"})["QueueUrl"]
    handles: list[str] = []
    said: list[Any] = []
    for number in range(CALLS):
        what = random.choice(["send", "send", "batch", "receive", "receive", "delete", "deletes", "hide", "count"])
        named: dict[str, Any] = {"QueueUrl": url if random.random() < 0.95 else f"{url}-that-is-not-there"}
        handle = handles.pop(random.randrange(len(handles))) if handles else "none"
        if what == "send":
            delay = random.choice([0, 0, 900, 901])
            operation = "send_message"
            named |= {"MessageBody": f"Å{number}", "DelaySeconds": delay, **attributes(random)}
        elif what == "batch":
            operation = "send_message_batch"
            entries = [{"Id": str(each), "MessageBody": f"{number} {each}"} for each in range(random.randint(0, 11))]
            named["Entries"] = [each | attributes(random) for each in entries]
        elif what == "receive":
            operation = "receive_message"
            names = {"MessageSystemAttributeNames": ["ApproximateReceiveCount"], "MessageAttributeNames": ["All"]}
            named |= {"MaxNumberOfMessages": random.randint(1, 11)} | random.choice([{}, names])
        elif what == "count":
            operation = "get_queue_attributes"
            named["AttributeNames"] = [f"ApproximateNumberOfMessages{kind}" for kind in ("", "NotVisible", "Delayed")]
        elif what == "delete":
            operation = "delete_message"
            named["ReceiptHandle"] = handle
        elif what == "deletes":
            operation = "delete_message_batch"
            named["Entries"] = [{"Id": str(at), "ReceiptHandle": each} for at, each in enumerate((handle, "none"))]
        else:
            operation = "change_message_visibility"
            named |= {"ReceiptHandle": handle, "VisibilityTimeout": 0}
        answer = answered(client, operation, named)
        if operation == "receive_message" and isinstance(answer, dict):
            handles += [each["ReceiptHandle"] for each in answer.get("Messages", [])]
        said.append((operation, without_chance(answer)))
    client.delete_queue(QueueUrl=url)
    return said


def attributes(random: Random) -> dict[str, Any]:
    """Attributes of a message, at times with a value that is binary."""
    text = {"MessageAttributes": {"a": {"DataType": "String", "StringValue": "Å"}}}
    trace = {"MessageSystemAttributes": {"AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1"}}}
    binary = {"MessageAttributes": {"b": {"DataType": "Binary", "BinaryValue": b"\xc5"}}}
    return random.choice([{}, {}, text, trace, text | trace, binary])


def without_chance(answer: Any) -> Any:
    """Without what is drawn anew each time."""
    if isinstance(answer, dict):
        drawn = ("MessageId", "ReceiptHandle")
        return {name: without_chance(each) for name, each in answer.items() if name not in drawn}
    return [without_chance(each) for each in answer] if isinstance(answer, list) else answer


def other_answers() -> list[Any]:
    """What a topic, the queue behind it and the store of secrets say."""
    sns, sqs, ssm = (boto3.client(service, **KEYS) for service in ("sns", "sqs", "ssm"))
    topic = sns.create_topic(Name="t")["TopicArn"]
    url = sqs.create_queue(QueueName="of-topic")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    ssm.put_parameter(Name="/a", Value="Å", Type="SecureString")
    parameter = answered(ssm, "get_parameter", {"Name": "/a", "WithDecryption": True})
    assert parameter["Parameter"].pop("LastModifiedDate").tzinfo is not None
    subject = {"TopicArn": topic, "Message": "m", "Subject": "s"}
    published = [
        answered(sns, "publish", named)
        for named in ({"TopicArn": topic, "Message": "Å &+="}, subject, {"TopicArn": f"{topic}x", "Message": "m"})
    ]
    return [
        parameter,
        answered(ssm, "get_parameter", {"Name": "/b"}),
        without_chance(published),
        [each["Body"] for each in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]],
    ]


@pytest.mark.parametrize("seed", SEEDS)
def test_queues_topics_and_parameters_answer_the_same_with_our_patches_and_without(seed: int) -> None:
    said = []
    for patched in (True, False):
        with moto(patched=patched):
            said.append((sqs_answers(boto3.client("sqs", **KEYS), seed), other_answers()))
    assert said[0] == said[1]
    codes = {answer for _, answer in said[0][0] if isinstance(answer, str)}
    assert len(codes) > 2, "nothing was refused"
