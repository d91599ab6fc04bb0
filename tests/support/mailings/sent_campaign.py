"""A campaign that went out two days ago, and what its readers did with it."""

from __future__ import annotations

from datetime import datetime, timedelta

from newsletter.container import app
from newsletter.mailings.campaign import Campaign, start_campaign
from newsletter.nurture.monitor_mailings import monitor_mailings
from newsletter.platform.isolation import Isolated
from newsletter.platform.times import whole_seconds
from newsletter.readers.subscriber import Status
from newsletter.sending.feedback.visit_marks import VisitMark
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud

FIRST = "campaign-kevat"
TEXT = Campaign(name="kevat", subject="Kevät", body="Moi.", language="fi", topics=("linkedin",))
NAMES = ("hiljaa", "kone", "ihminen", "liidi", "lahti", "valitti", "palasi", "tauolla", "poissa", "vaihtoi", "muualla")


def now(hours: float = 0) -> datetime:
    """So many hours from now."""
    return whole_seconds(app.now()) + timedelta(hours=hours)


def address(name: str) -> str:
    """The reader's."""
    return f"{name}@example.com"


def tick(at: datetime) -> None:
    """What the monitor does then."""
    isolated = Isolated()
    monitor_mailings(at, isolated, app)
    isolated.raise_if_any()


def note(reader: str, what: str = "", mark: VisitMark | None = None) -> None:
    """What became of the first mail to the reader."""
    for record in app.deliveries.records(FIRST):
        if reader in record.batch.recipients:
            place = record.batch.recipients.index(reader)
            if what:
                assert app.deliveries.add_event(FIRST, record.batch.id, what, place)
            if mark:
                app.visit_marks.put(FIRST, record.batch.id, {place: mark}, now(9000))


def campaign_that_went_out(cloud: Cloud) -> dict[str, str]:
    """Readers of a campaign that went out two days ago and is complete, each of whom did something else."""
    found = {name: add_reader(address(name)) for name in NAMES if name != "muualla"}
    start_campaign(TEXT, app, now=now(-48))
    assert cloud.drain() == []
    tick(now(-47))
    add_reader(address("muualla"))
    note(found["kone"], mark=VisitMark(30, machine=True))
    note(found["ihminen"], mark=VisitMark(2, person=True, machine=True))
    note(found["liidi"], "lead")
    note(found["lahti"], "unsubscribed")
    note(found["valitti"], "complained")
    note(found["palasi"], "bounced")
    app.bounces.stop(found["poissa"], Status.BOUNCED, "x", valid_at=now(), now=now(), forget_after=timedelta(days=9))
    return found


def mailed(cloud: Cloud, subject: str) -> list[str]:
    """Who got mails of that subject, by the names of their addresses."""
    assert cloud.drain() == []
    return sorted(mail.to[0].partition("@")[0] for mail in cloud.mails() if mail.subject == subject)
