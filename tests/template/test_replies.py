"""Answers are received where ReplyDomain is given: one rule, one bucket, one queue; else there is none of it."""

from __future__ import annotations

from typing import Any

import pytest

from rehearsal.template.cloudformation import Resource, TemplateError
from rehearsal.template.model import Stack
from rehearsal.template.stack import MAPPING, load_stack
from tests.template.stacks import PARAMETERS, ROOT, as_list, stack, stack_with_replies

DOMAIN = "vastaa.example.fi"
REPLIES = "infra/replies.yaml"
NAME = "newsletter-replies"


def receiving(**parameters: str) -> Stack:
    return load_stack(ROOT, {**PARAMETERS, "ReplyDomain": DOMAIN, **parameters}, stack_name="newsletter")


def resource(logical_id: str, of: Stack | None = None) -> Resource:
    found = (of or stack_with_replies()).resources
    return next(each[logical_id] for each in found.values() if logical_id in each)


def policies(of: Stack) -> list[dict[str, Any]]:
    feedback = resource("Feedback", of)
    return [statement for policy in feedback.properties["Policies"] for statement in policy.get("Statement", [])]


def test_without_a_domain_the_stack_has_nothing_of_it() -> None:
    without, with_replies = stack(), stack_with_replies()
    assert REPLIES not in without.resources
    assert list(without.of_type(MAPPING, "AWS::SES::ReceiptRule", "AWS::SES::ReceiptRuleSet")) == []
    names = {(file, name) for file, each in with_replies.resources.items() for name in each}
    assert names - {(file, name) for file, each in without.resources.items() for name in each} == {
        *((REPLIES, name) for name in with_replies.resources[REPLIES]),
        *(("infra/queue.yaml", f"Reply{name}") for name in ("Queue", "DeadLetters", "DeadLettersAlarm")),
        ("template.yaml", "FeedbackReplies"),
    }
    for function in without.functions:
        assert function.environment["NEWSLETTER_REPLY_QUEUE"] == function.environment["NEWSLETTER_REPLY_BUCKET"] == ""
    before = [each["Sid"] for each in policies(without)]
    assert [each["Sid"] for each in policies(with_replies)][: len(before)] == before
    assert not any(
        "s3:" in action or "ses:" in action for each in policies(without) for action in as_list(each["Action"])
    )


def test_the_rule_receives_for_the_domain_alone_scans_and_tells_the_topic() -> None:
    rule = resource("Rule").properties
    assert rule["RuleSetName"] == resource("RuleSet").properties["RuleSetName"] == "newsletter-replies"
    assert rule["Rule"] == {
        "Name": "newsletter-replies",
        "Enabled": True,
        "Recipients": [DOMAIN],
        "ScanEnabled": True,
        "TlsPolicy": "Optional",
        "Actions": [
            {
                "S3Action": {
                    "BucketName": resource("Received").physical_id,
                    "TopicArn": resource("NoticesToReply").properties["TopicArn"],
                }
            }
        ],
    }


def test_a_set_that_is_named_gets_the_rule_and_none_is_made() -> None:
    named = receiving(ReceiptRuleSet="company-mail")
    assert "RuleSet" not in named.resources[REPLIES]
    assert resource("Rule", named).properties["RuleSetName"] == "company-mail"
    assert may_put(named)["AWS:SourceArn"].endswith(":receipt-rule-set/company-mail:receipt-rule/newsletter-replies")


def may_put(of: Stack) -> dict[str, str]:
    (allowed,) = (
        each
        for each in resource("ReceivedPolicy", of).properties["PolicyDocument"]["Statement"]
        if each["Effect"] == "Allow"
    )
    assert (allowed["Principal"], allowed["Action"]) == ({"Service": "ses.amazonaws.com"}, "s3:PutObject")
    condition: dict[str, str] = allowed["Condition"]["StringEquals"]
    return condition


def test_only_that_rule_of_this_account_writes_to_the_bucket_which_forgets_and_shows_nobody_anything() -> None:
    assert may_put(stack_with_replies()) == {
        "AWS:SourceAccount": "123456789012",
        "AWS:SourceArn": f"arn:aws:ses:eu-north-1:123456789012:receipt-rule-set/{NAME}:receipt-rule/{NAME}",
    }
    bucket = resource("Received").properties
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    assert bucket["LifecycleConfiguration"]["Rules"][0]["ExpirationInDays"] == 30
    assert bucket["BucketEncryption"]
    denied = [
        each
        for each in resource("ReceivedPolicy").properties["PolicyDocument"]["Statement"]
        if each["Effect"] == "Deny"
    ]
    assert [each["Condition"] for each in denied] == [{"Bool": {"aws:SecureTransport": "false"}}]


def test_the_rule_is_made_after_what_ses_tries_when_it_is_made() -> None:
    from rehearsal.template.cloudformation import read_yaml

    body = read_yaml(ROOT / REPLIES, REPLIES)["Resources"]["Rule"]
    assert set(body["DependsOn"]) == {"ReceivedPolicy", "NoticesPolicy"}


def test_a_notice_goes_to_the_queue_as_it_is_under_the_key_of_reports() -> None:
    topic, subscription = resource("Notices"), resource("NoticesToReply").properties
    assert topic.properties["KmsMasterKeyId"].endswith(resource("MailEventsKey").physical_id)
    assert subscription["RawMessageDelivery"] is True
    assert subscription["Endpoint"].endswith(resource("ReplyQueue").physical_id)
    assert subscription["RedrivePolicy"]["deadLetterTargetArn"].endswith(resource("ReplyDeadLetters").physical_id)
    (allowed,) = resource("ReplyQueuesPolicy").properties["PolicyDocument"]["Statement"]
    assert allowed["Condition"] == {"ArnEquals": {"aws:SourceArn": subscription["TopicArn"]}}


def test_feedback_takes_one_mail_at_a_time_and_has_six_times_its_time_for_it() -> None:
    feedback = stack_with_replies().function("feedback")
    assert feedback is not None
    (source,) = (each for each in feedback.queues if each.queue_name == resource("ReplyQueue").physical_id)
    assert (source.batch_size, source.max_concurrency, source.reports_failures, source.window) == (1, 5, True, 0)
    queue = resource("ReplyQueue").properties
    assert queue["VisibilityTimeout"] == 6 * feedback.timeout
    assert feedback.environment["NEWSLETTER_REPLY_QUEUE"].endswith(source.queue_name)
    assert feedback.environment["NEWSLETTER_REPLY_BUCKET"] == resource("Received").physical_id
    mapping = resource("FeedbackReplies")
    assert mapping.properties["FunctionName"] == resource("Feedback").physical_id


def test_feedback_may_read_what_came_and_send_from_our_domain_and_nothing_more() -> None:
    before = {each["Sid"] for each in policies(stack())}
    more = [each for each in policies(stack_with_replies()) if each["Sid"] not in before]
    bucket = resource("Received").physical_id
    own = {each["Sid"]: each for each in more}
    assert own["ReadMailsThatCame"]["Action"] == "s3:GetObject"
    assert own["ReadMailsThatCame"]["Resource"] == f"arn:aws:s3:::{bucket}/*"
    assert own["ForwardAnswersFromOurDomain"]["Resource"] == [
        "arn:aws:ses:eu-north-1:123456789012:identity/example.fi",
        "arn:aws:ses:eu-north-1:123456789012:configuration-set/newsletter-mail",
    ]
    assert set(own["ForwardAnswersFromOurDomain"]["Action"]) == {"ses:SendEmail", "ses:SendRawEmail"}
    polled = [
        each["SQSPollerPolicy"] for each in resource("Feedback").properties["Policies"] if "SQSPollerPolicy" in each
    ]
    assert {"QueueName": resource("ReplyQueue").physical_id} in polled


@pytest.mark.parametrize("domain", ["Vastaa.example.fi", "vastaa", "vastaa.example.fi.", "-a.example.fi", "a@b.fi"])
def test_what_is_no_domain_is_refused_with_what_would_be_right(domain: str) -> None:
    with pytest.raises(TemplateError, match=r"ReplyDomain is .* and must be empty, or a domain in small letters"):
        receiving(ReplyDomain=domain)
