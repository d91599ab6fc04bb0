"""Creates the tables, queues, buckets, topics, subscriptions and rules of a stack in an emulator, by boto3 clients."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from rehearsal.template.model import Stack

TABLE, QUEUE, BUCKET = "AWS::DynamoDB::Table", "AWS::SQS::Queue", "AWS::S3::Bucket"
TOPIC, SUBSCRIPTION = "AWS::SNS::Topic", "AWS::SNS::Subscription"
RULE = "AWS::Events::Rule"
PROVISIONED = (TABLE, QUEUE, TOPIC, SUBSCRIPTION, BUCKET, RULE)

_TABLE_PROPERTIES = (
    "BillingMode", "ProvisionedThroughput", "AttributeDefinitions", "KeySchema",
    "GlobalSecondaryIndexes", "LocalSecondaryIndexes", "StreamSpecification",
)  # fmt: skip


def provision(stack: Stack, client: Callable[[str], Any], *, only: Collection[str] = PROVISIONED) -> None:
    """Create what the stack declares, in an empty account.

    `client("dynamodb")` gives a boto3 client; `only` limits the resource types (dynalite knows tables alone)."""
    if TABLE in only:
        _create_tables(stack, client("dynamodb"))
    if QUEUE in only:
        _create_queues(stack, client("sqs"))
    if BUCKET in only:
        for bucket in stack.of_type(BUCKET):
            client("s3").create_bucket(
                Bucket=bucket.physical_id,
                CreateBucketConfiguration={"LocationConstraint": stack.account.region},
            )
    if TOPIC in only:
        for topic in stack.of_type(TOPIC):
            client("sns").create_topic(Name=topic.physical_id)
    if SUBSCRIPTION in only:
        _subscribe(stack, client("sns"))
    if RULE in only:
        _add_rules(stack, client("events"))


def _create_tables(stack: Stack, dynamodb: Any) -> None:
    for table in stack.of_type(TABLE):
        properties = {name: table.properties[name] for name in _TABLE_PROPERTIES if name in table.properties}
        dynamodb.create_table(TableName=table.physical_id, **properties)
    for table in stack.of_type(TABLE):
        dynamodb.get_waiter("table_exists").wait(TableName=table.physical_id, WaiterConfig={"Delay": 1})
        expiry = table.properties.get("TimeToLiveSpecification")
        if expiry:
            _set_expiry(dynamodb, table.physical_id, expiry)


def _set_expiry(dynamodb: Any, name: str, expiry: Mapping[str, Any]) -> None:
    try:
        dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=expiry)
    except ClientError as error:
        # dynalite has no expiry; nothing in the product relies on an item being gone in time.
        if error.response["Error"]["Code"] != "UnknownOperationException":
            raise


def _create_queues(stack: Stack, sqs: Any) -> None:
    urls: dict[str, str] = {}
    for queue in stack.of_type(QUEUE):
        attributes = {
            name: _attribute(value)
            for name, value in queue.properties.items()
            if name not in {"QueueName", "Tags", "RedrivePolicy"}
        }
        urls[queue.physical_id] = sqs.create_queue(QueueName=queue.physical_id, Attributes=attributes)["QueueUrl"]
    # After all exist, because a queue may name its dead letters before they are created.
    for queue in stack.of_type(QUEUE):
        redrive = queue.properties.get("RedrivePolicy")
        if redrive:
            sqs.set_queue_attributes(
                QueueUrl=urls[queue.physical_id], Attributes={"RedrivePolicy": json.dumps(redrive)}
            )


def _subscribe(stack: Stack, sns: Any) -> None:
    for subscription in stack.of_type(SUBSCRIPTION):
        attributes = {
            name: _attribute(value)
            for name, value in subscription.properties.items()
            if name not in {"TopicArn", "Protocol", "Endpoint"}
        }
        sns.subscribe(
            TopicArn=subscription.properties["TopicArn"],
            Protocol=subscription.properties["Protocol"],
            Endpoint=subscription.properties["Endpoint"],
            Attributes=attributes,
        )


def _add_rules(stack: Stack, events: Any) -> None:
    buses = {"default"}
    for rule in stack.of_type(RULE):
        bus = rule.properties.get("EventBusName", "default")
        if bus not in buses:
            events.create_event_bus(Name=bus)
            buses.add(bus)
        pattern = json.dumps(rule.properties["EventPattern"])
        events.put_rule(Name=rule.physical_id, EventBusName=bus, EventPattern=pattern)
        events.put_targets(Rule=rule.physical_id, EventBusName=bus, Targets=rule.properties["Targets"])


def _attribute(value: object) -> str:
    """SQS and SNS take every attribute as text, booleans as JSON writes them."""
    return value if isinstance(value, str) else json.dumps(value)
