"""An event of EventBridge starts a campaign, once however often it comes; one that cannot be sent does nothing."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from newsletter.container import app
from newsletter.platform.times import iso
from rehearsal import events
from tests.support.console.console_calls import Program
from tests.support.console.issuer import Issuer
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud

READER = "maija@example.com"
CAMPAIGN = {"name": "kevat", "subject": "Kevään sparraukset", "body": "Moi **sinä**.", "language": "fi"}
SOURCE, TYPE = "newsletter-local", "newsletter.campaign.requested"


@pytest.fixture(autouse=True)
def reader(cloud: Cloud) -> str:
    """Somebody who gets it."""
    assert cloud.stack is not None
    return add_reader(READER)


def put(cloud: Cloud, detail: Any, *, source: str = SOURCE, kind: str = TYPE) -> None:
    """What `aws events put-events` does."""
    entry = {"Source": source, "DetailType": kind, "Detail": json.dumps(detail)}
    assert cloud.client("events").put_events(Entries=[entry])["FailedEntryCount"] == 0


def event(detail: Any, number: int = 1) -> str:
    """A message as the rule puts it on the queue."""
    whole = {
        "version": "0",
        "id": f"6a7e8feb-{number}",
        "detail-type": TYPE,
        "source": SOURCE,
        "account": "123456789012",
    }
    return json.dumps(
        whole | {"time": "2026-11-24T06:00:00Z", "region": "eu-north-1", "resources": [], "detail": detail}
    )


def deliver(cloud: Cloud, body: str, receives: int = 1) -> list[Any]:
    """What is to be delivered again."""
    failed: list[Any] = cloud.invoke("console", events.sqs(body, receives=receives))["batchItemFailures"]
    return failed


def test_an_event_starts_the_campaign_and_readers_get_it(cloud: Cloud, issuer: Issuer) -> None:
    put(cloud, CAMPAIGN)
    assert cloud.drain() == []
    assert [mail.subject for mail in cloud.mails(READER)] == [CAMPAIGN["subject"]]
    trail = Program(cloud, issuer.token(scope="campaigns:send"))("GET", "/audit").json["audit"]
    assert [(line["who"], line["act"], line["what"], line["via"], line["refused"]) for line in trail] == [
        ("event of newsletter-local", "campaign requested by an event", "kevat", "event", "")
    ]


@pytest.mark.parametrize(("source", "kind"), [("somebody.else", TYPE), (SOURCE, "newsletter.campaign.sent")])
def test_other_events_of_the_bus_are_none_of_ours(cloud: Cloud, source: str, kind: str) -> None:
    put(cloud, CAMPAIGN, source=source, kind=kind)
    assert cloud.messages("RequestQueue") == []


@pytest.mark.parametrize("named", [True, False])
def test_an_event_that_comes_twice_sends_once(cloud: Cloud, named: bool) -> None:  # noqa: FBT001 a case
    detail = CAMPAIGN if named else {name: value for name, value in CAMPAIGN.items() if name != "name"}
    for _ in range(2):
        assert deliver(cloud, event(detail)) == []
        assert cloud.drain() == []
    assert len(cloud.mails(READER)) == 1


def test_a_scheduled_one_that_comes_twice_is_scheduled_once_and_stays_taken_back(cloud: Cloud, issuer: Issuer) -> None:
    api = Program(cloud, issuer.token(scope="campaigns:send"))
    body = event(CAMPAIGN | {"send_at": iso(app.now() + timedelta(days=2))})
    for _ in range(2):
        assert deliver(cloud, body) == []
    (kept,) = api("GET", "/campaigns").json["campaigns"]
    assert kept["state"] == "scheduled"
    assert api("POST", f"/campaigns/{kept['id']}/unschedule").status == 200
    assert deliver(cloud, body) == []
    assert [each["state"] for each in api("GET", "/campaigns").json["campaigns"]] == ["draft"]


def test_a_run_that_crashed_between_keeping_and_scheduling_is_completed(
    cloud: Cloud, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = Program(cloud, issuer.token(scope="campaigns:send"))
    body = event(CAMPAIGN | {"send_at": iso(app.now() + timedelta(days=2))})
    with monkeypatch.context() as broken:
        broken.setattr("newsletter.mailings.drafts.schedule.schedule_draft", lambda *_, **__: 1 / 0)
        assert len(deliver(cloud, body)) == 1
    assert [each["state"] for each in api("GET", "/campaigns").json["campaigns"]] == ["draft"]
    assert deliver(cloud, body) == []
    assert [each["state"] for each in api("GET", "/campaigns").json["campaigns"]] == ["scheduled"]


def test_a_draft_is_kept_and_sent_by_its_id_each_once(cloud: Cloud, issuer: Issuer) -> None:
    api = Program(cloud, issuer.token(scope="campaigns:send"))
    for _ in range(2):
        assert deliver(cloud, event({"subject": "Luonnos", "draft": True})) == []
    assert [each["subject"] for each in api("GET", "/campaigns").json["campaigns"]] == ["Luonnos"]
    draft = api("POST", "/campaigns", CAMPAIGN | {"draft": True}).json["campaign"]["id"]
    for _ in range(2):
        assert deliver(cloud, event({"id": draft}, 2)) == []
        assert cloud.drain() == []
    assert len(cloud.mails(READER)) == 1


@pytest.mark.parametrize(
    ("detail", "words"),
    [
        ({}, "missing"),
        (CAMPAIGN | {"subjekt": "x"}, "subjekt: unknown field"),
        (CAMPAIGN | {"topics": ["golf"]}, "'golf' is unknown"),
        (CAMPAIGN | {"language": "sv"}, "nobody would get this"),
        (CAMPAIGN | {"body": "[x](ei-mitaan)"}, "body"),
        ({"id": "20261124060000-0f1e2d3c4b5a"}, "a campaign 20261124060000-0f1e2d3c4b5a"),
        ({"id": 7}, "id: give a text"),
        ({"id": "x", "subject": "y"}, "subject: unknown field"),
        (CAMPAIGN | {"send_at": "2020-01-01T08:00:00Z"}, "is over already"),
    ],
)
def test_one_that_cannot_be_sent_does_nothing_and_its_reason_is_kept(cloud: Cloud, detail: Any, words: str) -> None:
    body = event(detail)
    assert deliver(cloud, body, receives=3) == [{"itemIdentifier": "message-0"}]
    assert app.mailings.newest(10) == []
    assert app.drafts.page("", 10)[0] == []
    assert words in app.failures.reasons(["message-0"])["message-0"]
    cloud.drain()
    assert cloud.mails(READER) == []


@pytest.mark.parametrize(
    "body", ["{", "[]", "{}", '{"id": "x", "time": "never", "source": "s", "detail": {}}', event([])]
)
def test_what_is_no_event_is_refused(cloud: Cloud, body: str) -> None:
    assert len(deliver(cloud, body)) == 1
