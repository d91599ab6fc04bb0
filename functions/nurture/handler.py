"""Every quarter of an hour: due steps become batches."""

from __future__ import annotations

from typing import Any

from newsletter import wiring
from newsletter.events import scheduled_time
from newsletter.observability import count, observed
from newsletter.usecases.advance_sequences import advance_sequences


@observed("nurture")
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Advance every enrollment whose step is due at the time of the event."""
    result = advance_sequences(
        scheduled_time(event),
        publication=wiring.templates().publication,
        subscribers=wiring.subscribers(),
        enrollments=wiring.enrollments(),
        content=wiring.content(),
        queues=wiring.queues(),
        variants=wiring.variants(),
    )
    count("StepsPlanned", result["planned"])
    return result
