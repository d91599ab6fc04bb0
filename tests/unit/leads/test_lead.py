"""Leads: one per reader and offer, and a webhook body that a CRM can rely on."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.leads.lead import Evidence, Lead, lead_created, lead_id
from newsletter.publication.publication import Offer
from newsletter.readers.choices import CHOICES, Choices
from newsletter.readers.subscriber import Status, Subscriber

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
TEXTS = {"fi": "Sparrataanko?", "sv": "Ska vi bolla idéer?"}
OFFER = Offer("sparraus", TEXTS, TEXTS, TEXTS, TEXTS, TEXTS, "")
names = st.text(max_size=30)


def reader(name: str = "", language: str = "fi", topics: tuple[str, ...] = ()) -> Subscriber:
    return Subscriber(
        "a" * 26,
        "maija@example.com",
        Status.ACTIVE,
        Choices(topics=topics, language=language, name=name),
        NOW,
        "2026-11",
    )


def lead(user_agent: str = "", position: int = 0) -> Lead:
    evidence = Evidence("POST", user_agent, "192.0.2.0/24", {"accept-language": "fi"})
    return Lead("l" * 16, "a" * 26, "sparraus", "button", NOW, "digest-2026-W48", "a0-1", position, evidence)


@given(names, names)
def test_a_reader_and_an_offer_make_one_lead(subscriber: str, offer: str) -> None:
    name = lead_id(subscriber, offer)
    assert re.fullmatch("[a-z2-7]{16}", name)
    assert name == lead_id(subscriber, offer)
    assert name != lead_id(subscriber + "x", offer)
    assert name != lead_id(subscriber, offer + "x")


@given(names, names, st.integers(0, 49), st.lists(names, max_size=3))
def test_the_webhooks_body_is_json_and_says_who_what_and_how(
    name: str, user_agent: str, position: int, topics: list[str]
) -> None:
    body = lead_created(lead(user_agent, position), reader(name, topics=tuple(topics)), OFFER)
    assert json.loads(json.dumps(body)) == body
    assert set(body) == {"type", "timestamp", "data"}  # Standard Webhooks
    assert (body["type"], body["timestamp"]) == ("lead.created", "2026-11-23T06:00:00Z")
    data = body["data"]
    told = {each for each, choice in CHOICES.items() if choice.for_crm}
    assert data["contact"] == {
        "subscriber": "a" * 26,
        "email": "maija@example.com",
        **dict.fromkeys(told, ""),
        "name": name,
        "language": "fi",
        "topics": topics,
    }
    assert data["how"] == "button"
    assert data["consent"] == {"version": "2026-11", "confirmed_at": "2026-11-23T06:00:00Z"}
    assert data["evidence"]["user_agent"] == user_agent
    assert data["evidence"]["position"] == position


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.ERASED])
def test_the_webhook_says_whether_newsletters_may_be_sent(status: Status) -> None:
    left_at = None if status is Status.ACTIVE else NOW
    data = lead_created(lead(), replace(reader(), status=status, left_at=left_at), OFFER)["data"]
    withdrawn = status in (Status.UNSUBSCRIBED, Status.COMPLAINED)
    assert data["subscription"] == {
        "status": status,
        "consent": "withdrawn" if withdrawn else "given",
        **({"since": "2026-11-23T06:00:00Z"} if left_at else {}),
    }
    assert data["consent"].get("withdrawn_at") == ("2026-11-23T06:00:00Z" if withdrawn else None)


def test_the_webhook_says_until_when_a_reader_paused() -> None:
    data = lead_created(
        lead(), replace(reader(), choices=Choices(language="fi", paused_until=date(2027, 1, 7))), OFFER
    )["data"]
    assert data["subscription"] == {"status": "active", "consent": "given", "paused_until": "2027-01-07"}


@pytest.mark.parametrize(
    ("language", "title"), [("fi", "Sparrataanko?"), ("sv", "Ska vi bolla idéer?"), ("de", "Sparrataanko?")]
)
def test_the_offer_is_named_in_the_readers_language_even_if_the_publication_gave_it_up(
    language: str, title: str
) -> None:
    body = lead_created(lead(), reader(language=language), OFFER)
    assert body["data"]["offer"] == {"key": "sparraus", "title": title}
    assert body["data"]["contact"]["language"] == language
