"""Nothing starts that was not prepared."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from newsletter.container import Container
from newsletter.mailings.launch import Prepared, launch
from newsletter.mailings.mailing import Audience, Kind, Mailing


def test_a_campaign_whose_audience_was_not_counted_is_not_started() -> None:
    mailing = Mailing("campaign-x", Kind.CAMPAIGN, datetime(2026, 11, 28, tzinfo=UTC), Audience(), "", body="Hei!")
    with pytest.raises(ValueError, match="campaign-x was not prepared"):
        launch(Prepared(mailing), Container())
