"""Fixtures of tests about leads: a day after the reader confirmed, and a judge who says what a test wants."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from newsletter.leads.visits.verdict import VerdictKind
from tests.support.leads.presses import Judge, subscribe
from tests.support.readers.site import Clock
from tests.support.stack.cloud import Cloud

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def clock(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """It stands at NOON; the reader confirmed the day before."""
    clock = Clock(monkeypatch, NOON - timedelta(days=1))
    subscribe(cloud)
    clock.now = NOON
    return clock


@pytest.fixture
def judge(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Judge:
    """Takes everybody for a person until told otherwise."""
    assert clock.now == NOON
    return Judge(monkeypatch, VerdictKind.PERSON)
