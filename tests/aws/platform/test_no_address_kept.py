"""Whatever SES and others say of a reader: no address is kept but in profiles and sign-ups."""

from __future__ import annotations

import json
from urllib.parse import quote

from newsletter.container import app
from newsletter.mailings.campaign import Campaign, start_campaign
from newsletter.platform.redaction import CUT
from rehearsal import events
from tests.support.stack.cloud import Cloud

AINO, JONO = "aino.virtanen@lukija.example", "jono.virtanen@lukija.example"
ILLEGAL = {"mailing": [JONO, "x"], "position": ["1"]}


def start(name: str) -> None:
    """A campaign to everybody."""
    start_campaign(Campaign(name, "Hei", "Hei!", "fi"), app, now=app.now().replace(microsecond=0))


def test_after_refusals_of_every_sort_no_item_but_profile_and_sign_up_holds_an_address(cloud: Cloud) -> None:
    """Entry errors, call errors, bounces, strange reports and dead letters, all of which name a reader."""
    faults = cloud.ses.faults
    cloud.subscribe(AINO)
    faults.set_entry_status("MESSAGE_REJECTED", 1, error=f"Illegal address {AINO}")
    start("eka")
    assert cloud.drain() == []
    faults.set_entry_status("FAILED", 1, error=f'"aino.virtanen"@lukija.example, {quote(AINO)}')
    start("toka")
    assert cloud.drain() == []
    faults.refuse("BadRequestException", 1, message=f"<{AINO}> is illegal")
    start("kolmas")
    assert cloud.drain() == []
    cloud.ses.act(cloud.mails(AINO)[-1].id, "bounce")
    assert cloud.drain() == []

    form = f"email={quote(JONO)}&language=fi&consent=yes"
    assert cloud.http("POST", "/subscribe", form)["statusCode"] == 200
    (confirmation,) = cloud.messages("TransactionalQueue")
    faults.refuse("BadRequestException", 1, message=f"rfc822;{JONO.replace('@', '+40')} is illegal")
    assert failing(cloud, "sender", confirmation) == 1
    strange = {"eventType": "Teleported", "mail": {"destination": [AINO]}, "note": quote(JONO)}
    assert failing(cloud, "feedback", json.dumps(strange)) == 0
    wrong = {"eventType": "Send", "mail": {"timestamp": "2026-11-24T08:00:00Z", "tags": ILLEGAL}}
    assert failing(cloud, "feedback", json.dumps(wrong)) == 1

    tables = ("Subscribers", "Content", "Deliveries", "Leads", "Guards")
    items = [(table, item) for table in tables for item in cloud.items(table)]
    named = {(table, item.get("record", {}).get("S", "")) for table, item in items if "virtanen" in json.dumps(item)}
    assert named == {("Subscribers", "profile"), ("Subscribers", "sign-up")}
    reasons = [item["reason"]["S"] for table, item in items if table == "Guards" and "reason" in item]
    assert len(reasons) == 2
    assert [CUT in reason for reason in reasons].count(True) == 1
    told = [item["reasons"]["M"] for table, item in items if table == "Deliveries" and item.get("reasons", {}).get("M")]
    assert len(told) >= 3


def failing(cloud: Cloud, folder: str, body: str) -> int:
    """Hand the function a message for the last time before it becomes a dead letter; how many came back."""
    answer = cloud.invoke(folder, {"Records": [events.sqs_record(body, body[-20:], receives=5)]})
    return len(answer["batchItemFailures"])
