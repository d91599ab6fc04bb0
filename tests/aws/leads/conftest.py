"""A reader of the day before, and a judge who says what a test wants."""

from __future__ import annotations

from tests.support.leads.lead_fixtures import clock, judge

__all__ = ["clock", "judge"]
