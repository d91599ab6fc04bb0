"""The template keeps what it promises: nothing is lost in silence, nobody may do more than they need."""

from __future__ import annotations

import json
import re
from importlib import import_module
from typing import Any

import pytest

from newsletter.mailings.schedules import Cron, parse
from newsletter.platform.aws.items import KEYS
from newsletter.platform.settings import read_settings
from newsletter.readers.profiles.subscriber_items import INDEXED
from newsletter.sending.ledger import LEASE
from newsletter.sending.reserve_slots import MAX_SLEEP
from newsletter.sending.send_batches import MAX_CONCURRENT
from rehearsal.template.cloudformation import Resource
from rehearsal.template.model import Function
from tests.template.stacks import ROOT, alarms, function, resources, stack_with_replies

FOLDERS = [
    "feed_ingest",
    "planner",
    "sender",
    "feedback",
    "public_site",
    "console",
    "transfers",
    "lead_handoff",
    "nurture",
]
STACK = stack_with_replies()
FUNCTIONS = STACK.functions
QUEUES = {queue.properties.get("QueueName", queue.physical_id): queue for queue in resources("AWS::SQS::Queue", STACK)}
DAY = 24 * 3600
FORTNIGHT = 14 * DAY
SHORT = {
    "FeedbackQueue": 4 * DAY,
    "FeedbackDeadLetters": 7 * DAY,
    "VisitQueue": 4 * DAY,
    "VisitDeadLetters": 7 * DAY,
    "ReplyQueue": 4 * DAY,
    "ReplyDeadLetters": 7 * DAY,
}
"""Queues with reports of SES, which name addresses, with who opened what, and with who wrote to us."""
by_id = pytest.mark.parametrize("each", FUNCTIONS, ids=lambda each: each.logical_id)


def queue_behind(arn: str) -> Resource:
    return QUEUES[arn.rpartition(":")[2]]


def dead_letters_of(queue: Resource) -> Resource:
    return queue_behind(queue.properties["RedrivePolicy"]["deadLetterTargetArn"])


def has_alarm(queue: Resource) -> bool:
    """Whether the first message in the queue tells somebody."""
    return any(
        alarm.properties.get("Namespace") == "AWS/SQS"
        and alarm.properties["MetricName"] == "ApproximateNumberOfMessagesVisible"
        and alarm.properties["Dimensions"] == [{"Name": "QueueName", "Value": queue.physical_id}]
        and alarm.properties["ComparisonOperator"] == "GreaterThanThreshold"
        and alarm.properties["Threshold"] == 0
        and alarm.properties["AlarmActions"] != []
        for alarm in alarms(STACK)
    )


# --- functions -------------------------------------------------------------------------------------------------------


def test_every_folder_with_a_handler_is_a_function_and_every_function_a_folder() -> None:
    assert sorted(path.parent.name for path in (ROOT / "functions").glob("*/handler.py")) == sorted(FOLDERS)
    assert [each.folder for each in FUNCTIONS] == FOLDERS  # in pipeline order


@by_id
def test_a_function_is_named_for_its_folder_and_its_handler_is_there(each: Function) -> None:
    assert each.handler == f"{each.folder}.handler.handle"
    assert each.logical_id == "".join(word.capitalize() for word in each.folder.split("_"))
    assert callable(import_module(f"{each.folder}.handler").handle)


@by_id
def test_a_function_finds_every_setting_it_reads_in_its_environment(each: Function) -> None:
    settings = read_settings(each.environment)
    assert settings.templates.as_posix() == "/opt"
    assert not settings.local


def test_the_template_sets_no_variable_that_nobody_reads() -> None:
    read = (ROOT / "functions" / "newsletter" / "platform" / "settings.py").read_text(encoding="utf-8")
    named = [name for name in re.findall(r'"([A-Z_]{4,})"', read) if not name.startswith("AWS_")]  # Lambda's own
    known = {f"NEWSLETTER_{name.removeprefix('NEWSLETTER_')}" for name in named}
    set_here = {name for each in FUNCTIONS for name in each.environment if name.startswith("NEWSLETTER_")}
    assert set_here == known - {"NEWSLETTER_LOCAL"}


def test_routes_of_the_api_are_the_paths_that_the_public_site_knows() -> None:
    known = {path for path, *_ in import_module("public_site.handler").PATHS}
    routes = next(each.routes for each in FUNCTIONS if each.folder == "public_site")
    assert {route.path for route in routes} == known
    assert {route.method for route in routes} == {"ANY"}


def test_no_batch_that_a_sender_is_handed_waits_for_a_thread() -> None:
    sender = next(each for each in FUNCTIONS if each.folder == "sender")
    (batches,) = (source for source in sender.queues if queue_behind(source.queue_arn).logical_id == "BatchQueue")
    assert batches.batch_size <= MAX_CONCURRENT


def test_a_claim_outlives_its_sender_and_ends_before_the_queue_offers_the_batch_again() -> None:
    sender = next(each for each in FUNCTIONS if each.folder == "sender")
    assert sender.timeout < LEASE.total_seconds()
    for source in sender.queues:
        assert LEASE.total_seconds() < queue_behind(source.queue_arn).properties["VisibilityTimeout"]
        assert MAX_SLEEP * source.batch_size < sender.timeout


# --- queues ----------------------------------------------------------------------------------------------------------

SOURCES = [(each, source) for each in FUNCTIONS for source in each.queues]


@pytest.mark.parametrize(("each", "source"), SOURCES, ids=lambda part: getattr(part, "queue_name", None))
def test_a_message_that_cannot_be_handled_comes_back_alone_and_at_last_wakes_a_person(
    each: Function, source: Any
) -> None:
    queue = queue_behind(source.queue_arn)
    assert source.reports_failures
    assert queue.properties["VisibilityTimeout"] >= 6 * each.timeout  # AWS: Lambda with SQS
    assert queue.properties["RedrivePolicy"]["maxReceiveCount"] >= 5
    dead = dead_letters_of(queue)
    # A dead letter is as old as the message it was, so its queue must keep it longer.
    kept, kept_dead = (each.properties["MessageRetentionPeriod"] for each in (queue, dead))
    assert kept == SHORT.get(queue.logical_id, FORTNIGHT)
    assert kept_dead == SHORT.get(dead.logical_id, FORTNIGHT) >= kept
    assert has_alarm(dead)


def test_every_queue_has_a_reader_or_holds_dead_letters_under_an_alarm() -> None:
    read = {queue_behind(source.queue_arn).logical_id for _, source in SOURCES}
    assert {queue.logical_id for queue in QUEUES.values() if not has_alarm(queue)} == read


def test_every_queue_is_made_in_the_one_shape() -> None:
    assert {queue.file for queue in QUEUES.values()} == {"infra/queue.yaml"}


def test_every_queue_is_encrypted() -> None:
    assert [queue.logical_id for queue in QUEUES.values() if not queue.properties.get("SqsManagedSseEnabled")] == []


def test_reports_of_ses_are_encrypted_in_the_topic_with_a_key_that_ses_may_use() -> None:
    """AWS: SNS key management. With the AWS managed key nothing of SES's would arrive."""
    (topic,) = (each for each in resources("AWS::SNS::Topic") if each.logical_id == "MailEvents")
    (key,) = resources("AWS::KMS::Key")
    assert topic.properties["KmsMasterKeyId"] == key.physical_id
    account, ses = key.properties["KeyPolicy"]["Statement"]
    assert account["Principal"]["AWS"].endswith(":root")
    assert ses["Principal"] == {"Service": "ses.amazonaws.com"}
    assert set(ses["Action"]) == {"kms:GenerateDataKey", "kms:Decrypt"}
    assert "Condition" not in ses


def test_ses_reports_all_that_feedback_understands_and_nothing_of_what_readers_open() -> None:
    (destination,) = resources("AWS::SES::ConfigurationSetEventDestination")
    types = set(destination.properties["EventDestination"]["MatchingEventTypes"])
    assert {"send", "delivery", "bounce", "complaint", "reject", "renderingFailure"} <= types
    assert not types & {"open", "click"}


def test_mail_events_go_raw_to_the_feedback_queue_and_undeliverable_ones_to_its_dead_letters() -> None:
    (subscription,) = (each for each in resources("AWS::SNS::Subscription") if each.properties["Protocol"] == "sqs")
    feedback = next(source.queue_arn for each, source in SOURCES if each.folder == "feedback")
    assert subscription.properties["Endpoint"] == feedback
    assert subscription.properties["RawMessageDelivery"] is True
    dead = subscription.properties["RedrivePolicy"]["deadLetterTargetArn"]
    assert queue_behind(dead) == dead_letters_of(queue_behind(feedback))


# --- schedules -------------------------------------------------------------------------------------------------------

SCHEDULES = [
    (each.logical_id, event["Properties"])
    for each in FUNCTIONS
    for event in function(each.logical_id).properties["Events"].values()
    if event["Type"] == "ScheduleV2"
]


@pytest.mark.parametrize(("each", "schedule"), SCHEDULES, ids=lambda part: part if isinstance(part, str) else "")
def test_a_schedule_passes_its_time_and_what_fails_for_good_wakes_a_person(each: str, schedule: dict[str, Any]) -> None:
    assert json.loads(schedule["Input"])["now"] == "<aws.scheduler.scheduled-time>"
    assert has_alarm(queue_behind(schedule["DeadLetterConfig"]["Arn"]))
    letters = function(each).properties["DeadLetterQueue"]
    assert letters["Type"] == "SQS"
    assert has_alarm(queue_behind(letters["TargetArn"]))


def test_feeds_are_read_and_steps_sent_by_themselves_and_the_digest_every_week() -> None:
    assert [name for name, _ in SCHEDULES] == ["FeedIngest", "Planner", "Planner", "Nurture"]


def test_the_digest_goes_out_at_an_hour_that_every_day_has_once() -> None:
    digest = function("Planner").properties["Events"]["Digest"]["Properties"]
    cron = parse(digest["ScheduleExpression"], digest["ScheduleExpressionTimezone"])
    assert isinstance(cron, Cron)
    assert not cron.hours & {2, 3, 4}  # clocks change between two and four in Europe


# --- storage ---------------------------------------------------------------------------------------------------------


def test_tables_outlive_the_stack_and_can_be_restored_but_the_one_that_costs_nothing_to_lose() -> None:
    text = (ROOT / "infra" / "storage.yaml").read_text(encoding="utf-8")
    tables = {table.logical_id: table.properties for table in resources("AWS::DynamoDB::Table")}
    assert set(tables) == {"Subscribers", "Content", "Deliveries", "Leads", "Guards"}
    for name, properties in tables.items():
        restored = properties.get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled", False)
        assert restored is (name != "Guards")
        assert properties["SSESpecification"] == {"SSEEnabled": True}
        body = text[text.index(f"  {name}:\n") :].partition("Properties:")[0]
        assert (body.count(": Retain") == 2) is (name != "Guards")


def test_a_write_is_compared_by_the_key_of_its_table() -> None:
    schemas = [table.properties["KeySchema"] for table in resources("AWS::DynamoDB::Table")]
    assert {tuple(each["AttributeName"] for each in schema) for schema in schemas} == set(KEYS)


def test_the_index_for_planning_holds_no_address() -> None:
    (table,) = (table for table in resources("AWS::DynamoDB::Table") if table.logical_id == "Subscribers")
    (read,) = {each.environment["NEWSLETTER_MAILABLE_INDEX"] for each in FUNCTIONS}
    (index,) = (each for each in table.properties["GlobalSecondaryIndexes"] if each["IndexName"] == read)
    assert index["Projection"]["ProjectionType"] == "INCLUDE"
    held = index["Projection"]["NonKeyAttributes"]
    assert not {"email", "name"} & set(held)
    assert set(held) == {"confirmed_at", "joined_by", *(name for name, _ in INDEXED)}, (
        "what planning reads, and no more"
    )


INDEXES = {
    "mailable": {"topics", "language", "frequency", "paused_until", "tracking", "cadence"},
    "mailable-2": {"topics", "language", "frequency", "paused_until", "tracking", "cadence", "welcomed", "taken"},
    "mailable-3": {
        *("topics", "language", "frequency", "paused_until", "tracking", "cadence", "welcomed", "taken"),
        *("confirmed_at", "joined_by"),
    },
}
"""What the indexes of stacks that are in use hold: DynamoDB never changes it, and a deployment that tries to fails."""


def test_an_index_that_stacks_have_holds_what_it_always_held() -> None:
    (table,) = (table for table in resources("AWS::DynamoDB::Table") if table.logical_id == "Subscribers")
    there = {each["IndexName"]: each["Projection"] for each in table.properties["GlobalSecondaryIndexes"]}
    for name, held in INDEXES.items():
        assert name not in there or set(there[name]["NonKeyAttributes"]) == held, "see docs/operate.md"
