"""A reader at noon whose pages are asked for while AWS refuses calls, and what such a page says."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from newsletter.container import app
from newsletter.mailings.planning.batches import Batch
from public_site.problems import BUSY_SECONDS
from tests.support.readers.site import FORM, ID, READER, Answer, Clock, heading, post, shows, text
from tests.support.stack.cloud import Cloud

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
AT_MOST = 8.0
"""Seconds until a page is there, whatever AWS does."""
OTHER = "toinen@example.com"
SERIES = "sparraus"


def reader_at_noon(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A reader who was sent a mail, another who has not confirmed, and a clock that goes on where somebody waits."""
    clock = Clock(monkeypatch, NOON)
    cloud.subscribe(READER, "linkedin", "kriisit")
    assert post(cloud, "/subscribe", {**FORM, "email": OTHER})["statusCode"] == 200
    cloud.drain()
    app.deliveries.claim(Batch("m", "b", "fi", (ID,)), ".", {}, NOON)
    app.triggers.joined(ID, SERIES, NOON)
    clock.forward(minutes=11)
    return clock


def busy(answer: Answer, said: str) -> bool:
    """Whether the answer is the page for a busy hour, with that text, to be tried again soon and never cached."""
    assert answer["headers"].get("Retry-After") == str(BUSY_SECONDS)
    assert answer["headers"]["Cache-Control"] == "no-store"
    return bool(
        answer["statusCode"] == 503
        and heading(answer) == text("problems.busy.heading")
        and shows(answer, f"problems.busy.{said}")
    )
