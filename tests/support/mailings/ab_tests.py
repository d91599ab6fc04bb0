"""A campaign with an A/B test to 24 readers: its start, ticks, clicks, and what each reader should have got."""

from __future__ import annotations

from datetime import timedelta

import pytest

from newsletter.container import app
from newsletter.mailings.campaign import Campaign, start_campaign
from newsletter.mailings.experiments.experiment import REST, Experiment
from newsletter.mailings.mailing import Mailing
from newsletter.nurture.monitor_mailings import monitor_mailings
from newsletter.platform.isolation import Isolated
from newsletter.platform.times import whole_seconds
from newsletter.sending.feedback.visit_marks import VisitMark
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud

AB = Experiment(("Yksi", "Kaksi"), 0.5, 4, ("Eka", "Toka"))
TEXT = Campaign(name="koe", subject="Yksi", body="Moi.", language="fi", ab=AB)
ID = "campaign-koe"
READERS = [f"lukija{number}@example.com" for number in range(24)]


@pytest.fixture
def ids(cloud: Cloud) -> dict[str, str]:
    """The readers' ids by address."""
    assert cloud.mails() == []
    return {email: add_reader(email) for email in READERS}


def tick(hours: float = 0) -> None:
    isolated = Isolated()
    monitor_mailings(whole_seconds(app.now()) + timedelta(hours=hours), isolated, app)
    isolated.raise_if_any()


def started(cloud: Cloud, campaign: Campaign = TEXT) -> Mailing:
    """The campaign, whose test is out."""
    start_campaign(campaign, app, now=whole_seconds(app.now()))
    assert cloud.drain() == []
    tick()
    return mailing(f"campaign-{campaign.name}")


def mailing(name: str = ID) -> Mailing:
    found = app.mailings.get(name)
    assert found is not None
    return found


def click(name: str, arm: str, *, people: int, machines: int = 0) -> None:
    """So many recipients of the arm clicked as people, and others are known of as machines."""
    left = [VisitMark(1, person=True)] * people + [VisitMark(30, machine=True)] * machines
    for record in app.deliveries.records(name):
        if record.batch.arm == arm and left:
            marks = {place: left.pop(0) for place in range(min(len(left), len(record.batch.recipients)))}
            app.visit_marks.put(name, record.batch.id, marks, app.now() + timedelta(days=90))
    assert not left, "the arm has too few readers"


def got(cloud: Cloud) -> dict[str, list[str | None]]:
    assert cloud.drain() == []
    return {email: [mail.subject for mail in cloud.mails(email)] for email in READERS}


def arms(ids: dict[str, str], name: str = ID, ab: Experiment = AB) -> dict[str, list[str]]:
    started_as = app.mailings.get(name)
    ab = (started_as.ab if started_as else None) or ab
    found: dict[str, list[str]] = {arm: [] for arm in ab.arms}
    for email, reader in ids.items():
        found[ab.arm_of(name, reader)].append(email)
    assert all(found.values()), "every arm has a reader"
    return found


def expected(ids: dict[str, str], winner: str | None, name: str = ID, ab: Experiment = AB) -> dict[str, list[str]]:
    by_arm = {"1": ["Yksi"], "2": ["Kaksi"], REST: [winner] if winner else []}
    return {email: list(by_arm[arm]) for arm, readers in arms(ids, name, ab).items() for email in readers}
