"""The page of an offer: its button, the form after it, and what it says to who pressed before."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from newsletter.container import app
from newsletter.leads.change_lead import accepted, lost, won
from newsletter.leads.manage.act_on_lead import act_on_lead
from newsletter.leads.manage.acts import Act
from newsletter.leads.record_press import record_press
from newsletter.leads.take_up_offer import EVIDENCE_DELAY
from newsletter.leads.visits.verdict import VerdictKind
from newsletter.publication.offers import Offer
from tests.support.leads import lead_fixtures
from tests.support.leads.presses import OFFER, Judge, leads, offer_link, press_at
from tests.support.readers.site import ID, Clock, heading, hidden, post, shows, stored, text
from tests.support.stack.cloud import BROWSER, Cloud, earlier

clock, judge = lead_fixtures.clock, lead_fixtures.judge
PERSON, MACHINE, UNSURE = VerdictKind.PERSON, VerdictKind.MACHINE, VerdictKind.UNSURE


def offer_with(monkeypatch: pytest.MonkeyPatch, **changed: Any) -> Offer:
    """The publication's offer, changed."""
    (offer,) = app.publication.offers
    offer = replace(offer, **changed)
    monkeypatch.setattr(app.templates, "publication", replace(app.publication, offers=(offer,)))
    return offer


def message(cloud: Cloud) -> dict[str, Any]:
    (body,) = cloud.messages("LeadQueue")
    found: dict[str, Any] = json.loads(body)
    return found


# --- the button ------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("clock")
def test_the_press_says_how_long_its_page_was_read_and_whether_it_comes_from_there(cloud: Cloud) -> None:
    cloud.press(offer_link(), dwell=7.25)
    sent = message(cloud)
    assert (sent["page_age"], sent["from_page"], sent["at"]) == (7.25, True, "2026-11-24T12:00:00.000Z")
    with earlier(30):
        page = cloud.http("GET", offer_link(), headers=BROWSER)["body"]
    post(cloud, offer_link(), hidden(page, 0), user_agent="Other/1")
    sent = message(cloud)
    assert (sent["page_age"], sent["from_page"]) == (30.0, False)


@pytest.mark.usefixtures("clock")
def test_looking_at_the_page_changes_nothing_but_the_evidence(cloud: Cloud) -> None:
    before = stored(cloud)
    for method in ("GET", "HEAD"):
        assert cloud.http(method, offer_link())["statusCode"] == 200
    assert stored(cloud) == before
    assert cloud.messages("LeadQueue") == []


def test_presses_wait_in_the_queue_until_what_happened_around_them_is_known(
    cloud: Cloud, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    delays: list[int] = []
    monkeypatch.setattr(app.queues, "send", lambda _queue, _message, delay=0: delays.append(delay))
    cloud.press(offer_link())
    clock.forward(seconds=1)
    monkeypatch.setitem(vars(app), "settings", replace(app.settings, local=False))
    cloud.press(offer_link())
    assert delays == [0, EVIDENCE_DELAY]


def test_two_pages_pressed_within_minutes_are_two_presses_and_a_double_click_is_one(cloud: Cloud, clock: Clock) -> None:
    page = hidden(cloud.http("GET", offer_link(), headers=BROWSER)["body"], 0)
    for _ in range(3):
        assert post(cloud, offer_link(), page)["statusCode"] == 200
    assert len(cloud.messages("LeadQueue")) == 1
    clock.forward(seconds=90)
    cloud.press(offer_link())
    assert len(cloud.messages("LeadQueue")) == 1


# --- the form after it -----------------------------------------------------------------------------------------------


def answers(cloud: Cloud, clock: Clock, **typed: str) -> dict[str, Any]:
    """Press, and send the form that follows."""
    page = cloud.press(offer_link())
    assert cloud.drain() == []
    clock.forward(seconds=40)
    return post(cloud, offer_link(), {**hidden(page["body"], 0), **typed})


def test_what_is_typed_after_the_press_becomes_part_of_the_lead(cloud: Cloud, clock: Clock) -> None:
    answer = answers(cloud, clock, phone="+358 40 123 4567", company="  Yritys  Oy ", message="Hei!\r\n\r\nMoi.")
    assert (answer["statusCode"], heading(answer)) == (200, text("offer_answered.heading"))
    assert "+358 40 123 4567" in answer["body"]
    assert cloud.drain() == []
    (lead,) = leads(cloud)
    assert lead.answers == {"phone": "+358 40 123 4567", "company": "Yritys Oy", "message": "Hei!\n\nMoi."}
    bodies = [webhook.json for webhook in cloud.webhooks]
    assert [body["type"] for body in bodies] == ["lead.created", "lead.updated"]
    assert bodies[1]["data"]["answers"] == lead.answers


def test_faults_are_named_beside_their_fields_and_nothing_typed_is_lost(cloud: Cloud, clock: Clock) -> None:
    answer = answers(cloud, clock, phone="soita", message="x" * 501, times="ti <b>klo</b> 9")
    assert (answer["statusCode"], heading(answer)) == (422, text("offer_taken.heading"))
    assert shows(answer, "offer_taken.wrong_phone")
    assert shows(answer, "offer_taken.wrong_message")
    assert "ti &lt;b&gt;klo&lt;/b&gt; 9" in answer["body"]
    again = post(cloud, offer_link(), {**hidden(answer["body"], 0), "phone": "040 123 4567"})
    assert heading(again) == text("offer_answered.heading")
    empty = post(cloud, offer_link(), hidden(answer["body"], 0))
    assert (empty["statusCode"], shows(empty, "offer_taken.nothing")) == (422, True)


@pytest.mark.parametrize("form", ["", "x", "other mailing", "too old"])
def test_answers_without_the_press_that_they_follow_are_refused(cloud: Cloud, clock: Clock, form: str) -> None:
    tokens = {
        "other mailing": app.forms.token("answers", clock.now, "other"),
        "too old": app.forms.token("answers", clock.now - timedelta(days=1, seconds=1), offer_link().split("/")[2]),
    }
    answer = post(cloud, offer_link(), {"step": "answers", "form": tokens.get(form, form), "phone": "040 123 4567"})
    assert (answer["statusCode"], heading(answer)) == (422, "Sparrataanko?")
    assert app.offer_answers.of(ID, OFFER) is None
    assert cloud.messages("LeadQueue") == []


def test_the_form_asks_for_what_the_publication_names_and_links_where_times_can_be_booked(
    cloud: Cloud, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    urls = {"booking_url": "https://example.com/varaa", "ics_url": "https://example.com/ajat.ics"}
    offer_with(monkeypatch, ask=("phone",), **urls)
    page = cloud.press(offer_link())["body"]
    assert 'name="phone"' in page
    assert 'name="message"' not in page
    assert all(f'href="{url}"' in page for url in urls.values())
    answer = post(cloud, offer_link(), {**hidden(page, 0), "phone": "040 123 4567", "message": "not asked for"})
    assert "not asked for" not in answer["body"]
    offer_with(monkeypatch, ask=(), booking_url="", ics_url="")
    clock.forward(minutes=1)
    page = cloud.press(offer_link())["body"]
    assert "<form" not in page
    assert "example.com/varaa" not in page


def test_who_is_erased_before_they_send_the_form_leaves_nothing(cloud: Cloud, clock: Clock) -> None:
    from newsletter.readers import my_data

    page = cloud.press(offer_link())["body"]
    cloud.drain()
    my_data.erase_every_address(ID, clock.now, app)
    before = stored(cloud)
    answer = post(cloud, offer_link(), {**hidden(page, 0), "phone": "040 123 4567"})
    assert answer["statusCode"] == 410
    assert stored(cloud) == before


# --- pressed before --------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("judge")
def test_the_page_says_when_it_was_pressed_and_what_happened_since(cloud: Cloud, clock: Clock) -> None:
    record_press(press_at(clock.now), clock.now, app)
    (lead,) = leads(cloud)
    again_from = "23. toukokuuta 2027"
    clock.forward(days=2)

    def page_shows(happened: str, *, waits: bool) -> bool:
        page = cloud.http("GET", offer_link())
        waiting = shows(page, "offer.anew_from", day=again_from)
        return shows(page, "offer.pressed_on", day="24. marraskuuta 2026") and (
            shows(page, f"offer.since.{happened}") and waiting == waits
        )

    assert page_shows("passed_on", waits=True)
    accepted(lead.id, clock.now, app)
    assert page_shows("accepted", waits=True)
    won(lead.id, clock.now, app)
    assert page_shows("answered", waits=True)
    lost(lead.id, clock.now + timedelta(seconds=1), app)
    assert page_shows("closed", waits=False)


def test_a_kept_press_is_not_said_to_have_been_passed_on(cloud: Cloud, clock: Clock, judge: Judge) -> None:
    judge.kind = MACHINE
    record_press(press_at(clock.now), clock.now, app)
    page = cloud.http("GET", offer_link())
    assert shows(page, "offer.since.unclear")
    assert shows(page, "offer.some_press", day="24. marraskuuta 2026")
    assert not shows(page, "offer.pressed_on", day="24. marraskuuta 2026"), "the reader did not ask for anything"
    assert not shows(page, "offer.since.passed_on")
    judge.kind = UNSURE
    record_press(press_at(clock.now + timedelta(minutes=1)), clock.now, app)
    assert shows(cloud.http("GET", offer_link()), "offer.since.arrived")
    (lead,) = leads(cloud)
    act_on_lead(Act.DROP, lead.id, app, by="Maija", now=clock.now)
    assert shows(cloud.http("GET", offer_link()), "offer.since.closed")


def test_the_page_shows_nothing_that_was_typed(cloud: Cloud, clock: Clock) -> None:
    answers(cloud, clock, phone="+358 40 123 4567", message="luottamuksellista")
    cloud.drain()
    page = cloud.http("GET", offer_link())["body"]
    assert "123 4567" not in page
    assert "luottamuksellista" not in page
