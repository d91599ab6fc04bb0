"""The A/B test of a campaign to so many that it is counted shard by shard."""

from __future__ import annotations

from datetime import timedelta

import pytest

from newsletter.container import app
from newsletter.mailings.campaign import Campaign, start_campaign
from newsletter.mailings.experiments.experiment import Experiment
from newsletter.nurture.monitor_mailings import monitor_mailings
from newsletter.platform.isolation import Isolated
from newsletter.platform.shards import SHARDS
from newsletter.platform.times import whole_seconds
from newsletter.sending.feedback.visit_marks import VisitMark
from tests.support.mailings.reports import shards_counted
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud

TEXT = Campaign(name="koe", subject="Yksi", body="Moi.", language="fi", ab=Experiment(("Yksi", "Kaksi"), 0.99, 4))
ID = "campaign-koe"


def tick(hours: float) -> None:
    isolated = Isolated()
    monitor_mailings(whole_seconds(app.now()) + timedelta(hours=hours), isolated, app)
    isolated.raise_if_any()


@pytest.mark.parametrize("hours", [4.005, 4.2])
def test_the_decision_counts_everybody_once_and_by_figures_of_the_end(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, hours: float
) -> None:
    """A tick has two minutes, in which a million recipients can be counted once and not twice."""
    for number in range(12):
        add_reader(f"lukija{number}@example.com")
    monkeypatch.setattr(type(app.manifests), "are_more_than", lambda *_: True)
    start_campaign(TEXT, app, now=whole_seconds(app.now()))
    assert cloud.drain() == []
    tick(0)
    counted = shards_counted(monkeypatch)
    tick(3.99)
    people = 0
    for record in app.deliveries.records(ID):
        if record.batch.arm == "2":
            marks = dict.fromkeys(range(len(record.batch.recipients)), VisitMark(1, person=True))
            app.visit_marks.put(ID, record.batch.id, marks, app.now() + timedelta(days=90))
            people += len(marks)
    assert people >= 3
    counted.clear()
    tick(hours)
    assert sorted(counted) == sorted(SHARDS)
    found = app.mailings.get(ID)
    assert found is not None
    assert found.decision is not None
    assert (found.decision.winner, found.decision.tried[1].people) == (2, people)
