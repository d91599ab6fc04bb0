"""How the OpenAPI document describes the parts of a report, who clicked, who left, and a mail as it was sent."""

from __future__ import annotations

from typing import Any

from console.reports import CURSOR as CURSOR_OF
from console.schemas import (
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
    with_fields,
)
from newsletter.readers.unsubscribe import REASONS
from newsletter.reports.clickers.clickers_csv import COLUMNS
from newsletter.reports.groups.groups import EARLIER, NEW
from newsletter.reports.groups.left_comments import PLACE
from newsletter.reports.words.bounce_words import MEANINGS

CURSOR: Schema = or_null(TEXT) | {"description": "What to ask for to see the next page; null after the last."}
COUNTS: dict[str, Schema] = {
    "mails": NUMBER | {"description": "That SES accepted."},
    "people": NUMBER | {"description": "In whose mail a person opened a link."},
    "left": NUMBER | {"description": "Readers who left with one of these mails."},
}
_SAID: dict[str, Schema] = {
    "type": TEXT | {"description": "As SES reports it: Permanent, Transient, Undetermined, Complaint; else empty."},
    "sub_type": TEXT,
    "status": TEXT | {"description": "Of the mail server, as 5.1.1 (RFC 3463); else empty."},
}
_GROUP: Schema = {"enum": list(MEANINGS)}
BOUNCE: Schema = or_null(with_fields({"reason": _GROUP, **_SAID})) | {"description": "Why the mail came back."}
"""Of a recipient."""
PARTS_OF_REPORT: dict[str, Schema] = {
    "origin": or_null(
        with_fields(
            {
                "sent_by": or_null(TEXT) | {"description": "Who had the campaign sent or scheduled."},
                "draft": or_null(TEXT) | {"description": "See /campaigns/{campaign}/versions."},
                "written_by": or_null(TEXT) | {"description": "Who changed its text last."},
                "written_at": or_null(MOMENT),
            }
        )
    ),
    "topics": array("TopicCount") | {"description": "Of mails with an article on the topic; people opened such a one."},
    "languages": array("LanguageCount"),
    "readers": array("ReadersCount"),
    "bounces": array("BounceCount") | {"description": "Mails that came back: those of `bounced` and `soft_bounced`."},
    "left_why": array("LeavingReason") | {"description": "What those who left chose on the page to unsubscribe."},
    "left_in_words": NUMBER | {"description": "How many of them wrote something; see /mailings/{mailing}/comments."},
}
REPORT_SCHEMAS: dict[str, Schema] = {
    "TopicCount": with_fields({"topic": TEXT, **COUNTS}),
    "LanguageCount": with_fields({"language": TEXT, **COUNTS}),
    "ReadersCount": with_fields(
        {"readers": {"enum": [NEW, EARLIER], "description": "New: joined in the 30 days before."}, **COUNTS}
    ),
    "BounceCount": with_fields(
        {
            "reason": _GROUP,
            "for_good": YES_NO | {"description": "False: the next mailing tries again."},
            "mails": NUMBER,
            "reported": {"type": "array", "items": with_fields({**_SAID, "mails": NUMBER})},
        }
    ),
    "LeavingReason": with_fields(
        {"reason": {"enum": [*REASONS, None], "description": "Null: none was chosen."}, "people": NUMBER}
    ),
    "Clicker": with_fields(
        {
            **dict.fromkeys(("subscriber", "address", "status", "language"), TEXT),
            "links": NUMBER | {"description": "Different links that they opened; 0: the offer alone."},
            "first_opened": or_null(MOMENT) | {"description": "The hour in which that began."},
        }
    ),
    "Clickers": with_fields({"clickers": array("Clicker"), "cursor": CURSOR}),
    "LeavingComments": with_fields(
        {
            "comments": TEXT_LIST | {"description": "In alphabetical order, without addresses and links."},
            "too_few": YES_NO | {"description": "So few wrote something that nothing is told."},
            "cursor": CURSOR,
        }
    ),
    "SentMail": with_fields(
        {
            "mail": with_fields(
                {
                    **dict.fromkeys(("language", "subject", "html", "text"), TEXT),
                    "as_sent": YES_NO | {"description": "False: rendered anew, in the mails of today."},
                }
            )
        }
    ),
}


def report_paths(mailing: Schema) -> dict[str, Any]:
    """The paths below a mailing; `mailing` is the parameter of the path."""
    refused = {
        "404": answer("No such mailing, or no such mail of it.", "Error"),
        "422": answer("A parameter needs mending.", "Errors"),
    }
    link = _query("link", "Those alone who opened this link, as the report lists it.")
    cursor = _query("cursor", "`cursor` of the page before.", CURSOR_OF.pattern)
    listed = answer("People, by batch. Asked for with `Accept: text/csv`, a file.", "Clickers")
    lines = f"{','.join(COLUMNS)}\r\nmaija@example.com,active,fi,2,2026-11-24T06:00:00Z,f3k9q2m5x7a1c8d4e6b0h2j5n7\r\n"
    listed["content"]["text/csv"] = {"schema": TEXT, "example": lines}
    listed["headers"] = {"Link": {"schema": TEXT, "description": "Of a file: where the next part is (`rel=next`)."}}
    limit = {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 20_000}}
    limit["description"] = "At most 200 (100 if it is missing), of a file 20,000."
    refused_to_some = refused | {"403": answer("The token does not allow sending.", "Error")}
    clickers = operation(
        "listClickers",
        "The people who opened a link of the mailing; written into the audit trail",
        {"200": listed, **refused_to_some},
        [mailing, link, cursor, limit],
    )
    comments = operation(
        "listLeavingComments",
        "What readers wrote who left with the mailing",
        {"200": answer("Their words.", "LeavingComments"), **refused},
        [mailing, _query("cursor", "`cursor` of the page before.", PLACE.pattern)],
    )
    which = [_query("variant", "`variant` of the report."), _query("language", "Of a campaign, rendered anew.")]
    mail = operation(
        "getSentMail",
        "A mail of the mailing as it was sent, for nobody; looking at it is no visit",
        {"200": answer("The mail.", "SentMail"), **refused},
        [mailing, *which],
    )
    return {
        "/mailings/{mailing}/clickers": {"get": clickers},
        "/mailings/{mailing}/comments": {"get": comments},
        "/mailings/{mailing}/mail": {"get": mail},
    }


def _query(name: str, description: str, pattern: str = "") -> Schema:
    schema = TEXT | ({"pattern": f"^({pattern})$"} if pattern else {})
    return {"name": name, "in": "query", "schema": schema, "description": description}
