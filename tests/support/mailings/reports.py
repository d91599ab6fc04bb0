"""Reports as the console and the command line see them, as of now, with a line for every recipient."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from newsletter.container import app
from newsletter.mailings.mailing import Mailing
from newsletter.reports import count_mailing
from newsletter.reports.certificate import RecipientLine
from newsletter.reports.report_mailing import Report, recipients_of, report_mailing
from newsletter.reports.stats import MailingStats


@dataclass(frozen=True)
class WholeReport(Report):
    """A report with where each recipient stands."""

    lines: list[RecipientLine] = field(default_factory=list)


def report_of(mailing: str) -> WholeReport:
    """The mailing's report."""
    now = app.now().replace(microsecond=0)
    report = report_mailing(mailing, app, now=now)
    lines = recipients_of(report.mailing, app, now=now)
    return WholeReport(report.mailing, report.stats, report.final_stats, report.links, list(lines))


def shards_counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The shards that reports count from now on, one after the other."""
    counted: list[str] = []
    original = count_mailing.count_shard

    def counting(mailing: Mailing, shard: str, *more: Any, **named: Any) -> MailingStats:
        counted.append(shard)
        return original(mailing, shard, *more, **named)

    monkeypatch.setattr(count_mailing, "count_shard", counting)
    return counted
