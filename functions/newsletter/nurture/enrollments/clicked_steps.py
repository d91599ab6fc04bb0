"""In the mails of which steps a person followed a link, as far as conditions of a sequence ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsletter.leads.facts.lead_facts import ids_of
from newsletter.mailings.mailing import step_id
from newsletter.nurture.enrollments.enrollment import Enrollment
from newsletter.publication.sequences import Sequence
from newsletter.sending.ledger import BatchRecord

if TYPE_CHECKING:
    from newsletter.container import Container

MOST = 1000
"""Records that are kept at a time, of some 10 kB."""


class ClickedSteps:
    """Looks clicks up in the ledger. Readers who were in one batch come due together, so that its record is kept."""

    def __init__(self, app: Container) -> None:
        self._app = app
        self._records: dict[tuple[str, str], BatchRecord | None] = {}

    def of(self, enrollment: Enrollment, sequence: Sequence) -> frozenset[str]:
        """The steps that were clicked in, by the keys they had when they were sent; others than those asked for are not
        looked up.
        """
        asked = {key for step in sequence.steps for key in (step.condition.clicked, step.condition.not_clicked) if key}
        steps = [step for key in asked if (step := sequence.step(key)) is not None]
        names = {name for step in steps for name in step.names} & enrollment.done.keys()
        return frozenset(name for name in names if self._person_clicked(enrollment, name))

    def _person_clicked(self, enrollment: Enrollment, key: str) -> bool:
        record = self._record(step_id(enrollment.sequence, key), enrollment.done[key].batch)
        if record is None:
            return False
        recipients = record.batch.recipients
        if enrollment.subscriber in recipients:
            return record.has_event("clicked", recipients.index(enrollment.subscriber))
        # They had it at an earlier address.
        earlier = [each for each in ids_of(enrollment.subscriber, self._app) if each in recipients]
        return any(record.has_event("clicked", recipients.index(each)) for each in earlier)

    def _record(self, mailing: str, batch: str) -> BatchRecord | None:
        if (mailing, batch) not in self._records:
            if len(self._records) >= MOST:
                self._records.clear()
            self._records[mailing, batch] = self._app.deliveries.record(mailing, batch)
        return self._records[mailing, batch]
