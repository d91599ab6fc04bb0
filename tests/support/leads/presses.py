"""What tests of leads do: a reader who presses, verdicts of their choice, and what the CRM was to be told."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from newsletter.articles.article import Article
from newsletter.container import app
from newsletter.leads.facts import press_verdict as module
from newsletter.leads.lead import Lead, LeadState, Press, Temperature
from newsletter.leads.visits.evidence import Evidence, Trace, VisitKind
from newsletter.leads.visits.judge import judge
from newsletter.leads.visits.verdict import Judgement, Reason, Verdict, VerdictKind
from newsletter.mailings.mailing import WELCOME, Variant
from newsletter.platform.aws.clients import client
from newsletter.platform.links.links import LinkPurpose
from newsletter.platform.messages import TakeUpOffer
from newsletter.platform.times import iso_precise
from tests.support.readers.site import ID, READER, link
from tests.support.stack.cloud import BROWSER, Cloud

MAILING, BATCH, POSITION = "digest-2026-W47", "b", 3
OFFER = "sparraus"
HEADERS = {name: value for name, value in BROWSER.items() if name != "user-agent"}
EVIDENCE: dict[str, Any] = {
    "method": "POST",
    "user_agent": BROWSER["user-agent"],
    "network": "192.0.2.0/24",
    "headers": HEADERS,
}


def offer_link() -> str:
    """The reader's link to the offer, from a mailing."""
    return link(LinkPurpose.OFFER, mailing=MAILING, batch=BATCH, position=POSITION, extra=OFFER)


def subscribe(cloud: Cloud) -> None:
    """The reader."""
    cloud.subscribe(READER, "linkedin", name="Maija")
    cloud.drain()


def welcomed_with(slug: str, *topics: str) -> str:
    """The reader's welcome mail had this article; its address."""
    url = f"https://blog.example.com/{slug}"
    app.articles.put(
        Article(slug, url, slug.title(), "", topics, (), "fi", "", "", None, datetime(2026, 11, 1, tzinfo=UTC))
    )
    client("dynamodb").update_item(
        TableName=app.settings.subscribers_table,
        Key={"id": {"S": ID}, "record": {"S": "profile"}},
        UpdateExpression="SET welcomed = :shown",
        ExpressionAttributeValues={":shown": {"S": slug}},
    )
    app.mailings.put_variant(WELCOME, Variant("fi", "Tervetuloa", "", "", ()), [(slug, f"{url}?utm_source=x")])
    return url


def press_at(at: datetime, subscriber: str = ID, **of: Any) -> TakeUpOffer:
    """The message of a press at that time."""
    usual: dict[str, Any] = {
        "offer": OFFER,
        "how": "button",
        "mailing": MAILING,
        "batch": BATCH,
        "position": POSITION,
        "evidence": EVIDENCE,
        "page_age": 12.5,
        "from_page": True,
    }
    return TakeUpOffer(subscriber=subscriber, at=iso_precise(at), **{**usual, **of})


def a_lead(id_: str, at: datetime, **of: Any) -> Lead:
    """A lead of somebody, as it is when it was pressed and not handed off."""
    evidence = Evidence(**EVIDENCE)
    lead = Lead(
        id=id_,
        subscriber="r" * 26,
        offer=OFFER,
        episode=1,
        temperature=Temperature.HOT,
        how="button",
        state=LeadState.HELD,
        verdict=Verdict(VerdictKind.UNSURE, (Reason("burst", {"links": 3, "during": 1.5}),), "1"),
        at=at,
        changed_at=at,
        mailing=MAILING,
        batch=BATCH,
        position=POSITION,
        evidence=evidence,
        presses=(Press(iso_precise(at), MAILING, 12.5, from_page=True, evidence=evidence),),
    )
    return replace(lead, **of)


class Judge:
    """Judges presses as a test says: `kind` for all, or what `of` gives for a trace. It is put in place of `judge`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, kind: VerdictKind) -> None:
        self.kind = kind
        self.rules = "of the test"
        self.of: Callable[[Trace], VerdictKind] = lambda _: self.kind
        monkeypatch.setattr(module, "judge", self.__call__)

    def __call__(self, trace: Trace, rules: Any) -> Judgement:
        """The real judgement, with another verdict on the presses."""
        found = judge(trace, rules)
        pressed = any(visit.kind is VisitKind.PRESS for visit in trace.visits)
        press = Verdict(self.of(trace), (Reason("no_page"),), self.rules) if pressed else None
        return Judgement(found.verdicts, found.people, found.machines, found.click, press, found.read_at)


def leads(cloud: Cloud) -> list[Lead]:
    """Every lead, the oldest first."""
    ids = {item["lead"]["S"] for item in cloud.items("Leads") if item["record"]["S"] == "lead"}
    found = [lead for each in ids if (lead := app.leads.get(each)) is not None]
    return sorted(found, key=lambda lead: (lead.at, lead.episode))


def told(lead: Lead) -> list[dict[str, Any]]:
    """The bodies in the outbox of the lead, in order."""
    return [json.loads(event.body) for event in app.outbox.of(lead.id)]


def types(lead: Lead) -> list[str]:
    """The types of these."""
    return [re.sub(r"^lead\.", "", body["type"]) for body in told(lead)]
