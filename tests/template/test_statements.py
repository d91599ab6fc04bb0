"""The rights that the template gives functions, queues and topics: each named, none wider than it must be."""

from __future__ import annotations

import pytest

from newsletter.platform.aws.clients import SERVICES
from rehearsal.template.model import Function
from tests.template.stacks import as_list, function, resources, stack_with_replies, statements

STACK = stack_with_replies()
FUNCTIONS = STACK.functions
QUEUES = {queue.properties.get("QueueName", queue.physical_id): queue for queue in resources("AWS::SQS::Queue", STACK)}
by_id = pytest.mark.parametrize("each", FUNCTIONS, ids=lambda each: each.logical_id)


@by_id
def test_no_right_is_wider_than_a_named_action_on_a_named_resource(each: Function) -> None:
    wide = [
        (statement["Sid"], part)
        for statement in statements(each.logical_id, STACK)
        for part in (*statement["Action"], *statement["Resource"])
        if "*" in part
    ]
    # GetAccount and the suppression list are the account's own: these actions know no resource (AWS: Service
    # Authorization Reference, SES v2).
    rate = [("ReadTheSendingRate", "*")]
    listed = [("LetWhoBouncedComeBackWithAFreshSignUp", "*")]
    # A right on objects names their bucket: their names are made from what they are.
    buckets = {each.logical_id: f"arn:aws:s3:::{each.physical_id}/*" for each in resources("AWS::S3::Bucket", STACK)}
    asking = {
        "planner": rate,
        "sender": rate + listed,
        "nurture": [("ReadTheQuota", "*")],
        "feedback": [("ReadMailsThatCame", buckets["Received"]), *rate],
        "public_site": [("ShowPictures", buckets["Pictures"])],
        "console": [("TakePictures", buckets["Pictures"])],
    }
    assert wide == asking.get(each.folder, [])


@by_id
def test_every_right_says_what_it_is_for_and_belongs_to_a_service_we_call(each: Function) -> None:
    sids = [statement["Sid"] for statement in statements(each.logical_id, STACK)]
    assert len(sids) == len(set(sids))
    services = {
        action.partition(":")[0] for statement in statements(each.logical_id, STACK) for action in statement["Action"]
    }
    assert services <= {service.removesuffix("v2") for service in SERVICES}


def test_policies_come_as_statements_or_as_known_templates_for_one_queue() -> None:
    for each in FUNCTIONS:
        for policy in function(each.logical_id, STACK).properties.get("Policies", []):
            (kind,) = policy
            assert kind in {"Statement", "SQSPollerPolicy", "SQSSendMessagePolicy"}
            if kind != "Statement":
                assert policy[kind]["QueueName"] in QUEUES


def test_queue_and_topic_policies_name_their_service_and_their_source() -> None:
    for policy in resources("AWS::SQS::QueuePolicy", STACK) + resources("AWS::SNS::TopicPolicy", STACK):
        for statement in policy.properties["PolicyDocument"]["Statement"]:
            assert statement["Effect"] == "Allow"
            assert set(statement["Principal"]) == {"Service"}
            assert not [part for part in as_list(statement["Action"]) if "*" in part]
            assert statement["Condition"] != {}
