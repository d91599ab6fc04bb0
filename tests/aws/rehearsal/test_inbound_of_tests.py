"""The stack of the tests receives mails as the local cloud does."""

from __future__ import annotations

import json

from newsletter.container import app
from tests.aws.rehearsal.test_inbound import MAIL, TO, statuses
from tests.support.stack.cloud import Cloud


def test_the_stack_of_the_tests_receives_in_the_same_way(receiving: Cloud) -> None:
    received = receiving.receive(MAIL, TO, spam="FAIL")
    (body,) = receiving.messages("ReplyQueue")
    notice = json.loads(body)
    assert notice["mail"]["messageId"] == received.id
    assert statuses(notice)["spam"] == "FAIL"
    action = notice["receipt"]["action"]
    assert action["bucketName"] == app.settings.reply_bucket
    found = receiving.client("s3").get_object(Bucket=action["bucketName"], Key=action["objectKey"])
    assert found["Body"].read().endswith(MAIL.replace(b"\n", b"\r\n"))
