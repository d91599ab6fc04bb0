"""Puts into the stub what the first event of each function needs, and makes those events."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from newsletter.container import app
from newsletter.leads.visits.evidence import Evidence
from newsletter.mailings.planning.batches import Batch
from newsletter.platform.links.links import LinkClaims, LinkPurpose
from newsletter.platform.messages import CarryOnTransfer, PlanPage, SendBatch, TakeUpOffer
from newsletter.platform.times import iso
from tests.bench import mail_events
from tests.bench.programs import events
from tests.bench.programs.mailing import MAILING, STARTED, prepare
from tests.bench.stub.readers import reader_id

NOW = iso(STARTED)


def main() -> None:
    """No arguments; the result is an event by folder."""
    variant = prepare()
    reader = reader_id("a", 0)
    sent = Batch(MAILING.id, "a0-0", variant, (reader,))
    app.deliveries.claim(sent, "a", {}, app.now())
    to_send = SendBatch(MAILING.id, "a0-1", variant, (reader,))
    delivered = mail_events.of([SendBatch(sent.mailing, sent.id, variant, sent.recipients)], "mail")[-1:]
    evidence = asdict(Evidence("POST", "Mozilla/5.0", "192.0.2.0/24", {}))
    wish = TakeUpOffer(reader, MAILING.offer, "button", NOW, MAILING.id, sent.id, 0, evidence, 20.0)
    leave = app.links.token(LinkPurpose.UNSUBSCRIBE, LinkClaims(reader, MAILING.id, sent.id, 0))
    first: dict[str, dict[str, Any]] = {
        "feed_ingest": {"now": NOW},
        "planner": events.from_queue([PlanPage(MAILING.id, "b", 0).to_json()]),
        "sender": events.from_queue([to_send.to_json()]),
        "feedback": events.from_queue(delivered),
        "public_site": events.http("GET", f"/unsubscribe/{leave}"),
        "console": events.http("GET", "/console"),
        "lead_handoff": events.from_queue([wish.to_json()]),
        "nurture": {"now": NOW},
        "transfers": events.from_queue([CarryOnTransfer("a" * 16).to_json()]),
    }
    print(json.dumps(first))


if __name__ == "__main__":
    main()
