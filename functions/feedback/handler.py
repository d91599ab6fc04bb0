"""What SES reports becomes the ledger's knowledge."""

from __future__ import annotations

from collections import Counter
from typing import Any

from newsletter import wiring
from newsletter.domain.caution import Feedback
from newsletter.events import each_record
from newsletter.observability import count, observed
from newsletter.usecases.open_breaker import count_feedback
from newsletter.usecases.record_feedback import record_feedback


@observed("feedback")
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Record each SES event (raw SNS delivery: the record's body is the event itself)."""
    counted: Counter[str] = Counter()
    answer = each_record(event, context, lambda body: counted.update([_record(body)]))
    count_feedback(
        Feedback(counted["delivered"], counted["bounced"], counted["complained"]),
        now=wiring.now(),
        caution=wiring.templates().publication.caution,
        content=wiring.content(),
        courses=wiring.courses(),
        reputation=wiring.reputation(),
    )
    return answer


def _record(body: str) -> str:
    what = record_feedback(body, wiring.now(), wiring.feedback_desk())
    count(f"Mails{what.title().replace('_', '')}")
    return what
