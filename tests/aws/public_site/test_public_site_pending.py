"""Forms of several people that wait at one address: none of them replaces or turns into another's."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from newsletter.container import app
from newsletter.platform.links.links import LinkClaims, LinkPurpose
from newsletter.readers.profiles.records_store import is_sign_up
from newsletter.readers.subscriber import REMINDER_AFTER, Status, subscriber_id
from tests.support.readers.site import Clock, heading, hidden, post, reader, text
from tests.support.readers.stored import stored_profile
from tests.support.stack.cloud import PEPPER, Cloud, link_to

SARI, OTHER, NEW, THIRD = "sari@vanha.example.com", "olli@example.com", "sari@uusi.example.com", "sari@koti.example.com"
STRANGER: dict[str, Any] = {
    "email": NEW,
    "topics": ["kriisit"],
    "language": "sv",
    "frequency": "monthly",
    "name": "Mallory",
    "consent": "yes",
}
DAY = date(2026, 12, 18)


def id_of(email: str) -> str:
    return subscriber_id(PEPPER.encode(), email)


def own(purpose: LinkPurpose, email: str) -> str:
    return f"/{purpose}/{app.links.token(purpose, LinkClaims(id_of(email)))}"


def active() -> set[str]:
    """The addresses that get mail."""
    addresses = (SARI, OTHER, NEW, THIRD)
    found = {email: app.subscribers.get(id_of(email)) for email in addresses}
    return {email for email, profile in found.items() if profile and profile.status is Status.ACTIVE}


def forms(cloud: Cloud, email: str = NEW) -> set[str]:
    """The names of the forms that lie under the id of the address."""
    items = cloud.items("Subscribers")
    return {
        item["record"]["S"] for item in items if item["id"]["S"] == id_of(email) and is_sign_up(item["record"]["S"])
    }


def ask_to_move(cloud: Cloud, old: str, new: str = NEW) -> None:
    assert post(cloud, own(LinkPurpose.PREFERENCES, old), {"new_email": new})["statusCode"] == 200
    cloud.drain()


def sign_up(cloud: Cloud, **form: Any) -> None:
    assert post(cloud, "/subscribe?lang=fi", {**STRANGER, **form})["statusCode"] == 200
    cloud.drain()


def confirm_link(cloud: Cloud, email: str = NEW, mail: int = -1) -> str:
    return link_to("confirm", cloud.mails(email)[mail])


def press(cloud: Cloud, path: str, *, expect: str) -> None:
    """Press the button of the page as its reader sees it, whose heading is `pages.confirm.<expect>.heading`."""
    page = cloud.http("GET", path)
    assert heading(page) == text(f"confirm.{expect}.heading")
    assert post(cloud, path, hidden(page["body"]))["statusCode"] == 200
    cloud.drain()


@pytest.fixture
def clock(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Sari reads LinkedIn; her sign-up was an hour ago."""
    clock = Clock(monkeypatch, datetime(2026, 11, 23, 12, tzinfo=UTC))
    cloud.subscribe(SARI, "linkedin", name="Sari")
    cloud.drain()
    clock.forward(hours=1)
    return clock


@pytest.mark.parametrize("minutes", [1, 11])
def test_a_strangers_form_leaves_a_change_of_address_as_it_is(cloud: Cloud, clock: Clock, minutes: int) -> None:
    ask_to_move(cloud, SARI)
    path = confirm_link(cloud)
    clock.forward(minutes=minutes)
    sign_up(cloud)
    assert len(cloud.mails(NEW)) == (2 if minutes > 10 else 1)
    page = cloud.http("GET", path)["body"]
    assert "Mallory" not in page
    press(cloud, path, expect="move")
    assert active() == {NEW}
    assert (reader(id_of(NEW)).choices.name, reader(id_of(NEW)).choices.topics) == ("Sari", ("linkedin",))
    assert forms(cloud) == {"sign-up"}  # the stranger's, which now would be a change of a reader's choices
    if minutes > 10:
        assert heading(cloud.http("GET", confirm_link(cloud, mail=1))) == text("confirm.change.heading")


def test_a_change_of_address_leaves_the_form_of_the_addresss_owner_as_it_is(cloud: Cloud, clock: Clock) -> None:
    sign_up(cloud, name="Aino", language="fi")
    path = confirm_link(cloud)
    clock.forward(minutes=1)
    ask_to_move(cloud, SARI)
    assert len(cloud.mails(NEW)) == 1  # one mail in ten minutes, whoever asks
    press(cloud, path, expect="subscribe")
    assert active() == {SARI, NEW}
    assert (reader(id_of(NEW)).choices.name, reader(id_of(NEW)).choices.topics) == ("Aino", ("kriisit",))


def test_two_readers_who_ask_for_one_address_do_not_speak_for_each_other(cloud: Cloud, clock: Clock) -> None:
    cloud.subscribe(OTHER, "kriisit", name="Olli")
    cloud.drain()
    ask_to_move(cloud, SARI)
    path = confirm_link(cloud)
    clock.forward(minutes=1)
    ask_to_move(cloud, OTHER)
    assert len(cloud.mails(NEW)) == 1
    press(cloud, path, expect="move")
    assert active() == {OTHER, NEW}
    assert reader(id_of(NEW)).choices.name == "Sari"


@pytest.mark.usefixtures("clock")
def test_who_asked_for_two_addresses_and_confirms_both_has_one_subscription(cloud: Cloud) -> None:
    ask_to_move(cloud, SARI, NEW)
    ask_to_move(cloud, SARI, THIRD)
    press(cloud, confirm_link(cloud, NEW), expect="move")
    choices = {"topics": "kriisit", "language": "fi", "paused_until": DAY.isoformat()}
    assert post(cloud, own(LinkPurpose.PREFERENCES, NEW), choices)["statusCode"] == 200
    press(cloud, confirm_link(cloud, THIRD), expect="move")
    assert active() == {THIRD}
    assert (reader(id_of(THIRD)).choices.topics, reader(id_of(THIRD)).choices.paused_until) == (("kriisit",), DAY)
    assert forms(cloud, THIRD) == set()
    assert [mail.tags["mailing"] for mail in cloud.mails(NEW)][-1] == "moved"


def test_a_repeated_change_of_address_keeps_its_link_and_its_one_reminder(cloud: Cloud, clock: Clock) -> None:
    ask_to_move(cloud, SARI)
    path = confirm_link(cloud)
    clock.forward(minutes=1)
    ask_to_move(cloud, SARI)
    clock.forward(minutes=1)
    sign_up(cloud)
    clock.forward(seconds=REMINDER_AFTER.total_seconds())
    for _ in range(2):
        cloud.run("nurture", clock.now)
        cloud.drain()
    assert len(cloud.mails(NEW)) == 2  # the mail and the reminder, both of the change of address
    reminded = confirm_link(cloud)
    for each in (path, reminded):
        assert heading(cloud.http("GET", each)) == text("confirm.move.heading")
    press(cloud, reminded, expect="move")
    assert active() == {NEW}


@pytest.mark.usefixtures("clock")
def test_erasing_a_reader_removes_their_change_of_address_and_no_other_form(cloud: Cloud) -> None:
    cloud.subscribe(OTHER)
    cloud.drain()
    ask_to_move(cloud, SARI)
    ask_to_move(cloud, OTHER)
    sign_up(cloud)
    assert forms(cloud) == {"sign-up", f"sign-up#{id_of(SARI)}", f"sign-up#{id_of(OTHER)}"}
    path = confirm_link(cloud)
    page = cloud.http("GET", own(LinkPurpose.MY_DATA, SARI))["body"]
    assert page.count(NEW) >= 1
    assert "Mallory" not in page
    assert post(cloud, own(LinkPurpose.MY_DATA, SARI), {"erase": "yes", "confirm": "yes"})["statusCode"] == 200
    assert stored_profile(app.subscribers, id_of(SARI))["status"] == Status.ERASED  # type: ignore[index]
    assert forms(cloud) == {"sign-up", f"sign-up#{id_of(OTHER)}"}
    assert heading(cloud.http("GET", path)) != text("confirm.move.heading")


def test_who_was_erased_keeps_every_form_of_afterwards_until_it_is_over(cloud: Cloud, clock: Clock) -> None:
    cloud.subscribe(OTHER)
    cloud.drain()
    assert post(cloud, own(LinkPurpose.MY_DATA, SARI), {"erase": "yes", "confirm": "yes"})["statusCode"] == 200
    clock.forward(minutes=30)
    ask_to_move(cloud, OTHER, SARI)
    clock.forward(days=1)
    cloud.run("nurture", clock.now)
    cloud.drain()
    assert forms(cloud, SARI) == {f"sign-up#{id_of(OTHER)}"}
    press(cloud, confirm_link(cloud, SARI), expect="move")
    assert active() == {SARI}


def test_a_pause_goes_along_when_its_reader_left_before_they_confirmed_the_new_address(
    cloud: Cloud, clock: Clock
) -> None:
    choices = {"topics": "kriisit", "language": "fi", "name": "Sari", "paused_until": DAY.isoformat()}
    assert post(cloud, own(LinkPurpose.PREFERENCES, SARI), choices)["statusCode"] == 200
    ask_to_move(cloud, SARI)
    clock.forward(hours=1)
    assert post(cloud, own(LinkPurpose.UNSUBSCRIBE, SARI), {})["statusCode"] == 200
    press(cloud, confirm_link(cloud), expect="move")
    moved = reader(id_of(NEW))
    assert (moved.choices.topics, moved.choices.paused_until, active()) == (("kriisit",), DAY, {NEW})
