"""The report that pages and API share, and its recipients from a place on."""

from __future__ import annotations

from collections.abc import Iterator

from console.paging import place_of
from newsletter.container import app
from newsletter.domain.ledger import RecipientLine
from newsletter.domain.mailing import Mailing
from newsletter.domain.times import whole_seconds
from newsletter.usecases.report_mailing import Report, recipients_of, report_mailing


def report_of(mailing: str) -> Report:
    """The report as of now. Raises NotFound."""
    return report_mailing(mailing, app, now=whole_seconds(app.now()))


def lines_after(mailing: Mailing, cursor: str) -> Iterator[RecipientLine]:
    """The recipients after the cursor. Raises InvalidInput for what is none."""
    return recipients_of(mailing, app, now=app.now(), after=place_of(cursor))
