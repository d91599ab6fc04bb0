"""Which leads a list shows: what is asked for, and no other; what cannot be asked for is named."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.leads.lead import LeadState, Temperature
from newsletter.leads.manage.lead_filter import FIELDS, LeadFilter, read_filter
from newsletter.platform.errors import InvalidInput
from tests.support import strategies
from tests.support.leads.kept_leads import MADE, lead_of

HELSINKI = ZoneInfo("Europe/Helsinki")


def test_nothing_asked_for_is_everything() -> None:
    assert read_filter({}, HELSINKI) == read_filter(dict.fromkeys(FIELDS, ""), HELSINKI) == LeadFilter()
    assert LeadFilter().fits(lead_of("r"))


@pytest.mark.parametrize(
    ("field", "right", "wrong"),
    [
        ("state", "held", "won"),
        ("temperature", "hot", "warm"),
        ("offer", "sparraus", "other"),
        ("mailing", "digest-2026-W48", "digest-2026-W47"),
        ("since", "2026-11-24T06:00:00Z", "2026-11-24T06:00:01Z"),
    ],
)
def test_each_field_filters(field: str, right: str, wrong: str) -> None:
    lead = lead_of("r", LeadState.HELD, temperature=Temperature.HOT)
    assert read_filter({field: right}, HELSINKI).fits(lead)
    assert not read_filter({field: wrong}, HELSINKI).fits(lead)


def test_a_day_begins_at_midnight_of_the_publication() -> None:
    wanted = read_filter({"since": "2026-11-24"}, HELSINKI)
    assert wanted.since == datetime(2026, 11, 23, 22, tzinfo=UTC)
    assert wanted.fits(lead_of("r", at=MADE))
    assert not wanted.fits(lead_of("r", at=MADE - timedelta(hours=9)))


@given(field=st.sampled_from(FIELDS), text=strategies.anything(40))
def test_whatever_is_asked_for_filters_or_is_refused(field: str, text: str) -> None:
    with suppress(InvalidInput):
        assert isinstance(read_filter({field: text}, HELSINKI), LeadFilter)
