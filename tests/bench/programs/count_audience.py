"""How many of 100,000 readers an audience has that asks what they got and opened; what CPU that takes."""

from __future__ import annotations

import json
from datetime import timedelta
from time import process_time
from unittest.mock import patch

from newsletter.container import app
from newsletter.mailings.audience.rule import Audience
from newsletter.mailings.count_audience import ask_audience
from newsletter.mailings.mailing import Kind, Mailing
from newsletter.mailings.planning import enqueue
from newsletter.mailings.planning.plan_page import plan_page
from newsletter.platform.messages import PlanPage
from newsletter.platform.shards import SHARDS
from newsletter.sending.ledger import BatchStatus, SendResult
from tests.bench.programs.mailing import STARTED

SENT = "campaign-sent"
RULES = {
    "everybody": Audience(),
    "past": Audience(not_clicked=(SENT,), exclude=(Audience(clicked_days=30),), signed_up_from=STARTED.date()),
    "got": Audience(got=(SENT,), not_clicked_days=30),
}


def send() -> None:
    """A campaign that every reader of the first language got, an hour before."""
    app.mailings.create(Mailing(SENT, Kind.CAMPAIGN, app.now() - timedelta(hours=1), subject="Kevät", body="Moi."))
    with patch.object(enqueue, "AHEAD", 0.0):
        for shard in SHARDS:
            page, last = 0, False
            while not last:
                manifest = plan_page(PlanPage(SENT, shard, page), app.now(), app)
                assert manifest is not None
                for batch in manifest.batches:
                    size = len(batch.recipients)
                    app.deliveries.claim(batch, SendResult.OPEN * size, {}, app.now())
                    app.deliveries.record_result(batch, 1, BatchStatus.DONE, SendResult.ACCEPTED * size, {}, app.now())
                page, last = page + 1, manifest.last


def main() -> None:
    """Prints the seconds of CPU and the readers of each rule."""
    send()
    counts = {}
    for name, rule in RULES.items():
        began = process_time()
        count = ask_audience(rule, app.now().date(), app)
        counts[name] = {"cpu_s": process_time() - began, "readers": count.readers, "complete": count.complete}
    print(json.dumps(counts))


if __name__ == "__main__":
    main()
