"""The clock of the local cloud: once moved, everything lives at that time, and what was due on the way has happened."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from rehearsal.lambda_ import scheduler
from tests.support.outside import Answer, Outside, item

HELSINKI = ZoneInfo("Europe/Helsinki")
MAIJA, KALLE = "maija@example.com", "kalle@example.com"


@pytest.fixture(autouse=True)
def _few_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice a day is often enough here for what runs every few minutes."""
    monkeypatch.setattr(scheduler, "MOST_RUNS", 14)


def move(outside: Outside, now: datetime) -> dict[str, object]:
    """Move the clock there."""
    answer = outside.call("POST", "/_local/clock", json.dumps({"now": now.isoformat()}))
    assert answer.status == 200, answer.text
    moved: dict[str, object] = answer.json
    return moved


def present(outside: Outside) -> datetime:
    """What time it is there."""
    return datetime.fromisoformat(outside.get("/_local/clock").json["now"])


def pass_days(outside: Outside, days: float) -> None:
    """Let so many days pass."""
    move(outside, present(outside) + timedelta(days=days))


def write(outside: Outside, title: str) -> None:
    """An article on the blog, of an hour ago; nobody reads the feed but the schedule."""
    feed = outside.feed.read_text()
    outside.feed.write_text(feed.replace("<item>", f"{item(title, present(outside), '')}<item>", 1))


def digests(outside: Outside, email: str) -> list[str]:
    """The subjects of the digests that an address got, oldest first."""
    return [mail["subject"] for mail in outside.mails(email, "digest-")]


def next_digest(moment: datetime) -> datetime:
    """The following Tuesday at eight in the morning."""
    eight = moment.astimezone(HELSINKI).replace(hour=8, minute=0, second=0, microsecond=0)
    return next(each for days in range(9) if (each := eight + timedelta(days=days)).weekday() == 1 and each > moment)


def test_a_digest_goes_out_at_its_time_on_the_way_and_a_reader_who_paused_is_back_when_the_pause_is_over(
    outside: Outside,
) -> None:
    outside.subscribe(MAIJA)
    outside.subscribe(KALLE)
    first = next_digest(present(outside))
    preferences = re.findall(rf"{outside.cloud.url}/preferences/\S+", outside.mails(KALLE)[-1]["text"])[0]
    pause = (first + timedelta(days=3)).date().isoformat()
    assert outside.post(preferences, every_topic="yes", language="fi", paused_until=pause).status == 200

    moved = move(outside, first + timedelta(hours=1))
    assert moved["ahead"] == pytest.approx((first - datetime.now(UTC)).total_seconds() + 3600, abs=300)
    (mail,) = outside.mails(mailing="digest-")
    assert (mail["to"], "Puoli tuntia viikossa" in mail["subject"]) == (MAIJA, True)
    assert timedelta(0) <= datetime.fromisoformat(mail["at"]) - first < timedelta(minutes=30)

    write(outside, "Seuraavan viikon kirjoitus")
    move(outside, first + timedelta(days=7, hours=1))
    assert len(digests(outside, MAIJA)) == 2
    assert len(digests(outside, KALLE)) == 1
    assert "Seuraavan viikon kirjoitus" in digests(outside, KALLE)[0]


def test_a_confirmation_link_grows_old_with_the_clock(outside: Outside) -> None:
    link = outside.sign_up(MAIJA)
    pass_days(outside, 6)
    assert outside.get(link).status == 200
    pass_days(outside, 2)
    assert outside.get(link).status == 410
    assert outside.post(link).status == 410
    outside.run("planner", present(outside))
    assert digests(outside, MAIJA) == []


def test_a_lead_that_waits_for_the_crm_arrives_on_the_way_once_the_crm_works_again(outside: Outside) -> None:
    outside.subscribe(MAIJA)
    mail = outside.digest_for(MAIJA)
    outside.call("POST", "/_local/crm/outage", "minutes=60", content_type=FORM)
    outside.press(re.findall(rf"{outside.cloud.url}/offer/[^\s>)]+", mail["text"])[0])
    assert {each["answer"] for each in outside.webhooks()} == {500}
    began = present(outside)
    pass_days(outside, 0.2)
    taken = [each for each in outside.webhooks() if each["answer"] == 204]
    assert [json.loads(each["body"])["type"] for each in taken] == ["lead.created"]
    assert timedelta(minutes=59) < datetime.fromisoformat(taken[0]["at"]) - began < timedelta(hours=2)


def test_the_console_and_the_command_live_at_the_time_of_the_clock(outside: Outside) -> None:
    outside.subscribe(MAIJA)
    move(outside, next_digest(present(outside)) + timedelta(days=8, hours=1))
    listed = outside.api("GET", "/mailings").json["mailings"]
    assert [each["id"] for each in listed if each["kind"] == "digest"]
    campaign = {"name": "kevat", "subject": "Kevään kurssit", "body": "Tervetuloa.", "language": "fi"}
    assert outside.api("POST", "/campaigns", campaign).status == 201
    (mail,) = outside.mails(MAIJA, "campaign-")
    assert abs(datetime.fromisoformat(mail["at"]) - present(outside)) < timedelta(minutes=5)
    file = outside.feed.parent / "kesa.md"
    file.write_text("---\nsubject: Kesä\nlanguage: fi\n---\nHei.\n", encoding="utf-8")
    assert outside.newsletter("campaign", "send", str(file), "--yes").returncode == 0
    started = outside.api("GET", "/mailings/campaign-kesa").json["mailing"]["created_at"]
    assert abs(datetime.fromisoformat(started) - present(outside)) < timedelta(minutes=10)


def test_the_real_time_comes_back_and_mail_goes_out_as_before(outside: Outside) -> None:
    outside.subscribe(MAIJA)
    pass_days(outside, 3)
    outside.sign_up("ennen@example.com")
    answer = outside.call("POST", "/_local/clock", "{}")
    assert (answer.status, answer.json["ahead"]) == (200, 0)
    assert abs(present(outside) - datetime.now(UTC)) < timedelta(seconds=60)
    outside.subscribe(KALLE)
    outside.digest_for(KALLE)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("{", "The body is not JSON"),
        ('{"now": "tomorrow"}', "now is 'tomorrow' and must be an ISO 8601 time"),
        ('{"now": 5}', "now is 5 and must be an ISO 8601 time"),
        ('{"now": null}', "now is null and must be an ISO 8601 time"),
        ('{"now": "2100-01-01T08:00:00"}', "now is '2100-01-01T08:00:00' and has no time zone"),
        ('{"now": "2020-01-01T08:00:00Z"}', "now is '2020-01-01T08:00:00Z', and here it is 2"),
        ('{"now": "0001-01-01T00:00:00+14:00"}', "and here it is 2"),
        ('{"now": "9999-12-31T23:59:59-14:00"}', "which is more than 3660 days ahead"),
        ('{"now": "2999-01-01T08:00:00Z"}', "which is more than 3660 days ahead"),
        ('{"then": "2027-01-01T08:00:00Z"}', "then is not known; the body may have now"),
    ],
)
def test_what_is_no_time_to_come_is_said_to_be_none_and_moves_nothing(outside: Outside, body: str, words: str) -> None:
    before = outside.get("/_local/clock").json["ahead"]
    answer = outside.call("POST", "/_local/clock", body)
    assert (answer.status, words in answer.json["error"]) == (400, True), answer.text
    assert outside.get("/_local/clock").json["ahead"] == before == 0


def test_the_start_page_shows_the_clock_and_moves_it(outside: Outside) -> None:
    def typed(**fields: str) -> Answer:
        return outside.post("/_local/clock", as_page="yes", **fields)

    assert "by this computer’s clock" in outside.get("/").text
    assert typed(days="1").status == 303
    assert timedelta(hours=23) < present(outside) - datetime.now(UTC) < timedelta(hours=25)
    assert "ahead of this computer’s clock" in outside.get("/").text
    later = (present(outside) + timedelta(days=1)).astimezone().replace(second=0, microsecond=0, tzinfo=None)
    assert typed(now=later.isoformat(timespec="minutes")).status == 303
    assert present(outside) - later.astimezone() < timedelta(minutes=10)
    wrong = outside.call("POST", "/_local/clock", "as_page=yes&now=soon", content_type=FORM, accept="text/html")
    assert (wrong.status, "now is &#39;soon&#39;" in wrong.text) == (400, True)
    assert typed().status == 303
    assert "by this computer’s clock" in outside.get("/").text


FORM = "application/x-www-form-urlencoded"
