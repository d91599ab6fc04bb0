"""Less mail beside leaving: monthly, fewer topics or a pause with one press; opening a page changes nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from newsletter.container import app
from newsletter.platform.links.links import LinkPurpose
from newsletter.readers.choice import Frequency
from newsletter.readers.frequency_history import parse
from newsletter.readers.subscriber import Status
from public_site.routes.less import MAX_AGE
from tests.support.readers.site import (
    ID,
    READER,
    Answer,
    Clock,
    acts,
    heading,
    hidden,
    link,
    post,
    reader,
    shows,
    stored,
    text,
)
from tests.support.stack.cloud import Cloud, link_to

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MONTHLY = {"less": "frequency"}
PAUSE = {"less": "paused_until", "paused_until": "2026-12-24"}


@pytest.fixture
def clock(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A reader of two topics, weekly, since yesterday."""
    clock = Clock(monkeypatch, NOON - timedelta(days=1))
    cloud.subscribe(READER, "linkedin", "kriisit", name="Maija")
    cloud.drain()
    clock.now = NOON
    return clock


def less() -> str:
    return f"{link(LinkPurpose.PREFERENCES)}/less"


def forms(page: str) -> dict[str, dict[str, Any]]:
    """The forms of a page by the button that they have: where it goes, and what it sends besides what is typed."""
    found = {}
    for form in re.findall(r"<form.*?</form>", page, re.DOTALL):
        (button,) = re.findall(r"<button[^>]*>", form)
        name = "".join(re.findall(r'name="less" value="(\w+)"', button))
        action = "".join(re.findall(r'<form[^>]* action="([^"]+)"', form))
        found[name] = {
            "action": action,
            "fields": dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)),
        }
    return found


def boxes(page: Answer) -> list[tuple[str, bool]]:
    """The topics that the page offers, and whether each is ticked."""
    found = re.findall(r'name="topics" value="(\w+)"( checked)?', page["body"])
    return [(topic, bool(checked)) for topic, checked in found]


def press(cloud: Cloud, page: Answer, **typed: Any) -> Answer:
    """Press the button `less` of a page, with what is typed into its form."""
    form = forms(page["body"])[typed["less"]]
    return post(cloud, form["action"], {**form["fields"], **typed})


@pytest.fixture(params=["less", "unsubscribe"])
def page(request: pytest.FixtureRequest, cloud: Cloud, clock: Clock) -> Callable[[], Answer]:
    """Either page with these buttons: the one behind the link of the mail, and the one to leave."""
    assert clock.now == NOON
    path = {"less": less(), "unsubscribe": link(LinkPurpose.UNSUBSCRIBE)}[request.param]
    return lambda: cloud.http("GET", path)


def test_opening_them_changes_nothing_and_leaving_comes_first(cloud: Cloud, page: Callable[[], Answer]) -> None:
    before = stored(cloud)
    answer = page()
    assert answer["statusCode"] == 200
    assert stored(cloud) == before
    assert {"frequency", "topics", "paused_until"} <= forms(answer["body"]).keys()
    assert "<script" not in answer["body"]
    if heading(answer) == text("unsubscribe.heading"):
        assert next(iter(forms(answer["body"]))) == ""
    else:
        assert re.search(r'href="/unsubscribe/[^"]+"', answer["body"])


def test_monthly_takes_one_press_and_leaves_all_else_as_it_is(cloud: Cloud, page: Callable[[], Answer]) -> None:
    before, said = reader(), acts()
    answer = press(cloud, page(), **MONTHLY)
    assert (answer["statusCode"], heading(answer)) == (200, text("less.done"))
    assert f"<dd>{text('fields.monthly')}</dd>" in answer["body"]
    now = reader()
    assert now.choices.frequency is Frequency.MONTHLY
    assert (now.status, now.choices.topics, now.choices.name) == (
        Status.ACTIVE,
        before.choices.topics,
        before.choices.name,
    )
    # As on the preferences page: the history of the frequency says since when, so that no article is lost or repeated.
    assert [(each.frequency, each.since) for each in parse(now.frequency_history)][-1] == (Frequency.MONTHLY, NOON)
    assert acts() == said
    for again in (page(), cloud.http("GET", less())):
        assert "frequency" not in forms(again["body"])


def test_fewer_topics_are_ticked_as_the_reader_has_them_and_kept_as_they_press(
    cloud: Cloud, page: Callable[[], Answer]
) -> None:
    opened = page()
    assert boxes(opened) == [("linkedin", True), ("kriisit", True)]
    before = stored(cloud)
    for wrong in ([], ["nosuch"], ["tekoaly"], ["kriisit", "tekoaly"]):
        refused = press(cloud, opened, less="topics", topics=wrong)
        assert (refused["statusCode"], heading(refused)) == (422, text("less.heading"))
        assert re.findall(r'id="(\w+)-error"', refused["body"]) == ["topics"]
        assert shows(refused, "less.other_topics" if wrong else "less.no_topics")
        assert boxes(refused) == [("linkedin", False), ("kriisit", "kriisit" in wrong)]
    assert stored(cloud) == before
    answer = press(cloud, page(), less="topics", topics=["kriisit"])
    assert heading(answer) == text("less.done")
    assert reader().choices.topics == ("kriisit",)
    assert reader().choices.frequency is Frequency.WEEKLY
    assert "topics" not in forms(page()["body"])
    before = stored(cloud)
    for wrong in ([], ["linkedin"], ["linkedin", "kriisit"]):
        refused = press(cloud, opened, less="topics", topics=wrong)
        assert (refused["statusCode"], shows(refused, "less.other_topics")) == (422, bool(wrong))
    assert stored(cloud) == before


def test_who_has_the_least_already_is_shown_no_heading_without_a_way_below_it(
    cloud: Cloud, page: Callable[[], Answer]
) -> None:
    assert shows(page(), "less.ways") or shows(page(), "unsubscribe.less")
    saved = {"topics": "kriisit", "language": "fi", "frequency": "monthly", "paused_until": "2026-12-24"}
    assert post(cloud, link(LinkPurpose.PREFERENCES), saved)["statusCode"] == 200
    assert forms(page()["body"]).keys() <= {""}
    assert not shows(page(), "less.ways")
    assert not shows(page(), "unsubscribe.less")


def test_who_gets_every_topic_sees_all_ticked_and_goes_on_getting_later_ones_unless_one_goes(
    cloud: Cloud, page: Callable[[], Answer]
) -> None:
    post(cloud, link(LinkPurpose.PREFERENCES), {"every_topic": "yes", "language": "fi", "tracking": "yes"})
    every = [topic.key for topic in app.templates.publication.topics]
    assert boxes(page()) == [(topic, True) for topic in every]
    assert press(cloud, page(), less="topics", topics=every)["statusCode"] == 200
    assert reader().choices.topics == ()
    press(cloud, page(), less="topics", topics=every[1:])
    assert reader().choices.topics == tuple(every[1:])


def test_a_pause_ends_on_the_day_that_was_chosen(cloud: Cloud, page: Callable[[], Answer]) -> None:
    assert 'name="paused_until" value="2026-12-23"' in page()["body"], "a month is proposed"
    before = stored(cloud)
    for wrong in ("", "2026-11-23", "2027-11-24", "huomenna"):
        refused = press(cloud, page(), less="paused_until", paused_until=wrong)
        assert (refused["statusCode"], re.findall(r'id="(\w+)-error"', refused["body"])) == (422, ["paused_until"])
    assert stored(cloud) == before
    answer = press(cloud, page(), **PAUSE)
    assert "24. joulukuuta 2026" in answer["body"]
    assert reader().choices.paused_until == date(2026, 12, 24)
    assert "paused_until" not in forms(page()["body"])
    assert shows(cloud.http("GET", less()), "less.paused", day="24. joulukuuta 2026")


def test_a_press_without_its_page_or_long_after_it_shows_the_page_and_changes_nothing(
    cloud: Cloud, clock: Clock
) -> None:
    page = cloud.http("GET", less())
    other = app.forms.token("less", NOON, "somebody-else")
    before = stored(cloud)
    for form in ({}, {"form": ""}, {"form": other}, {"form": app.forms.token("offer", NOON, ID)}):
        answer = post(cloud, less(), {**MONTHLY, **form})
        assert (answer["statusCode"], shows(answer, "less.again")) == (422, True)
    clock.forward(seconds=MAX_AGE.total_seconds() + 1)
    old = press(cloud, page, **MONTHLY)
    assert (old["statusCode"], shows(old, "less.again")) == (422, True)
    assert stored(cloud) == before
    assert press(cloud, old, **MONTHLY)["statusCode"] == 200
    assert reader().choices.frequency is Frequency.MONTHLY


@pytest.mark.parametrize("pressed", ["", "everything", "tracking", "email"])
def test_a_button_that_the_page_does_not_have_does_nothing(cloud: Cloud, clock: Clock, pressed: str) -> None:
    token = app.forms.token("less", clock.now, ID)
    before = stored(cloud)
    answer = post(cloud, less(), {"form": token, "less": pressed, "tracking": "no", "email": "x@example.com"})
    assert answer["statusCode"] == 422
    assert stored(cloud) == before


def test_the_link_of_an_old_mail_acts_on_the_reader_as_they_are_now(cloud: Cloud, clock: Clock) -> None:
    page = cloud.http("GET", less())
    leave = link(LinkPurpose.UNSUBSCRIBE)
    assert post(cloud, leave, {})["statusCode"] == 200
    before = stored(cloud)
    for answer in (cloud.http("GET", less()), press(cloud, page, **MONTHLY)):
        assert (answer["statusCode"], heading(answer)) == (410, text("problems.ended.heading"))
    assert stored(cloud) == before
    assert clock.now == NOON
    assert post(cloud, link(LinkPurpose.MY_DATA), {"erase": "yes"})["statusCode"] == 200
    assert cloud.http("GET", less())["statusCode"] == 410
    assert press(cloud, page, **MONTHLY)["statusCode"] == 410


def test_one_click_of_a_mail_program_still_leaves_and_offers_nothing(cloud: Cloud, clock: Clock) -> None:
    assert clock.now == NOON
    answer = post(
        cloud, link(LinkPurpose.UNSUBSCRIBE), {"List-Unsubscribe": "One-Click"}, origin="https://mail.example"
    )
    assert (answer["statusCode"], heading(answer)) == (200, text("unsubscribed.heading"))
    assert reader().status is Status.UNSUBSCRIBED
    for body in (MONTHLY, PAUSE, {"less": "topics", "topics": "linkedin"}):
        assert post(cloud, link(LinkPurpose.UNSUBSCRIBE), body)["statusCode"] == 200
        assert reader().status is Status.UNSUBSCRIBED


def test_what_another_page_saves_in_between_is_not_undone(cloud: Cloud, clock: Clock) -> None:
    page = cloud.http("GET", less())
    assert clock.now == NOON
    saved = {"topics": ["tekoaly"], "language": "sv", "name": "M.", "frequency": "weekly"}
    assert post(cloud, link(LinkPurpose.PREFERENCES), saved)["statusCode"] == 200
    press(cloud, page, **MONTHLY)
    now = reader().choices
    assert (now.topics, now.language, now.name, now.tracking) == (("tekoaly",), "sv", "M.", False)
    assert now.frequency is Frequency.MONTHLY


def test_every_mail_with_a_way_out_has_the_way_to_less(cloud: Cloud, clock: Clock) -> None:
    assert clock.now == NOON
    mail = cloud.mails(READER)[-1]
    assert mail.tags["mailing"] == "welcome"
    (path,) = [each for each in (link_to("preferences", mail, number) for number in (0, 1)) if each.endswith("/less")]
    assert heading(cloud.http("GET", path)) == text("less.heading")
    assert hidden(cloud.http("GET", path)["body"])["form"]
