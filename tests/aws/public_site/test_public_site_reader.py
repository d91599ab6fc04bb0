"""A reader's own pages: every choice, another address, leaving and coming back, and all data to see or to erase."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from newsletter.container import app
from newsletter.platform.links.links import LinkPurpose
from newsletter.readers.subscriber import Status
from newsletter.readers.unsubscribe import MAX_REASON
from rehearsal import events
from tests.support.readers.site import (
    ID,
    READER,
    Clock,
    acts,
    heading,
    hidden,
    link,
    post,
    reader,
    send,
    shows,
    stored,
    text,
)
from tests.support.readers.stored import stored_profile
from tests.support.stack.cloud import Cloud, link_to

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
CHOICES = {"topics": ["tekoaly", "kriisit"], "language": "en", "name": "M.", "frequency": "monthly"}


# --- preferences -----------------------------------------------------------------------------------------------------


def test_preferences_are_shown_saved_and_shown_again(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    cloud.subscribe(READER, "linkedin", name="Maija")
    Clock(monkeypatch, NOON)
    path = link(LinkPurpose.PREFERENCES)
    html = cloud.http("GET", path)["body"]
    assert re.findall(r'name="(\w+)" value="(\w+)" checked', html) == [
        ("topics", "linkedin"),
        ("frequency", "weekly"),
        ("language", "fi"),
        ("tracking", "yes"),
    ]
    assert 'value="Maija"' in html
    saved = post(cloud, path, {**CHOICES, "paused_until": "2027-01-07", "tracking": "yes"})
    assert "Your preferences are saved." in saved["body"]
    assert 'value="2027-01-07"' in saved["body"]
    now = reader()
    assert (now.choices.topics, now.language, now.choices.name) == (("kriisit", "tekoaly"), "en", "M.")
    assert (now.choices.frequency, now.choices.paused_until, now.choices.tracking) == (
        "monthly",
        date(2027, 1, 7),
        True,
    )
    everything = post(cloud, path, {"language": "en", "every_topic": "yes"})
    assert (everything["statusCode"], reader().choices.topics, reader().choices.name) == (200, (), "")
    assert (reader().choices.paused_until, reader().choices.frequency) == (None, "monthly")


def test_preferences_that_cannot_be_kept_are_all_told_with_what_was_typed(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.subscribe(READER, "linkedin", name="Maija")
    Clock(monkeypatch, NOON)
    path = link(LinkPurpose.PREFERENCES)
    for day in ("2026-11-23", "2027-11-24", "2026-13-01", "huomenna"):
        wrong = {"topics": ["kriisit"], "language": "fi", "name": "www.a.example", "paused_until": day}
        answer = post(cloud, path, {**wrong, "frequency": "hourly"})
        assert answer["statusCode"] == 422
        assert set(re.findall(r'id="(\w+)-error"', answer["body"])) == {"name", "frequency", "paused_until"}
        assert 'value="www.a.example"' in answer["body"]
    assert reader().choices.topics == ("linkedin",)
    for day in ("2026-11-24", "2027-11-23"):
        assert post(cloud, path, {"every_topic": "yes", "language": "fi", "paused_until": day})["statusCode"] == 200


def test_consent_to_tracking_is_given_and_withdrawn_on_its_own(cloud: Cloud) -> None:
    cloud.subscribe(READER)
    path = link(LinkPurpose.PREFERENCES)
    for tracking, act in (({}, "withdrawn"), ({}, ""), ({"tracking": "yes"}, "given")):
        before = acts()
        assert post(cloud, path, {"every_topic": "yes", "language": "fi", **tracking})["statusCode"] == 200
        assert (reader().choices.tracking, reader().status) == (bool(tracking), Status.ACTIVE)
        new = [(act, "tracking of links, on the preferences page")] if act else []
        assert acts() == [*before, *new]


def test_preferences_of_who_has_left_lead_back_to_the_form(cloud: Cloud) -> None:
    cloud.subscribe(READER)
    post(cloud, link(LinkPurpose.UNSUBSCRIBE), {})
    path = link(LinkPurpose.PREFERENCES)
    for answer in (cloud.http("GET", path), post(cloud, path, {"language": "fi"})):
        assert answer["statusCode"] == 410
        assert "Tilaus ei ole voimassa" in answer["body"]


# --- leaving ---------------------------------------------------------------------------------------------------------

ONE_CLICK = b"List-Unsubscribe=One-Click"
ONE_CLICK_PARTS = b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'
FORM_ENCODED = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("body", "content_type", "how"),
    [
        (ONE_CLICK, FORM_ENCODED, "one-click"),
        (ONE_CLICK + b"&back=yes&explain=yes", FORM_ENCODED, "one-click"),
        (ONE_CLICK_PARTS, "multipart/form-data; boundary=x", "one-click"),
        (ONE_CLICK_PARTS, 'Multipart/Form-Data; Boundary="x"', "one-click"),
        (b"", FORM_ENCODED, "page"),
    ],
)
def test_one_request_unsubscribes_without_cookie_or_redirect(
    cloud: Cloud, body: bytes, content_type: str, how: str
) -> None:
    cloud.subscribe(READER)
    path = link(LinkPurpose.UNSUBSCRIBE, mailing="digest-2019-W01", batch="gone")
    for _ in range(2):
        answer = send(cloud, path, body, content_type)
        assert (answer["statusCode"], answer.get("cookies", [])) == (200, [])
        assert not {"set-cookie", "location"} & {name.lower() for name in answer["headers"]}
        assert heading(answer) == text("unsubscribed.heading")
    assert reader().status is Status.UNSUBSCRIBED
    assert acts()[1:] == [("withdrawn", how)]
    assert "Tilaus on peruttu" in cloud.http("GET", path)["body"]


UNREADABLE: dict[str, tuple[bytes, str]] = {
    "JSON that is cut off": (b'{"List-Unsubscribe": "One-Cl', "application/json"),
    "JSON that is no object": (b"[]", "application/json"),
    "a field of another type": (b'{"List-Unsubscribe": 1, "explain": {}, "back": []}', "application/json"),
    "a field that comes twice": (b'{"back": true, "back": false}', "application/json"),
    "another encoding": (b"back=yes&more=M%E4rta", FORM_ENCODED),
    "101 fields": (b"&".join(b"f%d=1" % number for number in range(101)), FORM_ENCODED),
    "more than 10 kB": (b"more=" + b"x" * 10_241, FORM_ENCODED),
    "parts without a boundary": (b"--x", "multipart/form-data"),
}


@pytest.mark.parametrize("body", UNREADABLE)
def test_a_body_that_cannot_be_read_keeps_nobody_from_leaving(cloud: Cloud, body: str) -> None:
    cloud.subscribe(READER)
    for _ in range(2):
        answer = send(cloud, link(LinkPurpose.UNSUBSCRIBE), *UNREADABLE[body])
        assert (answer["statusCode"], heading(answer)) == (200, text("unsubscribed.heading"))
    assert reader().status is Status.UNSUBSCRIBED
    assert acts()[1:] == [("withdrawn", "page")]


def test_what_is_no_base64_keeps_nobody_from_leaving_either(cloud: Cloud) -> None:
    cloud.subscribe(READER)
    path = link(LinkPurpose.UNSUBSCRIBE)
    event = events.http(events.Request("POST", path))
    assert cloud.invoke("public_site", {**event, "body": "%", "isBase64Encoded": True})["statusCode"] == 200
    assert reader().status is Status.UNSUBSCRIBED


@pytest.mark.parametrize("origin", ["https://www.jokumuu.example", "null"])
def test_a_website_makes_nobody_leave_with_a_body_that_cannot_be_read(cloud: Cloud, origin: str) -> None:
    cloud.subscribe(READER)
    for body, content_type in UNREADABLE.values():
        answer = send(cloud, link(LinkPurpose.UNSUBSCRIBE), body, content_type, origin=origin)
        assert answer["statusCode"] == 403
    assert reader().status is Status.ACTIVE


def test_leaving_works_for_a_reader_nobody_knows_and_for_an_erased_one(cloud: Cloud) -> None:
    path = link(LinkPurpose.UNSUBSCRIBE)
    for known in (False, True):
        if known:
            cloud.subscribe(READER)
            cloud.drain()
            post(cloud, link(LinkPurpose.MY_DATA), {})
        before = stored(cloud)
        mails = len(cloud.mails(READER))
        assert cloud.http("GET", path)["statusCode"] == 200
        for body in (ONE_CLICK, b"", b"back=yes", b"explain=yes&reason=other"):
            answer = send(cloud, path, body, FORM_ENCODED)
            assert answer["statusCode"] == 200
        cloud.drain()
        assert (len(cloud.mails(READER)), stored(cloud)) == (mails, before)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ({"reason": "too_often", "more": ""}, "too_often"),
        ({"reason": "other", "more": "Vaihdan\ntyötä. "}, "other: Vaihdan työtä."),
        ({"reason": "<script>", "more": "Muuten vain"}, "Muuten vain"),
        ({"more": "x" * 900}, "x" * MAX_REASON),
        ({}, None),
    ],
)
def test_who_leaves_may_say_why(cloud: Cloud, typed: dict[str, str], kept: str | None) -> None:
    cloud.subscribe(READER)
    path = link(LinkPurpose.UNSUBSCRIBE)
    page = post(cloud, path, {})
    answer = post(cloud, path, {**hidden(page["body"], 0), **typed})
    assert answer["statusCode"] == 200
    assert shows(answer, "unsubscribed.explained")
    profile = stored_profile(app.subscribers, ID)
    assert profile is not None
    assert (profile.get("left_why"), profile["status"]) == (kept, "unsubscribed")


def test_a_reason_without_leaving_keeps_the_subscription(cloud: Cloud) -> None:
    cloud.subscribe(READER)
    before = stored(cloud)
    assert post(cloud, link(LinkPurpose.UNSUBSCRIBE), {"explain": "yes", "more": "x"})["statusCode"] == 200
    assert stored(cloud) == before


def test_who_left_can_come_back_with_a_fresh_confirmation_and_the_same_choices(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.subscribe(READER, "linkedin", name="Maija", language="sv")
    Clock(monkeypatch, datetime.now(UTC) + timedelta(minutes=11))
    path = link(LinkPurpose.UNSUBSCRIBE)
    page = post(cloud, path, {})
    answer = post(cloud, path, hidden(page["body"], 1))
    assert "Kolla din e-post" in answer["body"]
    assert reader().status is Status.UNSUBSCRIBED
    cloud.drain()
    assert cloud.http("POST", link_to("confirm", cloud.mails(READER)[-1]))["statusCode"] == 200
    assert (reader().status, reader().choices.topics, reader().choices.name) == (Status.ACTIVE, ("linkedin",), "Maija")


def test_the_button_to_come_back_does_nothing_for_who_is_here_bounced_or_complained(cloud: Cloud) -> None:
    cloud.subscribe(READER)
    cloud.drain()
    for status in (Status.ACTIVE, Status.BOUNCED):
        if status is not Status.ACTIVE:
            app.subscribers.deactivate(ID, status, "test", app.now())
        assert post(cloud, link(LinkPurpose.UNSUBSCRIBE), {"back": "yes"})["statusCode"] == 200
        assert reader().status is status
    cloud.drain()
    assert [mail.tags["mailing"] for mail in cloud.mails(READER)] == ["confirmation", "welcome"]
