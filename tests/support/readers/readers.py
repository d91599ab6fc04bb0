"""Readers who are simply there, without the way over form and mail."""

from __future__ import annotations

from datetime import UTC, datetime

from newsletter.container import app
from newsletter.readers.choices import Choices
from newsletter.readers.subscriber import SignUp, subscriber_id
from tests.support.stack.cloud import PEPPER


def add_reader(email: str, *topics: str, language: str = "fi", at: datetime | None = None) -> str:
    """The id of a reader who is active since then; without it, since now."""
    now = at or datetime.now(UTC).replace(microsecond=0)
    reader = subscriber_id(PEPPER.encode(), email)
    assert app.subscribers.activate(
        SignUp(reader, email, Choices(topics=topics, language=language), "2026-11", "", "", now, "n"), now
    )
    return reader
