"""What the API's description says of leads."""

from __future__ import annotations

from typing import Any

from console.schemas import (
    MOMENT,
    NUMBER,
    TEXT,
    TEXT_LIST,
    Schema,
    answer,
    array,
    operation,
    or_null,
    page_of,
    ref,
    with_fields,
)
from newsletter.leads.lead import LeadState, Temperature
from newsletter.leads.manage.acts import Act
from newsletter.leads.manage.lead_filter import KEY
from newsletter.leads.outbox.outbox_event import EventState
from newsletter.leads.visits.verdict import VerdictKind

LEAD = with_fields(
    {
        "id": TEXT,
        "subscriber": TEXT,
        "email": TEXT | {"description": "Of the reader as they are now; empty when nothing is known of them any more."},
        "name": TEXT,
        "offer": TEXT,
        "episode": NUMBER | {"description": "1 for the first time that the reader took the offer up."},
        "temperature": {"enum": list(Temperature)},
        "how": TEXT | {"description": "The way: button, answer (to a mail), click, or test."},
        "state": {"enum": list(LeadState)},
        "in_words": TEXT | {"description": "Where it stands and what happens next."},
        "verdict": {"enum": list(VerdictKind)},
        "crm": {"enum": ["", *EventState], "description": "How the last event for the CRM stands; empty without one."},
        "score": NUMBER | {"description": "0 to 100."},
        "at": MOMENT,
        "changed_at": MOMENT,
        "held_until": or_null(MOMENT),
        "mailing": TEXT,
    }
)
ATTEMPT = with_fields(
    {
        "at": MOMENT,
        "seconds": {"type": "number", "minimum": 0},
        "status": or_null(NUMBER) | {"description": "Of the HTTP answer; null when none came."},
        "answer": TEXT | {"description": "The start of the answer, or why there was none."},
    }
)
EVENT = with_fields(
    {
        "id": TEXT | {"description": "The webhook-id, the same at every attempt."},
        "sequence": NUMBER,
        "type": TEXT,
        "at": MOMENT,
        "state": {"enum": list(EventState)},
        "due_at": or_null(MOMENT) | {"description": "When it is tried next."},
        "attempts": array("LeadAttempt"),
        "body": TEXT | {"description": "JSON, as it is sent."},
    }
)
TEXTS: Schema = {"type": "object", "additionalProperties": TEXT}
READ = with_fields({"title": TEXT, "url": TEXT, "topics": TEXT_LIST, "at": MOMENT, "mailing": TEXT})
LEAD_SCHEMAS = {
    "Lead": LEAD,
    "Leads": with_fields({"leads": array("Lead"), "cursor": or_null(TEXT)}),
    "LeadAttempt": ATTEMPT,
    "LeadEvent": EVENT,
    "ChangedLead": with_fields({"lead": ref("Lead")}),
    "LeadInFull": with_fields(
        {
            "lead": ref("Lead"),
            "acts": {"type": "array", "items": {"enum": list(Act)}, "description": "What can be done with it now."},
            "status": TEXT | {"description": "The reader's status; empty when nothing is known of them any more."},
            "answers": TEXTS | {"description": "What the reader wrote after the button, and in `reply` to a mail."},
            "moved_from": TEXT_LIST | {"description": "Ids that the reader had before they changed their address."},
            "verdict": with_fields({"kind": {"enum": list(VerdictKind)}, "reasons": TEXT_LIST, "rules": TEXT}),
            "score": with_fields({"value": NUMBER, "reasons": TEXT_LIST}),
            "read": {"type": "array", "items": READ},
            "source": with_fields({"mailing": TEXT, "batch": TEXT, "position": NUMBER, "link": TEXT}),
            "decided_by": TEXT | {"description": "Who had it sent or dropped; empty where nobody did."},
            "events": array("LeadEvent") | {"description": "What the CRM was told, in its order."},
        }
    ),
}
SUMMARIES = {
    Act.SEND: "Hand a lead to sales that is held, was kept, taken back or dropped; again, nothing is sent again",
    Act.DROP: "Do not hand a lead to sales that is held or was kept",
    Act.REPLAY: "Tell the CRM again, under the same ids, what it was told of a lead",
    Act.REJUDGE: "Judge anew whether a person pressed; where that turns, the CRM is told",
}


def lead_paths() -> dict[str, Any]:
    """What is below /leads."""
    lead = {"name": "lead", "in": "path", "required": True, "schema": TEXT}
    listed = {
        "200": answer("Leads, the newest first.", "Leads"),
        "422": answer("A parameter needs mending.", "Errors"),
    }
    shown = {"200": answer("All that is known of it.", "LeadInFull"), "404": answer("No such lead.", "Error")}
    return {
        "/leads": {"get": operation("listLeads", "Leads, the newest first", listed, _filters())},
        "/leads/{lead}": {
            "get": operation("showLead", "A lead, with what the CRM was told and answered", shown, [lead])
        },
        **{
            f"/leads/{{lead}}/{act}": {"post": operation(f"{act}Lead", summary, _answers(act), [lead])}
            for act, summary in SUMMARIES.items()
        },
    }


def _answers(act: Act) -> Schema:
    done = ("202", "How it stands now; the CRM is told soon.") if act.tells_the_crm else ("200", "How it stands now.")
    return {
        done[0]: answer(done[1], "ChangedLead"),
        "403": answer("The token does not allow sending.", "Error"),
        "404": answer("No such lead.", "Error"),
        "409": answer("As the lead stands, that cannot be done.", "Error"),
    }


def _filters() -> list[Schema]:
    described: dict[str, tuple[Schema, str]] = {
        "state": ({"enum": list(LeadState)}, "Only leads in this state."),
        "temperature": ({"enum": list(Temperature)}, "hot: pressed the button; warm: only clicked."),
        "offer": (TEXT | {"pattern": f"^({KEY.pattern})$"}, "Key of an offer."),
        "mailing": (TEXT | {"pattern": f"^({KEY.pattern})$"}, "Id of the mailing that brought them."),
        "since": (
            TEXT | {"maxLength": 40},
            "Made on this day of the publication's time zone (2026-11-24) or at this time, or later.",
        ),
    }
    return [
        *(
            {"name": name, "in": "query", "schema": schema, "description": text}
            for name, (schema, text) in described.items()
        ),
        *page_of(),
    ]
