"""The clock of the local cloud: once moved, everything lives at that time, and what was due on the way has happened."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from rehearsal.lambda_ import scheduler
from tests.support.stack.product_over_http import Answer, Product, item

HELSINKI = ZoneInfo("Europe/Helsinki")
MAIJA, KALLE = "maija@example.com", "kalle@example.com"


@pytest.fixture(autouse=True)
def _few_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice a day is often enough here for what runs every few minutes."""
    monkeypatch.setattr(scheduler, "MOST_RUNS", 14)


def move(product: Product, now: datetime) -> dict[str, object]:
    """Move the clock there."""
    answer = product.call("POST", "/_local/clock", json.dumps({"now": now.isoformat()}))
    assert answer.status == 200, answer.text
    moved: dict[str, object] = answer.json
    return moved


def present(product: Product) -> datetime:
    """What time it is there."""
    return datetime.fromisoformat(product.get("/_local/clock").json["now"])


def pass_days(product: Product, days: float) -> None:
    """Let so many days pass."""
    move(product, present(product) + timedelta(days=days))


def write(product: Product, title: str) -> None:
    """An article on the blog, of an hour ago; nobody reads the feed but the schedule."""
    feed = product.feed.read_text()
    product.feed.write_text(feed.replace("<item>", f"{item(title, present(product), '')}<item>", 1))


def digests(product: Product, email: str) -> list[str]:
    """The subjects of the digests that an address got, oldest first."""
    return [mail["subject"] for mail in product.mails(email, "digest-")]


def next_digest(moment: datetime) -> datetime:
    """The following Tuesday at eight in the morning."""
    eight = moment.astimezone(HELSINKI).replace(hour=8, minute=0, second=0, microsecond=0)
    return next(each for days in range(9) if (each := eight + timedelta(days=days)).weekday() == 1 and each > moment)


def test_a_digest_goes_out_at_its_time_on_the_way_and_a_reader_who_paused_is_back_when_the_pause_is_over(
    product: Product,
) -> None:
    product.subscribe(MAIJA)
    product.subscribe(KALLE)
    first = next_digest(present(product))
    preferences = re.findall(rf"{product.cloud.url}/preferences/\S+", product.mails(KALLE)[-1]["text"])[0]
    pause = (first + timedelta(days=3)).date().isoformat()
    assert product.post(preferences, every_topic="yes", language="fi", paused_until=pause).status == 200

    moved = move(product, first + timedelta(hours=1))
    assert moved["ahead"] == pytest.approx((first - datetime.now(UTC)).total_seconds() + 3600, abs=300)
    (mail,) = product.mails(mailing="digest-")
    assert (mail["to"], "Puoli tuntia viikossa" in mail["subject"]) == (MAIJA, True)
    assert timedelta(0) <= datetime.fromisoformat(mail["at"]) - first < timedelta(minutes=30)

    write(product, "Seuraavan viikon kirjoitus")
    move(product, first + timedelta(days=7, hours=1))
    assert len(digests(product, MAIJA)) == 2
    assert len(digests(product, KALLE)) == 1
    assert "Seuraavan viikon kirjoitus" in digests(product, KALLE)[0]


def test_a_confirmation_link_grows_old_with_the_clock(product: Product) -> None:
    link = product.sign_up(MAIJA)
    pass_days(product, 6)
    assert product.get(link).status == 200
    pass_days(product, 2)
    assert product.get(link).status == 410
    assert product.post(link).status == 410
    product.run("planner", present(product))
    assert digests(product, MAIJA) == []


def test_a_lead_that_waits_for_the_crm_arrives_on_the_way_once_the_crm_works_again(product: Product) -> None:
    product.subscribe(MAIJA)
    mail = product.digest_for(MAIJA)
    product.call("POST", "/_local/crm/outage", "minutes=60", content_type=FORM)
    product.press(re.findall(rf"{product.cloud.url}/offer/[^\s>)]+", mail["text"])[0])
    assert {each["answer"] for each in product.webhooks()} == {500}
    began = present(product)
    pass_days(product, 0.2)
    taken = [each for each in product.webhooks() if each["answer"] == 204]
    assert [json.loads(each["body"])["type"] for each in taken] == ["lead.created"]
    assert timedelta(minutes=59) < datetime.fromisoformat(taken[0]["at"]) - began < timedelta(hours=2)


def test_the_console_and_the_command_live_at_the_time_of_the_clock(product: Product) -> None:
    product.subscribe(MAIJA)
    move(product, next_digest(present(product)) + timedelta(days=8, hours=1))
    listed = product.api("GET", "/mailings").json["mailings"]
    assert [each["id"] for each in listed if each["kind"] == "digest"]
    campaign = {"name": "kevat", "subject": "Kevään kurssit", "body": "Tervetuloa.", "language": "fi"}
    assert product.api("POST", "/campaigns", campaign).status == 201
    (mail,) = product.mails(MAIJA, "campaign-")
    assert abs(datetime.fromisoformat(mail["at"]) - present(product)) < timedelta(minutes=5)
    file = product.feed.parent / "kesa.md"
    file.write_text("---\nsubject: Kesä\nlanguage: fi\n---\nHei.\n", encoding="utf-8")
    assert product.newsletter("campaign", "send", str(file), "--yes").returncode == 0
    started = product.api("GET", "/mailings/campaign-kesa").json["mailing"]["created_at"]
    assert abs(datetime.fromisoformat(started) - present(product)) < timedelta(minutes=10)


def test_the_real_time_comes_back_and_mail_goes_out_as_before(product: Product) -> None:
    product.subscribe(MAIJA)
    pass_days(product, 3)
    product.sign_up("ennen@example.com")
    answer = product.call("POST", "/_local/clock", "{}")
    assert (answer.status, answer.json["ahead"]) == (200, 0)
    assert abs(present(product) - datetime.now(UTC)) < timedelta(seconds=60)
    product.subscribe(KALLE)
    # No digest: that of this week went out on the way, if its hour was among the three days.
    campaign = {"name": "paluu", "subject": "Takaisin", "body": "Tervetuloa.", "language": "fi"}
    assert product.api("POST", "/campaigns", campaign).status == 201
    assert product.mails(KALLE, "campaign-paluu")


NO_TIME_TO_COME = [
    ("{", "The body is not JSON"),
    ('{"now": "tomorrow"}', "now is 'tomorrow' and must be an ISO 8601 time"),
    ('{"now": 5}', "now is 5 and must be an ISO 8601 time"),
    ('{"now": null}', "now is null and must be an ISO 8601 time"),
    ('{"now": "2100-01-01T08:00:00"}', "now is '2100-01-01T08:00:00' and has no time zone"),
    ('{"now": "2020-01-01T08:00:00Z"}', "now is '2020-01-01T08:00:00Z', and here it is 2"),
    ('{"now": "0001-01-01T00:00:00+14:00"}', "and here it is 2"),
    ('{"now": "9999-12-31T23:59:59-14:00"}', "which is more than 3660 days ahead"),
    ('{"now": "2999-01-01T08:00:00Z"}', "which is more than 3660 days ahead"),
    ('{"then": "2027-01-01T08:00:00Z"}', "then is not known; the body may have now or days"),
    ('{"days": 0}', "days is 0 and must be a number from 1 to 3660"),
    ('{"days": true}', "days is True and must be a number"),
    ('{"days": 1, "now": "2999-01-01T08:00:00Z"}', "without now beside it"),
]


def test_what_is_no_time_to_come_is_said_to_be_none_and_moves_nothing(product: Product) -> None:
    before = product.get("/_local/clock").json["ahead"]
    answers = [product.call("POST", "/_local/clock", body) for body, _ in NO_TIME_TO_COME]
    said = [(answer.status, answer.json["error"]) for answer in answers]
    assert [
        (body, status, error)
        for (body, words), (status, error) in zip(NO_TIME_TO_COME, said, strict=True)
        if (status, words in error) != (400, True)
    ] == []
    assert product.get("/_local/clock").json["ahead"] == before == 0


def test_the_start_page_shows_the_clock_and_moves_it(product: Product) -> None:
    def typed(**fields: str) -> Answer:
        return product.post("/_local/clock", as_page="yes", **fields)

    assert "by this computer’s clock" in product.get("/").text
    assert typed(days="1").status == 303
    assert timedelta(hours=23) < present(product) - datetime.now(UTC) < timedelta(hours=25)
    assert "ahead of this computer’s clock" in product.get("/").text
    later = (present(product) + timedelta(days=1)).astimezone().replace(second=0, microsecond=0, tzinfo=None)
    assert typed(now=later.isoformat(timespec="minutes")).status == 303
    assert present(product) - later.astimezone() < timedelta(minutes=10)
    moved = product.call("POST", "/_local/clock", "days=1", content_type=FORM)
    assert (moved.status, moved.json["ahead"] > 2.9 * 24 * 3600) == (200, True), "curl -d days=1"
    wrong = product.call("POST", "/_local/clock", "as_page=yes&now=soon", content_type=FORM, accept="text/html")
    assert (wrong.status, "now is &#39;soon&#39;" in wrong.text) == (400, True)
    odd = product.call("POST", "/_local/clock", "days=x", content_type=FORM)
    assert (odd.status, "days is 'x'" in odd.text) == (400, True)
    assert typed().status == 303
    assert "by this computer’s clock" in product.get("/").text


FORM = "application/x-www-form-urlencoded"
