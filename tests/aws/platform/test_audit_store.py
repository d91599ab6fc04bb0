"""The audit trail: an act is there before it is done, a refusal is read with it, and lines expire."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from newsletter.container import app
from newsletter.platform.audit.audit_line import read_cursor, read_month
from newsletter.platform.errors import InvalidInput

pytestmark = pytest.mark.usefixtures("cloud")
NOW = datetime(2026, 11, 28, 10, tzinfo=UTC)
LIFE = timedelta(days=730)


def test_lines_come_newest_first_page_by_page_and_each_once() -> None:
    for minute in range(7):
        line = app.audit.add("anna", f"act {minute}", "", NOW + timedelta(minutes=minute), via="console")
        if minute % 2:
            app.audit.refuse(line, "not now")
    seen = []
    cursor: str | None = ""
    while cursor is not None:
        page = app.audit.page("2026-11", 2, read_cursor(cursor), now=NOW)
        seen += [(line.act, line.refused) for line in page.lines]
        assert len(page.lines) <= 2
        cursor = page.cursor
    assert seen == [(f"act {minute}", "not now" if minute % 2 else "") for minute in reversed(range(7))]


def test_a_month_has_its_own_lines_and_nothing_after_their_time() -> None:
    app.audit.add("anna", "act", "x", NOW, via="api")
    assert app.audit.page("2026-12", 10, now=NOW).lines == ()
    assert len(app.audit.page("2026-11", 10, now=NOW + LIFE - timedelta(seconds=1)).lines) == 1
    assert app.audit.page("2026-11", 10, now=NOW + LIFE).lines == ()


def test_no_address_of_a_reader_gets_into_it_and_no_text_without_end() -> None:
    line = app.audit.add("anna@firma.example", "x" * 5000, "maija@example.com", NOW, via="command line")
    app.audit.refuse(line, "maija@example.com is unknown")
    app.audit.refuse(line, "again")
    (found,) = app.audit.page("2026-11", 10, now=NOW).lines
    assert (found.who, found.what, found.refused) == ("anna@firma.example", "…@…", "…@… is unknown")
    assert len(found.act) <= 300


@pytest.mark.parametrize("month", ["2026-13", "2026-1", "x", "2026-11-01"])
def test_a_wrong_month_is_refused(month: str) -> None:
    with pytest.raises(InvalidInput):
        read_month(month, NOW)
