"""What SES reports becomes the ledger's knowledge."""

from __future__ import annotations

from collections import Counter
from typing import Any

from newsletter.container import app
from newsletter.domain.caution import Feedback
from newsletter.events import all_records
from newsletter.observability import count, observed
from newsletter.usecases.open_breaker import count_feedback
from newsletter.usecases.record_feedback import record_feedback


@observed("feedback")
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Record each SES event (raw SNS delivery: the record's body is the event itself)."""
    counted: Counter[str] = Counter()
    answer = all_records(event, lambda bodies: _record(bodies, counted))
    count_feedback(Feedback(counted["delivered"], counted["bounced"], counted["complained"]), app, now=app.now())
    return answer


def _record(bodies: list[str], counted: Counter[str]) -> list[Exception | None]:
    said = record_feedback(bodies, app.now(), app)
    counted.update(what for what in said if isinstance(what, str))
    for what, number in counted.items():
        count(f"Mails{what.title().replace('_', '')}", number)
    return [None if isinstance(what, str) else what for what in said]
