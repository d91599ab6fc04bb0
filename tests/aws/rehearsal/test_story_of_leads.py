"""What the README's tour tells of leads: a person, a scanner that presses, and a CRM that is switched off for a day.

Everything over HTTP, at the time of the local cloud's clock. What the CRM took is verified by the library of Standard
Webhooks.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from standardwebhooks.webhooks import Webhook

from newsletter.container import app
from tests.support.stack.product_over_http import Product, link_to

DAY_OF_MINUTES = "mood=down&minutes=1440"
FORM = "application/x-www-form-urlencoded"


def test_a_person_a_scanner_that_presses_and_a_crm_switched_off_for_a_day(product: Product) -> None:
    for name in ("maija", "olli", "aino", "pekka"):
        product.subscribe(f"{name}@example.com", "linkedin")
    product.run("planner", product.now)
    offers = {mail["to"]: link_to("offer", mail) for mail in product.mails(mailing=product.digest)}

    # A person follows the offer and presses; a sandbox opens every link of another mail and presses too.
    product.press(offers["maija@example.com"])
    (scanned,) = product.mails("olli@example.com", product.digest)
    assert product.post_json(f"/_local/mail/{scanned['id']}/scan", {"press": True}).json["pressed"]
    assert leads_of(product) == {"maija@example.com": "handed_off", "olli@example.com": "kept"}
    assert told(product) == [("maija@example.com", "lead.created", "person")]

    # The person behind the sandbox comes later, and is one.
    move(product, timedelta(minutes=20))
    product.press(offers["olli@example.com"])
    assert leads_of(product)["olli@example.com"] == "handed_off"
    assert told(product)[1:] == [("olli@example.com", "lead.created", "person")]

    # For a day the CRM takes nothing. What readers ask for meanwhile waits, and so does what they write later.
    assert product.call("POST", "/_local/crm/mood", DAY_OF_MINUTES, content_type=FORM).status == 303
    for name in ("aino", "pekka"):
        offer = offers[f"{name}@example.com"]
        fields = dict(re.findall(r'name="(step|form)" value="([^"]*)"', product.press(offer).text))
        assert product.post(offer, **fields, phone="+358 40 123 4567").status == 200
    assert len(told(product)) == 2
    pass_hours(product, 23)
    assert len(told(product)) == 2
    pass_hours(product, 7)  # the tries are four hours apart by then
    taken = told(product)[2:]
    for name in ("aino", "pekka"):
        events = [kind for email, kind, _ in taken if email == f"{name}@example.com"]
        assert events == ["lead.created", "lead.updated"], "in their order"
    assert len(taken) == 4
    assert set(leads_of(product).values()) == {"handed_off"}

    # The sequence that each of them began by the press.
    product.run("nurture", datetime.fromisoformat(product.get("/_local/clock").json["now"]) + timedelta(days=2))
    funnel = product.api("GET", "/sequences/sparraus").json
    assert (funnel["entered"], funnel["steps"][0]["sent"], funnel["leads"]) == (4, 4, 4)


def move(product: Product, by: timedelta) -> None:
    now = datetime.fromisoformat(product.get("/_local/clock").json["now"])
    assert product.post_json("/_local/clock", {"now": (now + by).isoformat()}).status == 200


def pass_hours(product: Product, hours: int) -> None:
    """Let so many hours pass, with a tick at the end of each; all that runs by the clock would take its time."""
    for _ in range(hours):
        clock = product.cloud.clock
        clock.move_to(clock.now() + timedelta(hours=1))
        product.run("nurture", clock.now())


def leads_of(product: Product) -> dict[str, str]:
    """State of each reader's lead, by address, as the console's API has it."""
    return {lead["email"]: lead["state"] for lead in product.api("GET", "/leads").json["leads"]}


def told(product: Product) -> list[tuple[str, str, str]]:
    """Address, type and verdict of what the CRM took, each verified, oldest first; none of it came twice."""
    taken = [webhook for webhook in product.webhooks() if webhook["answer"] == 204]
    ids = [webhook["headers"]["webhook-id"] for webhook in taken]
    assert len(ids) == len(set(ids)), "each once"
    return [summary(verified(webhook)) for webhook in taken]


def verified(webhook: dict[str, Any]) -> dict[str, Any]:
    (secret,) = app.secrets.webhook_secrets
    body: dict[str, Any] = Webhook(secret).verify(webhook["body"], webhook["headers"])
    return body


def summary(body: dict[str, Any]) -> tuple[str, str, str]:
    return body["data"]["contact"]["email"], body["type"], body["data"]["verdict"]["kind"]
