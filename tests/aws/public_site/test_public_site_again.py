"""Forms for an address that was filled in before: the newest counts, and nobody confirms what they have not seen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from newsletter.container import app
from newsletter.platform.links.links import LinkPurpose
from newsletter.readers.subscriber import Status
from tests.support.readers.site import (
    ID,
    READER,
    STRANGERS_FORM,
    STRANGERS_NAME,
    Answer,
    Clock,
    acts,
    heading,
    hidden,
    link,
    post,
    reader,
    shows,
    text,
)
from tests.support.stack.cloud import Cloud, link_to


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch, datetime.now(UTC))


def ask(cloud: Cloud, **form: Any) -> None:
    """Somebody sends the form for the reader's address."""
    assert heading(post(cloud, "/subscribe?lang=fi", {**STRANGERS_FORM, **form})) == text("check_mail.heading")
    cloud.drain()


def mailings(cloud: Cloud) -> list[str]:
    """The mailings that the reader got."""
    return [mail.tags["mailing"] for mail in cloud.mails(READER)]


def confirm_link(cloud: Cloud) -> str:
    """The link of the last mail."""
    return link_to("confirm", cloud.mails(READER)[-1])


def press(cloud: Cloud, path: str, page: Answer) -> Answer:
    """Press the button of the page."""
    return post(cloud, path, hidden(page["body"]))


# --- of a reader -----------------------------------------------------------------------------------------------------


def test_a_strangers_form_for_a_reader_changes_nothing_and_the_mail_says_that_they_subscribe(
    cloud: Cloud, clock: Clock
) -> None:
    cloud.subscribe(READER, "linkedin", name="Maija")
    clock.forward(hours=1)
    before = (reader(), acts())
    ask(cloud)
    assert mailings(cloud) == ["confirmation", "welcome", "already"]
    mail = cloud.mails(READER)[-1]
    assert mail.subject.startswith("Olet jo uutiskirjeemme tilaaja")  # in the reader's language, not the form's
    assert "Joku, ehkä sinä itse" in f"{mail.text}"
    assert STRANGERS_NAME not in f"{mail.subject}{mail.text}{mail.html}"
    path = confirm_link(cloud)
    for answer in (cloud.http("GET", path), cloud.http("POST", path), cloud.http("POST", path, "confirm=yes")):
        assert (answer["statusCode"], heading(answer)) == (200, text("confirm.change.heading"))
    clock.forward(days=3)
    cloud.run("nurture", clock.now)
    cloud.drain()
    assert mailings(cloud)[-1] == "already"  # and no reminder
    assert (reader(), acts()) == before


def test_the_page_shows_each_change_from_and_to_and_the_button_makes_them_without_a_second_welcome(
    cloud: Cloud, clock: Clock
) -> None:
    cloud.subscribe(READER, "linkedin", name="Maija")
    clock.forward(hours=1)
    ask(cloud, tracking="no", name="<b>M")
    path = confirm_link(cloud)
    page = cloud.http("GET", path)
    rows = page["body"].partition("<tbody>")[2].partition("</tbody>")[0]
    told = [
        *("LinkedIn", "Kriisit ja vaikeat keskustelut"),
        *("Kerran viikossa", "Kerran kuussa"),
        *("Suomi", "English"),
        *("Maija", "&lt;b&gt;M"),
        *("Käytössä", "Ei käytössä"),
    ]
    places = [rows.index(f"{word}") for word in told]
    assert places == sorted(places)
    for _ in range(2):
        assert heading(press(cloud, path, page)) == "Your choices are changed"
    cloud.drain()
    now = reader()
    assert (now.choices.topics, now.language, now.choices.name, now.choices.frequency) == (
        ("kriisit",),
        "en",
        "<b>M",
        "monthly",
    )
    assert (now.choices.tracking, now.status) == (False, Status.ACTIVE)
    assert acts()[-2:] == [
        ("given", f"confirmed form: {app.settings.public_url}/subscribe"),
        ("withdrawn", "tracking of links, refused on the form"),
    ]
    assert mailings(cloud) == ["confirmation", "welcome", "already"]


def test_a_form_ends_no_pause_empties_no_name_and_allows_no_tracking(cloud: Cloud, clock: Clock) -> None:
    cloud.subscribe(READER, "linkedin", name="Maija")
    day = (clock.now + timedelta(days=9)).date()
    choices = {"topics": "linkedin", "language": "fi", "name": "Maija", "paused_until": day.isoformat()}
    assert post(cloud, link(LinkPurpose.PREFERENCES), choices)["statusCode"] == 200
    clock.forward(hours=1)
    ask(cloud, name="")
    path = confirm_link(cloud)
    press(cloud, path, cloud.http("GET", path))
    now = reader()
    assert (now.choices.topics, now.choices.name, now.choices.paused_until, now.choices.tracking) == (
        ("kriisit",),
        "Maija",
        day,
        False,
    )


def test_a_form_with_the_choices_they_have_asks_a_reader_for_nothing(cloud: Cloud, clock: Clock) -> None:
    cloud.subscribe(READER, "kriisit")
    clock.forward(hours=1)
    ask(cloud, name="", language="fi", frequency="weekly")
    page = cloud.http("GET", confirm_link(cloud))
    assert shows(page, "confirm.change.nothing")
    assert "<form" not in page["body"]
    assert mailings(cloud) == ["confirmation", "welcome", "already"]


def test_a_page_whose_reader_is_another_by_now_is_shown_again(cloud: Cloud, clock: Clock) -> None:
    cloud.subscribe(READER, "linkedin")
    clock.forward(hours=1)
    ask(cloud)
    path = confirm_link(cloud)
    page = cloud.http("GET", path)
    post(cloud, link(LinkPurpose.UNSUBSCRIBE), {})
    again = press(cloud, path, page)
    assert shows(again, "confirm.changed") or "have changed since" in again["body"]
    assert reader().status is Status.UNSUBSCRIBED
    press(cloud, path, again)
    assert (reader().status, reader().choices.topics) == (Status.ACTIVE, ("kriisit",))


# --- of somebody who has not confirmed yet ---------------------------------------------------------------------------


def test_a_second_form_within_ten_minutes_replaces_the_first_and_the_mail_that_was_sent_confirms_it(
    cloud: Cloud, clock: Clock
) -> None:
    ask(cloud, topics=["linkedin"], language="fi", name="Maija")
    clock.forward(minutes=2)
    ask(cloud, topics=["tekoaly"], language="sv", frequency="weekly", name="")
    assert mailings(cloud) == ["confirmation"]
    path = confirm_link(cloud)
    page = cloud.http("GET", path)
    assert "AI i kommunikationen" in page["body"]
    assert "LinkedIn" not in page["body"]
    press(cloud, path, page)
    now = reader()
    assert (now.choices.topics, now.language, now.choices.frequency, now.choices.name) == (
        ("tekoaly",),
        "sv",
        "weekly",
        "",
    )


def test_a_form_that_comes_while_the_page_is_open_is_shown_before_it_counts(cloud: Cloud, clock: Clock) -> None:
    ask(cloud, topics=["linkedin"], language="fi", name="Maija")
    path = confirm_link(cloud)
    page = cloud.http("GET", path)
    clock.forward(minutes=1)
    ask(cloud, language="fi")
    again = press(cloud, path, page)
    assert shows(again, "confirm.changed")
    assert "Kriisit" in again["body"]
    assert app.subscribers.get(ID) is None
    press(cloud, path, again)
    assert reader().choices.topics == ("kriisit",)


def test_forms_before_the_first_mail_has_gone_out_still_bring_one(cloud: Cloud) -> None:
    for topics in (["linkedin"], ["kriisit"]):
        assert post(cloud, "/subscribe", {**STRANGERS_FORM, "topics": topics})["statusCode"] == 200
    cloud.drain()
    assert mailings(cloud) == ["confirmation"]


def test_who_confirms_leaves_and_wants_back_within_ten_minutes_gets_a_mail(cloud: Cloud, clock: Clock) -> None:
    cloud.subscribe(READER, "linkedin")
    clock.forward(minutes=1)
    left = post(cloud, link(LinkPurpose.UNSUBSCRIBE), {})
    answer = post(cloud, link(LinkPurpose.UNSUBSCRIBE), hidden(left["body"]))
    assert heading(answer) == text("check_mail.heading")
    assert not shows(answer, "check_mail.typed")  # nobody typed an address, and there is no form to go back to
    assert not shows(answer, "check_mail.again")
    cloud.drain()
    assert mailings(cloud)[-1] == "confirmation"
    assert cloud.http("POST", confirm_link(cloud))["statusCode"] == 200
    assert (reader().status, reader().choices.topics) == (Status.ACTIVE, ("linkedin",))


def test_the_button_to_come_back_promises_no_mail_to_who_is_here(cloud: Cloud) -> None:
    cloud.subscribe(READER)
    cloud.drain()
    answer = post(cloud, link(LinkPurpose.UNSUBSCRIBE), {"back": "yes"})
    assert heading(answer) == text("unsubscribe.heading")
    assert cloud.messages("TransactionalQueue") == []


# --- of one mailbox --------------------------------------------------------------------------------------------------


def test_all_addresses_of_a_mailbox_share_its_mails_and_its_reminder(cloud: Cloud, clock: Clock) -> None:
    def forms(start: int) -> None:
        for number in range(start, start + 30):
            clock.forward(minutes=11)
            email = ("uhri+{}@gmail.com", "u.hri+{}@googlemail.com", "uh.ri+{}@gmail.com")[number % 3].format(number)
            post(cloud, "/subscribe", {**STRANGERS_FORM, "email": email}, source=f"198.{number}.1.1")
        cloud.drain()

    forms(0)
    assert len(cloud.mails()) == 3
    clock.forward(days=3)
    cloud.run("nurture", clock.now)
    cloud.drain()
    assert len(cloud.mails()) == 4
    forms(50)
    clock.forward(days=3)
    cloud.run("nurture", clock.now)
    cloud.drain()
    assert len(cloud.mails()) == 7


# --- what the form says and asks -------------------------------------------------------------------------------------


def test_tracking_refused_on_the_form_is_refused_from_the_first_mail_on(cloud: Cloud) -> None:
    ask(cloud, tracking="no", language="fi")
    path = confirm_link(cloud)
    page = cloud.http("GET", path)
    assert text("my_data.not_allowed") in page["body"]
    press(cloud, path, page)
    cloud.drain()
    assert reader().choices.tracking is False
    assert acts()[-1] == ("withdrawn", "tracking of links, refused on the form")
    assert "/c/" not in f"{cloud.mails(READER)[-1].html}"
