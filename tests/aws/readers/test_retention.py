"""What is kept of readers is kept for as long as the publication says, and then goes without anybody's doing."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsletter.container import app
from newsletter.platform.links.links import LinkPurpose
from newsletter.readers.my_data import LONGEST_RUN
from newsletter.readers.subscriber import Status
from tests.support.mailings.templates import TEMPLATES
from tests.support.readers.site import FORM, ID, READER, Clock, link, post, reader
from tests.support.stack.cloud import Cloud, link_to

PENDING, LEFT, CLICKS = timedelta(days=9), timedelta(days=30), timedelta(days=11)
START = datetime.now(UTC).replace(microsecond=0)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def publication(cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' own, with other times."""
    folder = tmp_path / "templates"
    shutil.copytree(TEMPLATES, folder)
    path = folder / "publication.toml"
    source = path.read_text("utf-8")
    for name, kept in (("pending", PENDING), ("left", LEFT), ("click", CLICKS)):
        source, found = re.subn(rf"^{name}_days = \d+", f"{name}_days = {kept.days}", source, flags=re.MULTILINE)
        assert found == 1
    path.write_text(source, "utf-8")
    monkeypatch.setenv("NEWSLETTER_TEMPLATES", str(folder))
    app.reset()
    assert cloud.mails() == []


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch, START)


def expiry(cloud: Cloud, prefix: str) -> datetime:
    """When DynamoDB may remove the one record of that kind."""
    (item,) = (item for item in cloud.items("Subscribers") if item["record"]["S"].startswith(prefix))
    return datetime.fromtimestamp(int(item["expires"]["N"]), UTC)


def test_a_form_that_nobody_confirms_goes_after_its_days_whether_dynamodb_is_in_time_or_not(
    cloud: Cloud, clock: Clock
) -> None:
    post(cloud, "/subscribe", FORM)
    cloud.drain()
    confirm = link_to("confirm", cloud.mails(READER)[-1])
    assert expiry(cloud, "sign-up") == START + PENDING
    clock.now = START + PENDING - MINUTE
    assert "<form" in cloud.http("GET", confirm)["body"]
    clock.now = START + PENDING
    gone = cloud.http("GET", confirm)
    assert (gone["statusCode"], "<form" in gone["body"]) == (410, False)
    assert cloud.http("POST", confirm, "again=yes")["statusCode"] == 410


def test_a_click_goes_after_its_days(cloud: Cloud, clock: Clock) -> None:
    cloud.subscribe(READER)
    cloud.http("GET", link(LinkPurpose.OFFER, mailing="m", batch="b", extra="sparraus"))
    cloud.drain()
    assert expiry(cloud, "visit#") == clock.now.replace(minute=0, second=0, microsecond=0) + CLICKS


def test_who_left_is_erased_after_their_days_and_only_the_mark_stays(cloud: Cloud, clock: Clock) -> None:
    cloud.subscribe(READER, "linkedin", name="Maija")
    cloud.press(link(LinkPurpose.OFFER, mailing="m", batch="b", extra="sparraus"))
    cloud.drain()
    post(cloud, link(LinkPurpose.UNSUBSCRIBE), {})
    cloud.run("nurture", clock.now + LEFT - MINUTE)
    assert reader().email == READER
    assert "lead" in {item["record"]["S"] for item in cloud.items("Leads")}
    for later in (timedelta(0), LONGEST_RUN, LONGEST_RUN):
        cloud.run("nurture", clock.now + LEFT + later)
        (mark,) = cloud.items("Subscribers")
        due = {"due_shard", "due_at"} if not later else set()  # the tick looks once more
        assert set(mark) - due == {"id", "record", "status", "erased_at"}
        assert (mark["id"]["S"], mark["status"]["S"], cloud.items("Leads")) == (ID, "erased", [])


def test_who_came_back_in_time_is_left_alone(cloud: Cloud, clock: Clock) -> None:
    cloud.subscribe(READER)
    post(cloud, link(LinkPurpose.UNSUBSCRIBE), {})
    clock.forward(days=1)
    cloud.subscribe(READER)
    cloud.run("nurture", clock.now + LEFT + LEFT)
    assert reader().status is Status.ACTIVE
