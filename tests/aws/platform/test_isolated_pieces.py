"""One broken piece of a run keeps no other from its turn, and the run says at its end that it failed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from newsletter.container import app
from newsletter.mailings.mailing import Kind, Mailing
from newsletter.mailings.rendering.variants import Variants
from newsletter.nurture import monitor_mailings
from newsletter.nurture.enrollments.enrollment import Enrollment
from newsletter.platform.errors import InvalidPublication, PartlyFailed
from newsletter.platform.shards import SHARDS, shard_of
from newsletter.platform.times import iso
from newsletter.publication.sequences import Trigger
from newsletter.readers.subscriber import subscriber_id
from tests.support.readers.readers import add_reader
from tests.support.readers.stored import stored_profile
from tests.support.stack.cloud import PEPPER, Cloud

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def enrolled(email: str, *, language: str = "fi", since: datetime = NOW - timedelta(days=2)) -> str:
    """The id of a reader whose first step is due at NOW."""
    add_reader(email, language=language)
    reader = subscriber_id(PEPPER.encode(), email)
    app.enrollments.begin(Enrollment(reader, "sparraus", 1, Trigger.LEAD, since, since + timedelta(days=2)))
    return reader


def pause(cloud: Cloud, reader: str, until: date) -> None:
    cloud.client("dynamodb").update_item(
        TableName=app.settings.subscribers_table,
        Key={"id": {"S": reader}, "record": {"S": "profile"}},
        UpdateExpression="SET paused_until = :until",
        ExpressionAttributeValues={":until": {"S": until.isoformat()}},
    )


def got(cloud: Cloud) -> list[str]:
    assert cloud.drain() == []
    return sorted(mail.to[0] for mail in cloud.mails())


def test_a_step_whose_text_is_missing_in_one_language_is_told_and_the_others_are_sent(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = Variants.step

    def missing_in_swedish(self: Variants, sequence: Any, wanted: Any, reader: Any, trigger: Any) -> str:
        if reader.language == "sv":
            raise InvalidPublication("sequences.steps.body", "there is no file sparraus-1.sv.md")
        return step(self, sequence, wanted, reader, trigger)

    monkeypatch.setattr(Variants, "step", missing_in_swedish)
    readers = [f"{letter}@example.com" for letter in "abcdefgh"]
    for number, email in enumerate(readers):
        enrolled(email, language="sv" if number % 2 else "fi")
    with pytest.raises(PartlyFailed, match=r"4 failed: step of sparraus .*there is no file sparraus-1\.sv\.md"):
        cloud.run("nurture", NOW)
    assert got(cloud) == readers[::2]
    monkeypatch.undo()
    cloud.run("nurture", NOW + timedelta(minutes=5))
    assert got(cloud) == readers


def test_an_enrollment_that_cannot_be_read_is_told_and_the_others_are_sent(cloud: Cloud) -> None:
    broken, _ = enrolled("rikki@example.com"), enrolled("helmi@example.com")
    cloud.client("dynamodb").update_item(
        TableName=app.settings.subscribers_table,
        Key={"id": {"S": broken}, "record": {"S": "enrollment#sparraus#1"}},
        UpdateExpression="REMOVE done",
    )
    with pytest.raises(PartlyFailed, match=rf"{broken}: enrollment#sparraus#1 cannot be read \(KeyError: 'done'\)"):
        cloud.run("nurture", NOW)
    assert got(cloud) == ["helmi@example.com"]


def test_a_mailing_that_cannot_be_looked_at_keeps_no_step_waiting(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.mailings.create(Mailing("kevat", Kind.CAMPAIGN, NOW))
    enrolled("helmi@example.com")

    def broken(*_: object, **__: object) -> object:
        raise ZeroDivisionError

    monkeypatch.setattr(monitor_mailings, "count_mailing", broken)
    with pytest.raises(PartlyFailed, match="1 failed: mailing kevat: ZeroDivisionError"):
        cloud.run("nurture", NOW)
    assert got(cloud) == ["helmi@example.com"]


def test_who_paused_gets_no_step_before_the_day_and_then_exactly_that_one(cloud: Cloud) -> None:
    reader = enrolled("helmi@example.com")
    pause(cloud, reader, date(2026, 12, 24))
    for day in range(30):
        cloud.run("nurture", NOW + timedelta(days=day))
        assert got(cloud) == []
    cloud.run("nurture", datetime(2026, 12, 23, 21, 59, tzinfo=UTC))  # 23:59 in Helsinki
    assert got(cloud) == []
    for hours in (0, 1, 30):
        cloud.run("nurture", datetime(2026, 12, 23, 22, 0, tzinfo=UTC) + timedelta(hours=hours))
        assert got(cloud) == ["helmi@example.com"]


def test_a_pause_that_ends_early_lets_the_step_come_the_next_day(cloud: Cloud) -> None:
    reader = enrolled("helmi@example.com")
    pause(cloud, reader, date(2027, 6, 1))
    cloud.run("nurture", NOW)
    pause(cloud, reader, NOW.date())
    cloud.run("nurture", NOW + timedelta(days=1))
    assert got(cloud) == ["helmi@example.com"]


def test_a_reminder_that_cannot_be_queued_keeps_no_erasure_waiting(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = app.settings.subscribers_table
    for number, reader in enumerate((f"{SHARDS[0]}waits", f"{SHARDS[1]}left")):
        item = {"id": reader, "due_shard": shard_of(reader), "due_at": iso(NOW - timedelta(days=1))}
        item |= {"record": "profile", "status": "unsubscribed"} if number else {"record": "sign-up", "nonce": "n"}
        cloud.client("dynamodb").put_item(TableName=table, Item={name: {"S": each} for name, each in item.items()})

    def refused(*_: object, **__: object) -> None:
        raise TimeoutError

    monkeypatch.setattr(app.queues, "send", refused)
    with pytest.raises(PartlyFailed, match=f"1 failed: reminder {SHARDS[0]}waits: TimeoutError"):
        cloud.run("nurture", NOW)
    assert (stored_profile(app.subscribers, f"{SHARDS[1]}left") or {})["status"] == "erased"
