"""An erasure at any moment of what is going on leaves nothing but the mark."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from newsletter.container import app
from newsletter.platform.aws import clients as aws
from newsletter.platform.links.links import LinkPurpose
from newsletter.readers.consents.consent import Consent
from newsletter.readers.my_data import LONGEST_RUN
from tests.support.leads.presses import press_at
from tests.support.readers import erasure
from tests.support.readers.erasure import NOON, OFFER, VISIT, enrollment, erase, form, only_the_mark
from tests.support.readers.moves import NEW
from tests.support.readers.site import ID, READER, Clock, fill_in, link, post
from tests.support.stack.cloud import Cloud

clock = erasure.clock


@contextmanager
def erased_before_call(number: int, clock: Clock) -> Iterator[list[int]]:
    """The reader is erased right before that call of DynamoDB; how many calls there were is what it yields.

    Queries that find nothing one after the other are one call: before which of them it happens changes nothing.
    """
    calls, busy, found_nothing = [0], [False], [False]

    def look(model: Any, parsed: dict[str, Any], **_: Any) -> None:
        if not busy[0]:
            found_nothing[0] = model.name == "Query" and not parsed["Items"]

    def count(**_: Any) -> None:
        if busy[0] or found_nothing[0]:
            return
        calls[0] += 1
        if calls[0] == number:
            busy[0] = True
            clock.forward(seconds=1)
            erase()
            busy[0] = False

    events = aws.client("dynamodb").meta.events
    events.register("before-call.dynamodb", count)
    events.register("after-call.dynamodb", look)
    try:
        yield calls
    finally:
        events.unregister("before-call.dynamodb", count)
        events.unregister("after-call.dynamodb", look)


def visit(_: Cloud) -> None:
    app.visits.add(ID, "m", [VISIT], "b", 0, app.now())


def press(cloud: Cloud) -> None:
    cloud.press(link(LinkPurpose.OFFER, **OFFER))


def hand_off(cloud: Cloud) -> None:
    app.queues.send(app.queues.lead, press_at(NOON, mailing="m"))
    assert cloud.drain() == []


def leave(cloud: Cloud) -> None:
    assert post(cloud, link(LinkPurpose.UNSUBSCRIBE), {"List-Unsubscribe": "One-Click"})["statusCode"] == 200


def prefer(cloud: Cloud) -> None:
    post(cloud, link(LinkPurpose.PREFERENCES), {"topics": "linkedin", "language": "sv"})


def ask_to_move(cloud: Cloud) -> None:
    post(cloud, link(LinkPurpose.PREFERENCES), {"new_email": NEW})


def come_back(cloud: Cloud) -> None:
    post(cloud, link(LinkPurpose.UNSUBSCRIBE), {"back": "yes"})


def fill_in_anew(_: Cloud) -> None:
    fill_in(READER)


def tick(cloud: Cloud) -> None:
    cloud.run("nurture", app.now())


def confirm_again(cloud: Cloud) -> None:
    (nonce,) = (item["nonce"]["S"] for item in cloud.items("Subscribers") if item["record"]["S"] == "sign-up")
    cloud.http("POST", link(LinkPurpose.CONFIRM, extra=nonce))


MOMENTS = [visit, press, hand_off, leave, prefer, ask_to_move, come_back, fill_in_anew, confirm_again, tick]


@pytest.mark.parametrize("act", MOMENTS)
def test_an_erasure_at_any_moment_of_what_is_going_on_leaves_the_mark_alone(
    cloud: Cloud, clock: Clock, act: Callable[[Cloud], None]
) -> None:
    number = 0
    while True:
        number += 1
        form_of_today = form(at=clock.now, nonce=str(number))
        record = app.consents.append(ID, Consent("given", "form", clock.now, form_of_today.nonce))
        assert app.subscribers.activate(form_of_today, clock.now, record.hash)
        if act is confirm_again:
            fill_in(READER)
        if act is come_back:
            leave(cloud)
        if act is tick:
            app.enrollments.begin(replace(enrollment(), enrolled_at=clock.now, due_at=clock.now))
        cloud.messages("TransactionalQueue")
        clock.forward(hours=1)
        with erased_before_call(number, clock) as calls:
            act(cloud)
        cloud.messages("TransactionalQueue")
        cloud.messages("BatchQueue")
        if act is press:
            cloud.drain()
        if calls[0] < number:
            break
        cloud.run("nurture", clock.now + LONGEST_RUN)
        assert only_the_mark(cloud), f"erased before call {number} of {act.__name__}"
        clock.forward(days=1)
    assert number > 2


def test_nobody_we_know_can_be_contacted_through_an_offer(cloud: Cloud) -> None:
    offer = link(LinkPurpose.OFFER, **OFFER)
    assert [cloud.http(method, offer)["statusCode"] for method in ("GET", "POST")] == [410, 410]
    assert cloud.messages("LeadQueue") == []
