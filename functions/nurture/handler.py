"""Every few minutes: mailings are looked after, due steps become batches, sign-ups are recalled, who left is erased."""

from __future__ import annotations

from typing import Any

from newsletter.container import app
from newsletter.events import scheduled_time
from newsletter.observability import count, observed
from newsletter.usecases.do_what_is_due import do_what_is_due
from newsletter.usecases.isolation import Isolated
from newsletter.usecases.refill_queue import refill_queue
from newsletter.usecases.watch_mailings import watch_mailings


@observed("nurture")
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Do everything that is due at the time of the event. Raises PartlyFailed, once the rest is done."""
    now, isolated = scheduled_time(event), Isolated()
    # First, since the queue may run dry: everything else can wait for the next tick.
    going = refill_queue(isolated, app)
    watched = watch_mailings(now, isolated, app)
    count("MailingsCompleted", watched["completed"])
    count("CertificatesWrong", watched["wrong"])
    done = do_what_is_due(now, app, isolated, steps=app.reputation.breaker() is None)
    count("StepsPlanned", done["planned"])
    count("SignUpsReminded", done["reminded"])
    count("ReadersErased", done["erased"])
    isolated.raise_if_any()
    return done | watched | {"refilled": going}
