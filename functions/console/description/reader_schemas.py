"""What the API's description says of readers and of the audit trail."""

from __future__ import annotations

from typing import Any

from console.schemas import (
    KEYS,
    MOMENT,
    NUMBER,
    TEXT,
    TEXT_LIST,
    YES_NO,
    Schema,
    answer,
    array,
    operation,
    or_null,
    page_of,
    ref,
    with_fields,
)
from newsletter.platform.audit.audit_line import CURSOR, MONTH
from newsletter.publication.sequences import Exit
from newsletter.readers.choice import MAX_TEXT, Frequency
from newsletter.readers.profiles.reader_list_store import STATUSES
from newsletter.sending.ledger import RecipientStatus

ADDRESS = TEXT | {"description": "Whole for whoever may send, else masked as m…@example.com; empty for erased readers."}
NUMBERS: Schema = {"type": "object", "additionalProperties": NUMBER}
PART = {"description": "By key, of the readers that were read."}
CHOICES: dict[str, Schema] = {
    "topics": KEYS | {"description": "Keys; an empty list is every topic."},
    "language": TEXT | {"maxLength": 20},
    "frequency": {"enum": list(Frequency)},
    "name": TEXT | {"maxLength": MAX_TEXT},
    "paused_until": TEXT | {"maxLength": 10, "description": "The first day with mail again."},
}


def _listed(**fields: Schema) -> Schema:
    return {"type": "array", "items": with_fields(fields)}


READER_SCHEMAS = {
    "SubscriberCount": with_fields(
        {
            "count": NUMBER | {"description": "The same as `active`."},
            "active": NUMBER | {"description": "Who get mail: all of them are counted."},
            "read": NUMBER | {"description": "Of these the choices were read, for the numbers below."},
            "complete": YES_NO | {"description": "Whether the choices of all were read."},
            "every_topic": NUMBER,
            "languages": NUMBERS | PART,
            "topics": NUMBERS | PART,
            "frequencies": NUMBERS | PART,
        }
    ),
    "ListedSubscriber": with_fields(
        {
            "id": TEXT,
            "status": TEXT,
            "address": ADDRESS,
            "language": TEXT,
            "topics": TEXT_LIST,
            "frequency": TEXT,
            "at": or_null(MOMENT) | {"description": "When they confirmed, or filled in the form that waits."},
            "left_at": or_null(MOMENT),
        }
    ),
    "Subscribers": with_fields({"subscribers": array("ListedSubscriber"), "cursor": or_null(TEXT)}),
    "SubscriberInFull": with_fields(
        {
            "id": TEXT,
            "status": TEXT,
            "address": ADDRESS,
            "choices": with_fields({**CHOICES, "tracking": YES_NO}, ()),
            "confirmed_at": or_null(MOMENT),
            "left_at": or_null(TEXT),
            "left_how": TEXT,
            "sign_up_waits": YES_NO,
            "consents": _listed(act=TEXT, how=TEXT, at=MOMENT),
            "consent_faults": TEXT_LIST | {"description": "Empty where the proof is whole and unchanged."},
            "mails": _listed(mailing=TEXT, status={"enum": list(RecipientStatus)}),
            "mailings_searched": NUMBER | {"description": "The last mailings, which were looked through."},
            "read": _listed(title=TEXT, url=TEXT, at=MOMENT),
            "sequences": _listed(sequence=TEXT, began_at=MOMENT, steps=TEXT_LIST, ended={"enum": ["", *Exit]}),
            "replies": _listed(
                mailing=TEXT | {"description": "That they answered; empty if that is not known."},
                at=MOMENT,
                words=TEXT | {"description": "Their own, if these are kept and the token allows sending."},
            ),
            "leads": _listed(id=TEXT, offer=TEXT, state=TEXT),
        }
    ),
    "ShownSubscriber": with_fields({"subscriber": ref("SubscriberInFull")}),
    "NewChoices": with_fields(CHOICES, ()),
    "AuditLine": with_fields(
        {
            "at": MOMENT,
            "who": TEXT,
            "act": TEXT,
            "what": TEXT | {"description": "The id of what it was done to. No reader's address."},
            "via": {"enum": ["console", "api", "command line", "event"]},
            "refused": TEXT | {"description": "Why nothing came of it; empty where it was done."},
        }
    ),
    "AuditTrail": with_fields({"month": TEXT, "audit": array("AuditLine"), "cursor": or_null(TEXT)}),
}


def reader_paths() -> dict[str, Any]:
    """What is below /subscribers, and /audit."""
    one = {"name": "subscriber", "in": "path", "required": True, "schema": TEXT}
    missing = {"404": answer("Nobody of whom something is kept.", "Error")}
    refused = {"403": answer("The token does not allow sending.", "Error"), **missing}
    wrong = {"422": answer("What needs mending.", "Errors")}
    shown = {"200": answer("All that is known of them.", "ShownSubscriber"), **missing}
    find = operation("findSubscriber", "Find a reader by their address; it is not logged", shown | wrong)
    find["requestBody"] = _body(with_fields({"address": TEXT | {"minLength": 1, "maxLength": 254}}))
    change = operation("changeSubscriber", "Change choices as the reader asked", {**shown, **refused, **wrong}, [one])
    change["requestBody"] = _body(ref("NewChoices"))
    ended = {**shown, **refused, "409": answer("The address never confirmed.", "Error")}
    return {
        "/subscribers": {"get": operation("listSubscribers", "Readers, in no order", _page("Subscribers"), _filters())},
        "/subscribers/count": {
            "get": operation(
                "countSubscribers", "How many get mail", {"200": answer("The numbers.", "SubscriberCount")}
            )
        },
        "/subscribers/find": {"post": find},
        "/subscribers/{subscriber}": {
            "get": operation("showSubscriber", "A reader with all that is known of them", shown, [one]),
            "put": change,
        },
        "/subscribers/{subscriber}/end": {
            "post": operation("endSubscription", "End a subscription; again, nothing happens", ended, [one])
        },
        "/audit": {
            "get": operation("listAudit", "Who did what in a month, the newest first", _page("AuditTrail"), _of_audit())
        },
    }


def _body(schema: Schema) -> Schema:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _page(schema: str) -> Schema:
    return {"200": answer("A page.", schema), "422": answer("A parameter needs mending.", "Errors")}


def _filters() -> list[Schema]:
    return [
        _query("status", {"enum": list(STATUSES)}, "Only those; without it all but erased ones."),
        _query("language", TEXT, "Code of a language of the publication."),
        _query("topic", TEXT, "Key of a topic; whoever chose none is a reader of each."),
        *page_of(),
    ]


def _of_audit() -> list[Schema]:
    return [
        _query("month", TEXT | {"pattern": f"^({MONTH.pattern})$"}, "As 2026-11, in UTC; without it, this one."),
        *page_of(cursor=CURSOR.pattern),
    ]


def _query(name: str, schema: Schema, description: str) -> Schema:
    return {"name": name, "in": "query", "schema": schema, "description": description}
