"""All that a tick does, every few minutes: mailings go on and are watched, and whatever is due is done."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.mailings.planning.refill_queue import refill_queue
from newsletter.nurture.due_work import do_due_work
from newsletter.nurture.monitor_mailings import monitor_mailings
from newsletter.platform.isolation import Isolated
from newsletter.platform.observability import count

if TYPE_CHECKING:
    from newsletter.container import Container


def run_due_work(now: datetime, app: Container) -> dict[str, int]:
    """Do everything that is due at `now`; how much of each kind it was.

    Steps of sequences wait while the breaker is open. Raises PartlyFailed, once the rest is done.
    """
    isolated = Isolated()
    # First, since the queue may run dry: everything else can wait for the next tick.
    going = refill_queue(isolated, app)
    watched = monitor_mailings(now, isolated, app)
    count("MailingsCompleted", watched["completed"])
    count("CertificatesWrong", watched["wrong"])
    done = do_due_work(now, app, isolated, steps=app.reputation.breaker() is None)
    count("StepsPlanned", done["planned"])
    count("SignUpsReminded", done["reminded"])
    count("ReadersErased", done["erased"])
    isolated.raise_if_any()
    return done | watched | {"refilled": going}
