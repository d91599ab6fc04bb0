"""Every quarter of an hour: due steps become batches, sign-ups are recalled, who left long ago is erased."""

from __future__ import annotations

from typing import Any

from newsletter import wiring
from newsletter.events import scheduled_time
from newsletter.observability import count, observed
from newsletter.usecases.do_what_is_due import Desk, do_what_is_due


@observed("nurture")
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Do everything that is due at the time of the event."""
    done = do_what_is_due(
        scheduled_time(event),
        Desk(
            publication=wiring.templates().publication,
            agenda=wiring.agenda(),
            subscribers=wiring.subscribers(),
            sign_ups=wiring.sign_ups(),
            enrollments=wiring.enrollments(),
            leads=wiring.leads(),
            content=wiring.content(),
            queues=wiring.queues(),
            variants=wiring.variants(),
        ),
    )
    count("StepsPlanned", done["planned"])
    count("SignUpsReminded", done["reminded"])
    count("ReadersErased", done["erased"])
    return done
