"""Sends the CRM one event that is marked as a test, of a contact who does not exist, and says what comes back."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from newsletter.leads.lead import CREATED, Lead, LeadState, Temperature
from newsletter.leads.lead_body import lead_body
from newsletter.leads.outbox.crm_answer import CrmAnswer, Outcome, outcome_of, shown
from newsletter.leads.outbox.crm_calls import Call, filled, learned_from
from newsletter.leads.outbox.enqueue_event import calls_for
from newsletter.leads.visits.evidence import Evidence
from newsletter.leads.visits.verdict import Verdict, VerdictKind
from newsletter.platform.errors import InvalidInput, NotFound
from newsletter.readers.choices import Choices
from newsletter.readers.subscriber import Status, Subscriber

if TYPE_CHECKING:
    from newsletter.container import Container

TEST = "test"
"""In the place of a lead's and a reader's id, which are longer."""
TEST_ADDRESS = "lead-test@example.com"
"""RFC 2606: nobody's."""
KEY = "whether it knows webhook_secrets or crm_token of this stack, and the way that auth of [crm] names"
HINTS = {
    401: f"Look {KEY}.",
    403: f"Look {KEY}, and whether that may do what is asked.",
    404: "Look whether the parameter CrmWebhookUrl is its whole address.",
    405: "Look whether it takes POST at the address in the parameter CrmWebhookUrl.",
    410: "It wants no more webhooks; this answer to a lead switches the endpoint off.",
    429: "It takes no more for now; leads wait.",
}
"""What would be right, by the status of an answer that is no yes."""


@dataclass(frozen=True)
class TestAnswer:
    """What came back: the status is 0 if nothing did; `answer` is its beginning, or why there is none.

    Of a CRM that is told by several requests (docs/crm.md) it is that of the last one, and `seconds` are those of all.
    `hint` is what would be right if it was not taken.
    """

    webhook: str
    taken: bool
    status: int
    seconds: float
    answer: str
    hint: str
    requests: int = 1


def send_test(now: datetime, app: Container) -> TestAnswer:
    """Send it as a lead of the publication's first offer is sent. Nothing of it is kept here.

    Each has an id of its own, so that the CRM does not take the next one for a repetition. Raises NotFound without an
    offer, and InvalidPublication for a template of the CRM's format that gives no requests.
    """
    webhook = f"{TEST}-{int(now.timestamp())}"
    body = test_body(now, app)
    first, *others = calls_for(body, app) or (None,)
    learned: dict[str, Any] = {}
    found = _asked(webhook, first, body, learned, app)
    for number, call in enumerate(others, start=2):
        if not found.taken:
            break
        after = _asked(f"{webhook}-{number}", call, body, learned, app)
        found = replace(after, webhook=webhook, seconds=found.seconds + after.seconds, requests=number)
    return replace(found, seconds=round(found.seconds, 3))


def test_body(now: datetime, app: Container) -> dict[str, Any]:
    """The body of a new lead, whose `data.test` is true. Raises NotFound for a publication without an offer."""
    offer = next(iter(app.publication.offers), None)
    if offer is None:
        raise NotFound("the publication has no offer, so there can be no lead")
    lead = Lead(
        id=TEST,
        subscriber=TEST,
        offer=offer.key,
        episode=1,
        temperature=Temperature.HOT,
        how="test",
        state=LeadState.HANDED_OFF,
        verdict=Verdict(VerdictKind.PERSON, (), app.scanner_rules.version),
        at=now,
        changed_at=now,
        mailing="",
        batch="",
        position=0,
        evidence=Evidence("POST", "", "", {}),
        sequence=1,
        event=CREATED,
    )
    choices = Choices(language=app.publication.languages[0], name="Test of the newsletter")
    reader = Subscriber(TEST, TEST_ADDRESS, Status.ACTIVE, choices, now, app.publication.consent.version)
    body = lead_body(lead, reader, offer, app)
    return {**body, "data": {**body["data"], "test": True}}


def _asked(
    webhook: str, call: Call | None, body: dict[str, Any], learned: dict[str, Any], app: Container
) -> TestAnswer:
    """Send one request, and add to `learned` what its answer tells."""
    answer = _sent(webhook, call, body, learned, app)
    said, taken = shown(answer), outcome_of(answer, call.not_taken if call else ()) is Outcome.TAKEN
    if taken and call is not None:
        try:
            learned |= learned_from(call, answer.body)
        except InvalidInput as fault:
            taken, said = False, f"{fault}: {said}"
    hint = "" if taken else HINTS.get(answer.status, "")
    return TestAnswer(webhook, taken, answer.status, answer.seconds, said, hint)


def _sent(webhook: str, call: Call | None, body: dict[str, Any], learned: dict[str, Any], app: Container) -> CrmAnswer:
    if call is None:
        return app.crm.send(webhook, json.dumps(body, ensure_ascii=False, separators=(",", ":")))
    try:
        path, text = filled(call, learned)
    except InvalidInput as fault:
        return CrmAnswer(0, 0.0, {}, fault=str(fault))
    return app.crm.send(webhook, text, method=call.method, path=path)
