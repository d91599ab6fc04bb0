"""The scheduled run of nurture, every few minutes: refills the queue, looks after mailings, and does what is due."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.leads.outbox.deliver_events import deliver_due
from newsletter.leads.record_press import settle_held
from newsletter.mailings.drafts.start_due import start_due_drafts
from newsletter.mailings.planning.refill_queue import refill_queue
from newsletter.nurture.due_work import do_due_work
from newsletter.nurture.look_out import look_out
from newsletter.nurture.monitor_mailings import monitor_mailings
from newsletter.platform.isolation import Isolated
from newsletter.platform.observability import count

if TYPE_CHECKING:
    from newsletter.container import Container


def run_due_work(now: datetime, app: Container) -> dict[str, int]:
    """Do everything that is due at `now`; how many of each kind were done.

    Sequence steps wait while the breaker is open. Raises PartlyFailed if something failed, once the rest is done.
    """
    isolated = Isolated()
    # First, since the queue may run dry; everything else can wait for the next run.
    refilled = refill_queue(isolated, app)
    monitored = monitor_mailings(now, isolated, app)
    count("MailingsCompleted", monitored["completed"])
    count("CertificatesWrong", monitored["wrong"])
    campaigns = start_due_drafts(now, isolated, app)
    done = do_due_work(now, app, isolated, steps=app.reputation.breaker() is None)
    count("StepsPlanned", done["planned"])
    count("SignUpsReminded", done["reminded"])
    count("ReadersErased", done["erased"])
    count("HeldLeadsSettled", settle_held(now, isolated, app)["settled"])
    handed_on = deliver_due(now, isolated, app)
    look_out(now, isolated, app)
    isolated.raise_if_any()
    return done | campaigns | monitored | handed_on | {"refilled": refilled}
