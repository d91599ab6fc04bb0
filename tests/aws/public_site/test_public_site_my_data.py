"""All that we hold on a reader: to see, to take along, and to erase with one button."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from newsletter.container import app
from newsletter.platform.links.links import LinkPurpose
from newsletter.readers.my_data import LONGEST_RUN
from tests.support.readers.site import FORM, ID, READER, Clock, heading, link, post, shows, stored, text
from tests.support.stack.cloud import Cloud


def in_crm(answer: Any) -> bool:
    """Whether the page says whom to ask about what the CRM has."""
    return shows(answer, "my_data.in_crm", address=app.templates.publication.sender.reply_to)


def test_a_reader_sees_and_takes_along_everything_we_hold(cloud: Cloud) -> None:
    cloud.subscribe(READER, "linkedin", name="Maija")
    cloud.press(link(LinkPurpose.OFFER, mailing="m", batch="b", extra="sparraus"))
    cloud.http("GET", link(LinkPurpose.OFFER, mailing="m", batch="b", extra="sparraus"))
    cloud.drain()
    (path,) = re.findall(r'href="(/my-data/[^"]+)"', cloud.http("GET", link(LinkPurpose.PREFERENCES))["body"])
    page = cloud.http("GET", path)
    assert (page["statusCode"], heading(page)) == (200, text("my_data.heading"))
    for shown in (READER, "Maija", "LinkedIn", "Sparrataanko?", text("my_data.acts.newsletter_given")):
        assert shown in page["body"]
    for answer in (
        cloud.http("GET", f"{path}?format=json"),
        cloud.http("GET", path, headers={"accept": "application/json"}),
    ):
        assert answer["headers"]["Content-Type"] == "application/json; charset=utf-8"
        assert answer["headers"]["Content-Disposition"] == 'attachment; filename="my-data.json"'
        data = json.loads(answer["body"])
        kinds = sorted(record["record"].partition("#")[0] for record in data["records"])
        assert kinds == ["consent", "enrollment", "profile"]
        assert {(visit["kind"], visit["link"]) for visit in data["visits"]} == {
            ("offer", "sparraus"),
            ("press", "sparraus"),
        }
        (profile,) = (record for record in data["records"] if record["record"] == "profile")
        assert (profile["email"], profile["name"]) == (READER, "Maija")
        assert [lead["offer"] for lead in data["leads"]] == ["sparraus"]


def test_one_button_erases_everything_but_the_mark_that_keeps_imports_away(cloud: Cloud) -> None:
    cloud.subscribe(READER, "linkedin", name="Maija")
    cloud.press(link(LinkPurpose.OFFER, mailing="m", batch="b", extra="sparraus"))
    cloud.drain()
    path = link(LinkPurpose.MY_DATA)
    assert cloud.http("GET", path)["statusCode"] == 200
    answer = post(cloud, path, {})
    assert (answer["statusCode"], heading(answer)) == (200, text("erased.heading"))
    assert in_crm(answer)  # the page that said so is gone with the data
    cloud.run("nurture", datetime.now(UTC) + LONGEST_RUN)  # looks once more, when nobody can still be writing
    (mark,) = cloud.items("Subscribers")
    assert {name: value["S"] for name, value in mark.items() if name != "erased_at"} == {
        "id": ID,
        "record": "profile",
        "status": "erased",
    }
    assert cloud.items("Leads") == []
    again = [cloud.http("GET", path), post(cloud, path, {})]
    assert [(answer["statusCode"], heading(answer)) for answer in again] == [
        (200, text("erased.nothing")),
        (200, text("erased.heading")),
    ]
    asked = cloud.http("GET", link(LinkPurpose.UNSUBSCRIBE))
    assert (asked["statusCode"], heading(asked)) == (200, text("erased.nothing"))  # there is nothing to leave
    assert cloud.http("GET", link(LinkPurpose.PREFERENCES))["statusCode"] == 410
    assert post(cloud, link(LinkPurpose.UNSUBSCRIBE), {"List-Unsubscribe": "One-Click"})["statusCode"] == 200
    assert cloud.items("Subscribers") == [mark]


def test_who_left_can_still_see_and_erase_their_data(cloud: Cloud) -> None:
    cloud.subscribe(READER)
    page = post(cloud, link(LinkPurpose.UNSUBSCRIBE), {})
    (path,) = re.findall(r'href="(/my-data/[^"]+)"', page["body"])
    assert text("my_data.statuses.unsubscribed") in cloud.http("GET", path)["body"]
    post(cloud, path, {})
    assert app.subscribers.get(ID) is None


def test_looking_at_ones_own_pages_changes_nothing(cloud: Cloud) -> None:
    cloud.subscribe(READER, "linkedin")
    post(cloud, "/subscribe", {**FORM, "email": "uusi@example.com"})
    before = stored(cloud)
    for path in (
        "/subscribe",
        *(link(p) for p in (LinkPurpose.PREFERENCES, LinkPurpose.UNSUBSCRIBE, LinkPurpose.MY_DATA)),
    ):
        for method in ("GET", "HEAD"):
            assert cloud.http(method, path)["statusCode"] == 200
    assert stored(cloud) == before


def test_only_who_asked_for_contact_is_told_of_the_crm(cloud: Cloud) -> None:
    cloud.subscribe(READER)
    assert not in_crm(cloud.http("GET", link(LinkPurpose.MY_DATA)))
    assert not in_crm(post(cloud, link(LinkPurpose.MY_DATA), {}))


def test_a_pause_is_shown_while_it_holds(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    cloud.subscribe(READER)
    clock = Clock(monkeypatch, datetime.now(UTC))
    until = (clock.now + timedelta(days=10)).date().isoformat()

    def paused() -> bool:
        return text("my_data.paused") in cloud.http("GET", link(LinkPurpose.MY_DATA))["body"]

    def pause() -> None:
        post(cloud, link(LinkPurpose.PREFERENCES), {"every_topic": "yes", "language": "fi", "paused_until": until})

    pause()
    assert paused()
    clock.forward(days=11)
    assert not paused()  # letters come again
    clock.forward(days=-11)
    assert paused()
    post(cloud, link(LinkPurpose.UNSUBSCRIBE), {})
    assert not paused()  # and here they do not
