"""Readers in a sequence whose steps fall due, and what they got of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsletter.container import app
from tests.support.leads.sequences import deploy, sequence, step
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)
TWO = sequence("polku", step("eka", 1), step("toka", 3))


@pytest.fixture
def edit(monkeypatch: pytest.MonkeyPatch, cloud: Cloud, tmp_path: Path) -> Callable[[str], None]:
    """Deploys these sequences."""
    assert cloud.stack is not None
    return lambda text: deploy(monkeypatch, tmp_path, text)


def enter(readers: int, *, at: datetime = NOW) -> list[str]:
    """So many readers who confirmed at that moment."""
    ids = [add_reader(f"lukija{number}@example.com") for number in range(readers)]
    for reader in ids:
        app.triggers.confirmed(reader, at)
    return ids


def got(cloud: Cloud) -> Counter[tuple[str, str]]:
    """How often each reader got each step."""
    assert cloud.drain() == []
    return Counter((mail.to[0], mail.subject) for mail in cloud.mails())


def each_once(readers: int, *steps: str) -> Counter[tuple[str, str]]:
    """What so many readers have when each got each step once."""
    return Counter((f"lukija{number}@example.com", key) for number in range(readers) for key in steps)
