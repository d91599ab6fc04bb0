"""The local cloud without [replies]: nothing comes in, and it says what to do about it."""

from __future__ import annotations

import urllib3

from rehearsal.cloud import LocalCloud
from tests.support.mailings.templates import TEMPLATES


def test_without_replies_it_says_what_to_put_into_the_publication() -> None:
    with LocalCloud(templates=TEMPLATES, ingest=False) as off:
        assert off.environment["NEWSLETTER_REPLY_QUEUE"] == off.environment["NEWSLETTER_REPLY_BUCKET"] == ""
        answer = urllib3.request("POST", f"{off.url}/_local/inbound?to=a@b.example", body=b"x", retries=False)
    assert answer.status == 409
    assert "[replies]" in answer.json()["error"]
