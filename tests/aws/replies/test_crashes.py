"""A run that dies in a call, loses its answer or is throttled: what was answered goes on, and makes one lead."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import current_thread, main_thread
from typing import Any
from unittest.mock import patch

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from newsletter.container import app
from newsletter.mailings.campaign import Campaign, start_campaign
from newsletter.platform.errors import NotNow
from newsletter.platform.times import whole_seconds
from newsletter.replies.receiving.handled_replies_store import FORWARDED, HandledReplies
from newsletter.replies.receiving.receive_replies import receive_replies
from rehearsal.ses import Mail
from tests.aws.replies.conftest import FORWARD_TO, MAIJA
from tests.support.aws.crashing_calls import CALL, CrashingCall
from tests.support.aws.throttled import REFUSED
from tests.support.readers.readers import add_reader
from tests.support.readers.site import Clock
from tests.support.replies.answers import receive, receiver, reply_to, written
from tests.support.stack.cloud import Cloud

MOST = 40
"""Calls that one answer makes, at most: the test says when it becomes more."""


@contextmanager
def dying(call: CrashingCall) -> Iterator[None]:
    """In this thread alone: the server that stands for SES makes calls of its own."""

    def asked(*arguments: Any) -> Any:
        return call(*arguments) if current_thread() is main_thread() else CALL(*arguments)

    with patch.object(BaseClient, "_make_api_call", asked):
        yield


@pytest.mark.parametrize("effective", [False, True])
def test_whatever_call_a_run_dies_in_the_answer_is_neither_lost_nor_a_second_lead(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, *, effective: bool
) -> None:
    emails = [f"lukija{number}@example.com" for number in range(MOST)]
    readers = [add_reader(email) for email in emails]
    start_campaign(Campaign("kevat", "Kevät", "Moi.", "fi"), app, now=whole_seconds(app.now()))
    assert cloud.drain() == []
    began, twice = app.now(), 0
    for number, email in enumerate(emails):
        text = f"Kiitos {number}! Voisimmeko sparrata?"
        received = receiver(cloud).receive(written(email, text), [reply_to(cloud.mails(email)[0])], given={})
        (body,) = cloud.messages("ReplyQueue")
        monkeypatch.setattr(app, "now", lambda at=began + timedelta(minutes=5 * number): at, raising=False)
        call = CrashingCall(number + 1, effective=effective)
        died = False
        # Whoever dies gives nothing back.
        with dying(call), patch.object(type(app.handled_replies), "give_back", lambda *_: None):
            try:
                assert receive_replies([body], app) == [None]
            except KeyboardInterrupt:
                died = True
        if died:
            held = receive_replies([body], app)
            assert held == [None] or isinstance(held[0], NotNow)  # not while the one before may still be at it
            monkeypatch.setattr(app, "now", lambda at=began + timedelta(minutes=5 * number + 3): at, raising=False)
            assert receive_replies([body], app) == [None]
        assert receive_replies([body], app) == [None]
        arrived = [mail for mail in cloud.mails(FORWARD_TO) if text in (mail.text or "")]
        assert len(arrived) in (1, 2)
        twice += len(arrived) == 2
        (lead,) = [app.leads.get(each) for each in app.lead_pointers.of(readers[number])]
        assert lead is not None
        assert (len(lead.presses), lead.sequence) == (1, 1)
        assert app.replies.find(received.id, app.now()).lead == lead.id  # type: ignore[union-attr]
        if not died:
            break
    else:
        pytest.fail(f"an answer makes more than {MOST} calls")
    # Between SES's answer and the note of it, and where that answer is lost, nobody can know.
    assert twice <= 1
    counted = [record.positions.get("replied", frozenset()) for record in app.deliveries.records("campaign-kevat")]
    assert sum(map(len, counted)) == number + 1


def test_an_answer_that_went_on_goes_on_once_though_the_note_of_it_is_throttled_for_some_seconds(
    cloud: Cloud, mail: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    Clock(monkeypatch, app.now())
    note = HandledReplies.mark
    refused: list[str] = []

    def throttled_at_first(store: HandledReplies, reply: str, what: str) -> None:
        if what == FORWARDED and len(refused) < 3:
            refused.append(what)
            raise ClientError(REFUSED, "UpdateItem")
        note(store, reply, what)

    monkeypatch.setattr(HandledReplies, "mark", throttled_at_first)
    receive(cloud, written(f"Maija <{MAIJA}>", "Kiitos! Voisimmeko sparrata?"), reply_to(mail))
    assert len(refused) == 3
    assert len(cloud.mails(FORWARD_TO)) == 1
