"""What comes back of each mail: reports of SES on their queue, and visits to its links."""

from __future__ import annotations

import json
from functools import partial
from random import Random

from newsletter.container import app
from newsletter.mailings.planning.ledger_keys import LIFE
from newsletter.platform.messages import SendBatch
from newsletter.sending.feedback.visit_marks import VisitMark
from tests.bench import mail_events
from tests.bench.stack import stack
from tests.simulation.lambdas import Fleet
from tests.simulation.queues import CountedSqs
from tests.simulation.visitors import Visitors

BOUNCES, COMPLAINTS = 0.004, 0.0002
"""The part of mails that bounce for good, and of those that are called spam (assumed: a list that is looked after)."""


CLICK_S = 10.0
"""Seconds within which a reader, or what reads mail for them, opens a link after the delivery."""


class Feedback:
    """Puts the reports on their queue; `visitors` are told of what is delivered.

    Without them every mail is delivered, and every other reader opens a link, which marks them in the
    ledger: `clicks` counts them.
    """

    def __init__(self, fleet: Fleet, sqs: CountedSqs, draw: Random, visitors: Visitors | None = None) -> None:
        self.clicks = 0
        self._fleet, self._sqs, self._draw, self._visitors = fleet, sqs, draw, visitors
        self._queue = next(name for name in sqs.queues if name.endswith("FeedbackQueue"))
        feedback = stack().function("feedback")
        assert feedback is not None
        self._set = feedback.environment["NEWSLETTER_CONFIGURATION_SET"]

    def accepted(self, body: bytes) -> None:
        """SES took all of a SendBulkEmail."""
        request = json.loads(body)
        for entry in request["BulkEmailEntries"]:
            tags = {tag["Name"]: tag["Value"] for tag in entry["ReplacementTags"]}
            batch = SendBatch(tags["mailing"], tags["batch"], "", ())
            address = entry["Destination"]["ToAddresses"][0]
            position = int(tags["position"])
            sent, delivered = mail_events.delays(self._draw)
            self._report("Send", sent, batch, position, address)
            if self._visitors is None:
                self._report("Delivery", delivered, batch, position, address)
                self._click(batch, position, delivered)
            elif self._arrives(batch, position, address, delivered):
                self._visitors.delivered(request, entry, delivered)

    def _click(self, batch: SendBatch, position: int, delivered: float) -> None:
        if position % 2:
            self.clicks += 1
            after = delivered + self._draw.uniform(0, CLICK_S)
            self._fleet.later(after, partial(self._fleet.run, partial(_click, batch, position)))

    def _arrives(self, batch: SendBatch, position: int, address: str, delivered: float) -> bool:
        """Whether the mail gets to its mailbox; some of those that do are called spam there, minutes later."""
        chance = self._draw.random()
        if chance < BOUNCES:
            self._report("Bounce", delivered, batch, position, address)
            return False
        self._report("Delivery", delivered, batch, position, address)
        if chance < BOUNCES + COMPLAINTS:
            self._report("Complaint", delivered + self._draw.uniform(60, 1800), batch, position, address)
        return True

    def _report(self, kind: str, delay: float, batch: SendBatch, position: int, address: str) -> None:
        self._sqs.put(self._queue, mail_events.event(kind, batch, position, address, self._set), delay)


def _click(batch: SendBatch, position: int) -> None:
    """As the function that takes visits from their queue marks them."""
    mark = VisitMark(1, person=True, people=frozenset({0}), read_at=app.now())
    app.visit_marks.put(batch.mailing, batch.batch, {position: mark}, app.now() + LIFE)
