"""When AWS refuses what a page needs, the page says soon and in the reader's language that nothing was done."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from newsletter.container import app
from newsletter.platform.aws.clients import CONNECT_SECONDS, READ_SECONDS
from newsletter.platform.links.links import LinkClaims, LinkPurpose
from newsletter.publication.sequences import Exit
from newsletter.readers.choice import Frequency
from newsletter.readers.subscriber import Status
from public_site.handler import SECONDS_FOR_AWS
from public_site.problems import BUSY_SECONDS
from tests.support.aws.throttled import after, everything, silent, slow, throttled, writes
from tests.support.readers.site import (
    FORM,
    ID,
    READER,
    Answer,
    Clock,
    acts,
    asked,
    heading,
    link,
    post,
    reader,
    stored,
)
from tests.support.readers.throttled_pages import AT_MOST, NOON, OTHER, SERIES, busy, reader_at_noon
from tests.support.stack.cloud import Cloud, link_to

ENGLISH = {"accept_language": "en"}
FINNISH = {"accept_language": "fi"}


@dataclass(frozen=True)
class Door:
    """A form that somebody sends: what it does as the page says it, and whether it was done."""

    act: str
    press: Callable[..., Answer]
    done: Callable[[Cloud], bool]


def _leave(cloud: Cloud, **headers: str) -> Answer:
    return post(cloud, link(LinkPurpose.UNSUBSCRIBE, mailing="m", batch="b"), {}, **headers)


def _one_click(cloud: Cloud, **headers: str) -> Answer:
    form = {"List-Unsubscribe": "One-Click"}
    return post(cloud, link(LinkPurpose.UNSUBSCRIBE, mailing="m", batch="b"), form, **headers)


def _confirm(cloud: Cloud, **headers: str) -> Answer:
    path = link_to("confirm", cloud.mails(OTHER)[-1])
    return post(cloud, path, {"confirm": "yes"}, **headers)


def _choose(cloud: Cloud, **headers: str) -> Answer:
    return post(cloud, link(LinkPurpose.PREFERENCES), {"topics": "kriisit", "language": "fi"}, **headers)


def _less(cloud: Cloud, **headers: str) -> Answer:
    form = {"less": "frequency", "form": app.forms.token("less", app.now(), ID)}
    return post(cloud, f"{link(LinkPurpose.PREFERENCES)}/less", form, **headers)


def _stop_series(cloud: Cloud, **headers: str) -> Answer:
    form = {"form": app.forms.token("series", app.now(), ID)}
    return post(cloud, f"{link(LinkPurpose.PREFERENCES)}/series/{SERIES}", form, **headers)


def _erase(cloud: Cloud, **headers: str) -> Answer:
    return post(cloud, link(LinkPurpose.MY_DATA), {}, **headers)


def _offer(cloud: Cloud, **headers: str) -> Answer:
    token = app.links.token(LinkPurpose.OFFER, LinkClaims(ID, "m", "b", 0, "sparraus"))
    return post(cloud, f"/offer/{token}", {"form": app.forms.token("offer", app.now(), token)}, **headers)


def _answers(cloud: Cloud, **headers: str) -> Answer:
    token = app.links.token(LinkPurpose.OFFER, LinkClaims(ID, "m", "b", 0, "sparraus"))
    form = {"step": "answers", "form": app.forms.token("answers", app.now(), token), "phone": "040 123 4567"}
    return post(cloud, f"/offer/{token}", form, **headers)


def _move(cloud: Cloud, **headers: str) -> Answer:
    return post(cloud, link(LinkPurpose.PREFERENCES), {"new_email": "uusi@example.com"}, **headers)


def _sign_up(cloud: Cloud, language: str = "fi", **headers: str) -> Answer:
    return post(cloud, "/subscribe", {**FORM, "email": "uusi@example.com", "language": language}, **headers)


def _status(email: str) -> str:
    profile = app.subscribers.profile(app.ids.of(email))
    return profile.status if profile else ""


def _left(cloud: Cloud) -> bool:
    del cloud
    record = app.deliveries.record("m", "b")
    return (
        _status(READER) == Status.UNSUBSCRIBED
        and [act for act, _ in acts()].count("withdrawn") == 1
        and record is not None
        and record.has_event("unsubscribed", 0)
    )


DOORS = {
    "leave": Door("leave", _leave, _left),
    "one-click": Door("leave", _one_click, _left),
    "confirm": Door("confirm", _confirm, lambda _: _status(OTHER) == Status.ACTIVE),
    "preferences": Door("choices", _choose, lambda _: reader().choices.topics == ("kriisit",)),
    "less": Door("choices", _less, lambda _: reader().choices.frequency is Frequency.MONTHLY),
    "series": Door(
        "choices", _stop_series, lambda _: [each.ended for each in app.enrollments.of(ID, SERIES)] == [Exit.STOPPED]
    ),
    "my-data": Door("erase", _erase, lambda _: _status(READER) == Status.ERASED),
    "offer": Door("offer", _offer, lambda cloud: len(cloud.messages("LeadQueue")) > 0),
    "answers": Door("answers", _answers, lambda cloud: len(cloud.messages("LeadQueue")) > 0),
    "move": Door("choices", _move, lambda cloud: app.ids.of("uusi@example.com") in asked(cloud)),
    "sign-up": Door("sign_up", _sign_up, lambda cloud: app.ids.of("uusi@example.com") in asked(cloud)),
}


@pytest.fixture
def clock(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """It goes on where somebody waits."""
    return reader_at_noon(cloud, monkeypatch)


@pytest.mark.parametrize("asked_for", ["back", "explain"])
def test_who_has_left_is_not_told_that_they_have_not(cloud: Cloud, clock: Clock, asked_for: str) -> None:
    assert _leave(cloud)["statusCode"] == 200
    clock.forward(minutes=11)
    path = link(LinkPurpose.UNSUBSCRIBE, mailing="m", batch="b")
    before = stored(cloud)
    with throttled(everything):
        answer = post(cloud, path, {asked_for: "yes", "reason": "too_often"}, **FINNISH)
    assert busy(answer, asked_for)
    assert stored(cloud) == before
    assert post(cloud, path, {asked_for: "yes", "reason": "too_often"})["statusCode"] == 200


@pytest.fixture(params=DOORS)
def door(request: pytest.FixtureRequest, clock: Clock) -> Door:
    assert clock.now > NOON
    return DOORS[request.param]


def test_with_everything_throttled_a_form_says_what_was_not_done_and_is_done_afterwards(
    cloud: Cloud, clock: Clock, door: Door
) -> None:
    before, began = stored(cloud), clock.now
    with throttled(everything):
        answer = door.press(cloud, **FINNISH)
    assert busy(answer, door.act)
    assert (clock.now - began).total_seconds() <= SECONDS_FOR_AWS
    assert stored(cloud) == before
    assert not door.done(cloud)
    assert door.press(cloud)["statusCode"] == 200
    assert door.done(cloud)


@pytest.mark.parametrize("name", sorted(DOORS))
def test_with_writes_throttled_the_page_is_in_the_readers_own_language(cloud: Cloud, clock: Clock, name: str) -> None:
    """Of who has not confirmed, it is the one that they chose on the form."""
    assert clock.now > NOON
    before = stored(cloud)
    with throttled(writes):
        answer = DOORS[name].press(cloud, **ENGLISH)
    assert busy(answer, DOORS[name].act)
    assert stored(cloud) == before


def test_whichever_write_is_the_first_to_be_refused_nothing_stays_half_done(
    cloud: Cloud, clock: Clock, door: Door
) -> None:
    number, refused = 0, ["none yet"]
    while refused:
        number += 1
        with throttled(after(number)) as refused:
            answer = door.press(cloud, **FINNISH)
        assert answer["statusCode"] == 200 or (refused and busy(answer, "perhaps"))
        clock.forward(seconds=BUSY_SECONDS)
        assert number < 30
    assert door.done(cloud)


def test_servers_that_never_answer_keep_nobody_waiting(cloud: Cloud, clock: Clock, door: Door) -> None:
    began = clock.now
    with silent(everything, lambda seconds: clock.forward(seconds=seconds)):
        answer = door.press(cloud, **FINNISH)
    assert busy(answer, "perhaps") or busy(answer, door.act)
    assert (clock.now - began).total_seconds() <= AT_MOST
    assert door.press(cloud)["statusCode"] == 200
    assert door.done(cloud)


def test_servers_that_answer_slowly_keep_nobody_waiting_either(cloud: Cloud, clock: Clock, door: Door) -> None:
    began = clock.now
    with slow(READ_SECONDS - 0.1, lambda seconds: clock.forward(seconds=seconds)):
        answer = door.press(cloud, **FINNISH)
    assert answer["statusCode"] == 200 or busy(answer, "perhaps") or busy(answer, door.act)
    assert (clock.now - began).total_seconds() <= AT_MOST
    clock.forward(seconds=BUSY_SECONDS)
    assert door.press(cloud)["statusCode"] == 200
    assert door.done(cloud)


def test_the_last_attempt_ends_in_time() -> None:
    assert SECONDS_FOR_AWS + CONNECT_SECONDS + READ_SECONDS < AT_MOST


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_it_is_said_in_every_language(cloud: Cloud, clock: Clock, language: str) -> None:
    assert clock.now > NOON
    for act, press in {door.act: door.press for door in DOORS.values()}.items():
        chosen = {"language": language} if act == "sign_up" else {}
        with throttled(everything):
            answer = press(cloud, accept_language=language, **chosen)
        assert answer["headers"]["Content-Language"] == language
        assert heading(answer) == app.templates.text("pages.problems.busy.heading", language)
        said = app.templates.text(f"pages.problems.busy.{act}", language)
        assert html.escape(said, quote=False) in re.sub(r"</?a\b[^>]*>", "", answer["body"])


def test_a_form_that_sends_json_is_told_in_json(cloud: Cloud, clock: Clock) -> None:
    assert clock.now > NOON
    with throttled(everything):
        answer = post(cloud, link(LinkPurpose.PREFERENCES), {"topics": "kriisit"}, accept="application/json", **ENGLISH)
    assert (answer["statusCode"], answer["headers"]["Retry-After"]) == (503, str(BUSY_SECONDS))
    assert "not saved" in answer["body"]
