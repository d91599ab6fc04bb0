"""What the index of comings and goings says after everything that can happen to a reader, and happen twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from newsletter.container import app
from newsletter.overview.growth import growth
from newsletter.platform.links.links import LinkClaims
from newsletter.readers.choices import Choices
from newsletter.readers.my_data import erase_every_address
from newsletter.readers.signup.pending import Effect
from newsletter.readers.subscriber import SignUp, Status, subscriber_id
from newsletter.readers.unsubscribe import unsubscribe
from tests.support.stack.cloud import PEPPER

pytestmark = pytest.mark.usefixtures("cloud")
NOW = datetime.now(UTC).replace(microsecond=0)
WEEK = timedelta(days=7)


def join(email: str, at: datetime, *, nonce: str = "n", origin: str = "blog", effect: Effect = Effect.SUBSCRIBE) -> str:
    reader = subscriber_id(PEPPER.encode(), email)
    form = SignUp(reader, email, Choices(language="fi"), "2026-11", origin, "", at, nonce)
    app.subscribers.activate(form, at, effect=effect)
    return reader


def counted() -> list[tuple[int, int, int, int]]:
    """Joined, left, bounced and complained of the week before and of this one."""
    return [(each.joined, each.left, each.bounced, each.complained) for each in growth(app, NOW, 2).weeks]


def test_joining_and_leaving_count_once_however_often_they_are_written() -> None:
    reader = join("maija@example.com", NOW - WEEK)
    join("maija@example.com", NOW)
    assert counted() == [(1, 0, 0, 0), (0, 0, 0, 0)]
    for _ in range(2):
        unsubscribe(LinkClaims(reader), "page", NOW, app)
    assert counted() == [(1, 0, 0, 0), (0, 1, 0, 0)]
    join("maija@example.com", NOW, nonce="again", origin="fair")
    assert counted() == [(0, 0, 0, 0), (1, 0, 0, 0)]
    assert growth(app, NOW).by_form == {"fair": 1}


def test_other_choices_and_another_address_are_no_growth() -> None:
    old = join("old@example.com", NOW - WEEK)
    join("old@example.com", NOW, nonce="b", effect=Effect.CHANGE)
    new = join("new@example.com", NOW, nonce="c", effect=Effect.MOVE)
    app.subscribers.deactivate(old, Status.UNSUBSCRIBED, "moved", NOW, moved_to=new)
    assert counted() == [(1, 0, 0, 0), (0, 0, 0, 0)]


def test_bounces_are_told_from_goodbyes_and_taken_back_when_the_mail_arrives() -> None:
    year = timedelta(days=365)
    hard, spam, soft = (join(f"{name}@example.com", NOW - WEEK) for name in ("hard", "spam", "soft"))
    app.bounces.stop(hard, Status.BOUNCED, "bounce", valid_at=NOW, now=NOW, forget_after=year)
    app.bounces.stop(spam, Status.COMPLAINED, "complaint", valid_at=NOW, now=NOW, forget_after=year)
    app.bounces.add_soft_bounce(soft, NOW, "m")
    bounces = app.bounces.add_soft_bounce(soft, NOW, "m")
    assert bounces is not None
    app.bounces.stop(
        soft, Status.BOUNCED, "soft", valid_at=NOW, now=NOW, forget_after=year, passing=tuple(bounces.mails)
    )
    assert counted() == [(3, 0, 0, 0), (0, 0, 2, 1)]
    app.bounces.restore(soft)
    assert counted() == [(3, 0, 0, 0), (0, 0, 1, 1)]


def test_who_is_erased_is_in_no_week_any_more() -> None:
    reader = join("maija@example.com", NOW - WEEK)
    erase_every_address(reader, NOW, app)
    assert counted() == [(0, 0, 0, 0), (0, 0, 0, 0)]
