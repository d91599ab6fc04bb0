"""Which messages go back to their queue is decided as Lambda decides it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal import events
from rehearsal.lambda_ import logs
from rehearsal.lambda_.pollers import failed_ids

IDS = st.sets(st.text(min_size=1, max_size=3), min_size=1)


@given(data=st.data(), ids=IDS)
def test_exactly_the_reported_messages_go_back(data: st.DataObject, ids: set[str]) -> None:
    reported = data.draw(st.sets(st.sampled_from(sorted(ids))))
    answer = {"batchItemFailures": [{"itemIdentifier": each} for each in sorted(reported)]}
    assert failed_ids(answer, ids) == reported


@pytest.mark.parametrize("answer", [None, {}, "ok", {"batchItemFailures": []}, {"batchItemFailures": None}])
def test_nothing_reported_means_everything_is_done(answer: object) -> None:
    assert failed_ids(answer, {"a", "b"}) == set()


@pytest.mark.parametrize(
    "failures",
    [
        [{"itemIdentifier": ""}],
        [{"itemIdentifier": None}],
        [{"itemIdentifier": "c"}],
        [{"itemIdentifier": "a"}, {"itemIdentifier": "c"}],
        [{"ItemIdentifier": "a"}],
        ["a"],
        "a",
        {"itemIdentifier": "a"},
    ],
)
def test_a_report_that_cannot_be_read_brings_everything_back(failures: object) -> None:
    assert failed_ids({"batchItemFailures": failures}, {"a", "b"}) == {"a", "b"}


def test_a_record_has_the_fields_of_an_sqs_event() -> None:
    message = {
        "MessageId": "id",
        "ReceiptHandle": "handle",
        "Body": "text",
        "MD5OfBody": "1cb251ec0d568de6a929b520c4aed8d1",
        "Attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1795500000000"},
        "MessageAttributes": {"kind": {"StringValue": "x", "DataType": "String"}},
    }
    assert events.sqs_record_of(message, "arn:aws:sqs:eu-north-1:123456789012:q") == {
        "messageId": "id",
        "receiptHandle": "handle",
        "body": "text",
        "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1795500000000"},
        "messageAttributes": {
            "kind": {
                "stringValue": "x",
                "binaryValue": None,
                "stringListValues": [],
                "binaryListValues": [],
                "dataType": "String",
            }
        },
        "md5OfBody": "1cb251ec0d568de6a929b520c4aed8d1",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-north-1:123456789012:q",
        "awsRegion": "eu-north-1",
    }


def test_a_log_record_is_one_readable_line_and_its_traceback() -> None:
    plain = {
        "level": "WARNING",
        "message": "slow",
        "location": "x:1",
        "timestamp": "t",
        "service": "s",
        "mailing": "m1",
    }
    assert logs.readable(json.dumps(plain)) == "WARNING slow (mailing=m1)"
    assert (
        logs.readable(json.dumps(plain | {"exception": "Traceback: boom"}))
        == "WARNING slow (mailing=m1)\nTraceback: boom"
    )


@pytest.mark.parametrize("line", ["hello", '{"not": "a record"}', "[1]", ""])
def test_any_other_line_stays_as_it_is(line: str) -> None:
    assert logs.readable(line) == line
