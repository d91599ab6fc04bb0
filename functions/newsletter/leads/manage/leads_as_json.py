"""Leads as plain values, for the API and for `--json`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from newsletter.leads.manage.acts import allowed_acts
from newsletter.leads.manage.lead_words import score_reasons, state_in_words, verdict_in_words
from newsletter.leads.manage.show_lead import ShownLead
from newsletter.leads.outbox.outbox_event import Attempt, OutboxEvent
from newsletter.platform.times import iso

if TYPE_CHECKING:
    from newsletter.container import Container


def lead_as_json(shown: ShownLead) -> dict[str, Any]:
    """A lead as lists have it."""
    lead = shown.lead
    return {
        "id": lead.id,
        "subscriber": lead.subscriber,
        "email": shown.email,
        "name": shown.name,
        "offer": lead.offer,
        "episode": lead.episode,
        "temperature": lead.temperature.value,
        "how": lead.how,
        "state": lead.state.value,
        "in_words": state_in_words(shown, iso),
        "verdict": lead.verdict.kind.value,
        "crm": shown.events[-1].state.value if shown.events else "",
        "score": lead.score.value,
        "at": iso(lead.at),
        "changed_at": iso(lead.changed_at),
        "held_until": iso(lead.held_until) if lead.held_until else None,
        "mailing": lead.mailing,
    }


def whole_lead_as_json(shown: ShownLead, app: Container) -> dict[str, Any]:
    """Everything that is known of a lead, what can be done with it, and what the CRM was told."""
    lead = shown.lead
    return {
        "lead": lead_as_json(shown),
        "acts": [act.value for act in allowed_acts(shown)],
        "status": shown.reader.status.value if shown.reader else "",
        "answers": dict(lead.answers),
        "moved_from": list(lead.moved_from),
        "verdict": {
            "kind": lead.verdict.kind.value,
            "reasons": list(verdict_in_words(lead, app)),
            "rules": lead.verdict.rules,
        },
        "score": {"value": lead.score.value, "reasons": list(score_reasons(lead, app))},
        "read": [
            {
                "title": article.title,
                "url": article.url,
                "topics": list(article.topics),
                "at": iso(article.at),
                "mailing": article.mailing,
            }
            for article in lead.read
        ],
        "source": {"mailing": lead.mailing, "batch": lead.batch, "position": lead.position, "link": lead.link},
        "decided_by": lead.released_by,
        "events": [_event_as_json(event) for event in shown.events],
    }


def without_personal_data(data: dict[str, Any]) -> dict[str, Any]:
    """The same without what names the reader or was written by them, for a terminal that need not show it."""
    lead = {name: value for name, value in data["lead"].items() if name not in ("email", "name")}
    kept = {name: value for name, value in data.items() if name != "answers"}
    events = [{name: value for name, value in event.items() if name != "body"} for event in data.get("events", ())]
    return kept | {"lead": lead} | ({"events": events} if "events" in data else {})


def _event_as_json(event: OutboxEvent) -> dict[str, Any]:
    return {
        "id": event.webhook,
        "sequence": event.sequence,
        "type": event.type,
        "at": iso(event.at),
        "state": event.state.value,
        "due_at": iso(event.due_at) if event.due_at else None,
        "attempts": [_attempt_as_json(attempt) for attempt in event.attempts],
        "body": event.body,
    }


def _attempt_as_json(attempt: Attempt) -> dict[str, Any]:
    return {
        "at": iso(attempt.at),
        "seconds": round(attempt.seconds, 3),
        "status": attempt.status or None,
        "answer": attempt.answer,
    }
