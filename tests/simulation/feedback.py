"""What comes back of each mail: reports of SES on their queue, and the clicks of every other reader."""

from __future__ import annotations

import json
from functools import partial
from random import Random

from newsletter.container import app
from newsletter.platform.messages import SendBatch
from tests.bench import mail_events
from tests.bench.stack import stack
from tests.simulation.lambdas import Fleet
from tests.simulation.queues import CountedSqs

CLICK_S = 10.0
"""Seconds within which a reader, or what reads mail for them, opens a link after the delivery."""


class Feedback:
    """`clicks` counts the readers who opened a link. Whoever opens one adds to the ledger as the site does."""

    def __init__(self, fleet: Fleet, sqs: CountedSqs, draw: Random) -> None:
        self.clicks = 0
        self._fleet, self._sqs, self._draw = fleet, sqs, draw
        self._queue = next(name for name in sqs.queues if name.endswith("FeedbackQueue"))
        feedback = stack().function("feedback")
        assert feedback is not None
        self._set = feedback.environment["NEWSLETTER_CONFIGURATION_SET"]

    def accepted(self, body: bytes) -> None:
        """SES took all of a SendBulkEmail."""
        for entry in json.loads(body)["BulkEmailEntries"]:
            tags = {tag["Name"]: tag["Value"] for tag in entry["ReplacementTags"]}
            batch = SendBatch(tags["mailing"], tags["batch"], "", ())
            self._follow(batch, int(tags["position"]), entry["Destination"]["ToAddresses"][0])

    def _follow(self, batch: SendBatch, position: int, address: str) -> None:
        sent, delivered = mail_events.delays(self._draw)
        for kind, delay in (("Send", sent), ("Delivery", delivered)):
            body = mail_events.event(kind, batch, position, address, self._set)
            self._sqs.put(self._queue, body, delay)
        if position % 2:
            self.clicks += 1
            after = delivered + self._draw.uniform(0, CLICK_S)
            self._fleet.later(after, partial(self._fleet.run, partial(_click, batch, position)))


def _click(batch: SendBatch, position: int) -> None:
    assert app.deliveries.add_event(batch.mailing, batch.batch, "clicked", position)
