"""An attack of forms on the public site, and who comes meanwhile with a proof, with patience or from a busy network."""

from __future__ import annotations

import base64
import html
import json
import re
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from newsletter.container import app
from newsletter.readers.signup import protection
from newsletter.readers.signup.bot_attack import ATTACK_MODE_DURATION
from tests.support.readers.site import (
    FORM,
    READER,
    Answer,
    Clock,
    fill_in,
    post,
)
from tests.support.stack.cloud import Cloud
from tests.unit.readers.test_challenges import solve

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def clock(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Clock:
    assert cloud.mails() == []
    return Clock(monkeypatch, NOON)


@pytest.fixture
def alarms(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """What protection.py counted."""
    counted: Counter[str] = Counter()
    monkeypatch.setattr(protection, "count", lambda name: counted.update([name]))
    return counted


@pytest.fixture
def attack(clock: Clock) -> Clock:
    """Attack mode, just begun, and the tests' network has sent its one free form of the hour."""
    app.sign_up_limits.start_attack_mode(clock.now + ATTACK_MODE_DURATION, clock.now)
    busy(clock)
    return clock


def busy(clock: Clock) -> None:
    """One form of the network from which the tests send."""
    app.sign_up_limits.take("network#192.0.0.0/16", clock.now, 1000)


def victims(forms: int, start: int = 0) -> None:
    """Forms for as many addresses, from many networks."""
    for number in range(start, start + forms):
        fill_in(f"uhri{number}@example.com", network=f"198.{number % 40}.7.0/24")


def on(clock: Clock) -> bool:
    return protection.under_attack(clock.now, app)


def solved(challenge: dict[str, Any]) -> str:
    return base64.b64encode(json.dumps(solve(challenge)).encode()).decode()


def challenge_in(page: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(html.unescape(re.findall(r'data-challenge="([^"]*)"', page)[0]))
    return found


def sent(cloud: Cloud, email: str = READER, **more: str) -> Answer:
    """The form of another website, which knows nothing of proofs of work."""
    return post(cloud, "/subscribe", {**FORM, "email": email, **more})


# --- on and off ------------------------------------------------------------------------------------------------------
