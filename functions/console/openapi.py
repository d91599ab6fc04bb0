"""The JSON API as OpenAPI 3.1; `python -m console.openapi` prints it.

Requests are held against it before a view sees them (description/requests.py), and the tests hold the answers against
it: what it says is so.
"""

from __future__ import annotations

import json
import sys
from dataclasses import fields
from functools import cache
from typing import Any

from console.access.described import HEADERS, LIMIT_HEADERS, TOKEN_WORDS, with_access
from console.audiences.audience_schemas import audience_paths, audience_schemas
from console.campaigns.experiment_schemas import ARM_OF_RECIPIENT, EXPERIMENT_OF_REPORT, again_paths
from console.campaigns.schemas import CAMPAIGN_SCHEMAS, SEND_AT
from console.description.answers import ANSWER_SCHEMAS, common_answers, completed
from console.description.campaign_paths import campaign_paths
from console.description.digest_schemas import DIGEST_SCHEMAS, digest_paths
from console.description.examples import with_examples
from console.description.lead_schemas import LEAD_SCHEMAS, lead_paths
from console.description.overview_schemas import OVERVIEW_SCHEMAS, overview_paths
from console.description.reader_schemas import READER_SCHEMAS, reader_paths
from console.description.report_schemas import BOUNCE, PARTS_OF_REPORT, REPORT_SCHEMAS, report_paths
from console.description.transfer_schemas import TRANSFER_SCHEMAS, transfer_paths
from console.pictures.schemas import PICTURE_SCHEMAS, picture_paths
from console.reports import CURSOR as CURSOR_OF
from console.request import PLACE
from console.schemas import (
    CORRECTIONS,
    CURSOR,
    MOMENT,
    NUMBER,
    SCHEMAS,
    TEXT,
    TEXT_LIST,
    VISITS_OF_REPORT,
    YES_NO,
    Schema,
    answer,
    array,
    correction_paths,
    feed_paths,
    operation,
    page_of,
    ref,
    sequence_paths,
    with_fields,
)
from newsletter.mailings.mailing import Kind
from newsletter.mailings.status import MailingState
from newsletter.reports.certificate import Certificate
from newsletter.sending.ledger import RecipientStatus

CERTIFICATE = tuple(field.name for field in fields(Certificate))


ABOUT = """\
Start campaigns and see what became of every mailing.

A parameter that is empty is as one that is not there; one that is not described is refused, and so is a field. What is
wrong is answered as a problem (RFC 9457, `application/problem+json`), whose `errors` name every parameter or field with
what would be right. The front door itself refuses what is too much or too long, in words of its own."""
MOST_IN_PATH = 200
MOST_IN_QUERY = 500
"""Characters of a parameter that has no limit of its own."""


@cache
def described() -> dict[str, Any]:
    """`paths` and `schemas` without what is the same everywhere: what requests are held against."""
    return {"paths": _with_limits(_paths()), "schemas": _schemas()}


def document() -> dict[str, Any]:
    """The whole document."""
    found = described()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Newsletter",
            "version": "1",
            "description": ABOUT,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/api/v1"}],
        "security": [{"token": []}],
        "paths": with_examples(completed(with_access(found["paths"])), found["schemas"]),
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": TOKEN_WORDS}
            },
            "headers": HEADERS,
            "schemas": found["schemas"],
            "responses": common_answers(LIMIT_HEADERS),
        },
    }


def _with_limits(paths: dict[str, Any]) -> dict[str, Any]:
    """No parameter is longer than anything that we give out."""
    for each in (each for methods in paths.values() for each in methods.values()):
        for said in each.get("parameters", ()):
            schema = said["schema"]
            if schema.get("type") == "string" and not schema.keys() & {"enum", "pattern", "maxLength"}:
                limits = (
                    {"minLength": 1, "maxLength": MOST_IN_PATH}
                    if said["in"] == "path"
                    else {"maxLength": MOST_IN_QUERY}
                )
                said["schema"] = schema | limits
    return paths


def _paths() -> dict[str, Any]:
    mailing = {"name": "mailing", "in": "path", "required": True, "schema": TEXT}
    after = {
        "name": "after",
        "in": "query",
        "schema": TEXT | {"pattern": f"^({CURSOR_OF.pattern})$"},
        "deprecated": True,
        "description": "As `cursor`.",
    }
    show = operation("showOpenapi", "This document", {"200": {"description": "OpenAPI 3.1."}}) | {"security": []}
    return {
        "/openapi.json": {"get": show},
        **audience_paths(),
        **campaign_paths(),
        "/mailings": {"get": _list("listMailings", "Mailings, the newest first", "Mailings", cursor=PLACE.pattern)},
        "/mailings/{mailing}": {
            "get": operation(
                "showMailing",
                "A mailing and its certificate",
                {"200": answer("The report.", "Report"), "404": answer("No such mailing.", "Error")},
                [mailing],
            )
        },
        "/mailings/{mailing}/recipients": {
            "get": _list(
                "listRecipients", "Where each recipient stands", "Recipients", [mailing, after], 100, CURSOR_OF.pattern
            )
        },
        **report_paths(mailing),
        **_controls(mailing),
        **correction_paths(mailing),
        **again_paths(mailing, SEND_AT),
        **digest_paths(),
        **lead_paths(),
        **overview_paths(),
        **picture_paths(),
        **reader_paths(),
        **transfer_paths(),
        "/decisions": {
            "get": _list("listDecisions", "Why scheduled runs did or did not send", "Decisions", cursor=PLACE.pattern)
        },
        "/articles": {"get": _list("listArticles", "Articles of the feeds, the newest first", "Articles")},
        **feed_paths(),
        **sequence_paths(),
    }


def _controls(mailing: Schema) -> dict[str, Any]:
    said = {
        "pause": "Stop the mailing until it is resumed; `note` says what still goes out",
        "resume": "Go on with whoever was not tried, after a pause or a hold",
        "cancel": "Stop the mailing for good; who was not tried gets nothing, `note` says what still goes out",
    }
    answers = {
        "200": answer("How it stands now.", "Controlled"),
        "403": answer("The token does not allow sending.", "Error"),
        "404": answer("No such mailing.", "Error"),
        "409": answer("As the mailing stands, that cannot be done.", "Error"),
    }
    return {
        f"/mailings/{{mailing}}/{act}": {"post": operation(f"{act}Mailing", summary, answers, [mailing])}
        for act, summary in said.items()
    }


def _list(
    name: str, summary: str, schema: str, parameters: list[Schema] | None = None, default: int = 50, cursor: str = ""
) -> Schema:
    answers = {"200": answer(f"{summary}.", schema), "422": answer("A parameter needs mending.", "Errors")}
    if parameters:
        answers["404"] = answer("No such mailing.", "Error")
    return operation(name, summary, answers, [*(parameters or []), *page_of(default, cursor=cursor)])


def _schemas() -> dict[str, Schema]:
    mailing: dict[str, Schema] = {
        "id": TEXT,
        "kind": {"enum": list(Kind)},
        "created_at": MOMENT,
        "state": {"enum": list(MailingState)},
        "reason": TEXT | {"description": "Why it is held or waiting."},
        "until": {"type": ["string", "null"], "format": "date-time", "description": "When a waiting one goes on."},
        "subject": TEXT,
        "preheader": TEXT,
        "topics": TEXT_LIST,
        "languages": TEXT_LIST,
        "frequency": TEXT,
        "offer": TEXT,
        "articles": TEXT_LIST,
        "in_archive": YES_NO | {"description": "Whether the public archive shows it now."},
    }
    recipient = {"subscriber": TEXT, "address": TEXT, "standing": {"enum": list(RecipientStatus)}, "reason": TEXT}
    article = dict.fromkeys(("id", "url", "title", "summary", "language", "author"), TEXT)
    certificate = with_fields(
        {**dict.fromkeys((*CERTIFICATE, "unanswered"), NUMBER), "balanced": YES_NO, "counted_at": MOMENT}
    )
    return {
        **CAMPAIGN_SCHEMAS,
        "Mailing": with_fields(mailing),
        "Started": with_fields({"mailing": ref("Mailing"), "warnings": TEXT_LIST}),
        "Controlled": with_fields({"mailing": ref("Mailing"), "note": TEXT}, ("mailing",)),
        **CORRECTIONS,
        "Mailings": with_fields({"mailings": array("Mailing"), "cursor": CURSOR}),
        "Report": with_fields(
            {
                "mailing": with_fields({**mailing, "body": TEXT}),
                "certificate": ref("Certificate"),
                "ended": certificate
                | {
                    "type": ["object", "null"],
                    "description": "The certificate that was kept when the mailing was over.",
                },
                "planned_to_the_end": YES_NO,
                "progress": ref("Progress"),
                "standings": {"type": "object", "additionalProperties": NUMBER},
                **VISITS_OF_REPORT,
                **PARTS_OF_REPORT,
                **EXPERIMENT_OF_REPORT,
            }
        ),
        "Certificate": certificate,
        "Progress": with_fields(
            {
                "tried": NUMBER,
                "rate": {"type": "number", "minimum": 0, "description": "Recipients a second, lately."},
                "done_at": {"type": ["string", "null"], "format": "date-time"},
                "in_flight": NUMBER | {"description": "Mails that go out even if the mailing is stopped now."},
            }
        ),
        "Recipient": with_fields(
            {**recipient, "bounce": BOUNCE, "unsubscribed": YES_NO, "replied": YES_NO, "arm": ARM_OF_RECIPIENT}
        ),
        "Recipients": with_fields(
            {"recipients": array("Recipient"), "cursor": CURSOR, "next": CURSOR | {"deprecated": True}}
        ),
        **DIGEST_SCHEMAS,
        "Decision": with_fields({"at": MOMENT, "run": TEXT, "decision": TEXT, "why": TEXT}),
        "Decisions": with_fields({"decisions": array("Decision"), "cursor": CURSOR}),
        "Article": with_fields(
            {
                **article,
                "topics": TEXT_LIST,
                "topic_reasons": TEXT_LIST | {"description": "Why it has each topic, in their order."},
                "pinned": YES_NO,
                "skipped": YES_NO,
                "kept_out_because": TEXT
                | {"description": "Why readers do not get it: withdrawn by its blog, or excluded; else empty."},
                "categories": TEXT_LIST,
                "published": {"type": ["string", "null"], "format": "date-time"},
                "listed_at": MOMENT,
            }
        ),
        "Articles": with_fields({"articles": array("Article"), "cursor": CURSOR}),
        **REPORT_SCHEMAS,
        **audience_schemas(),
        **LEAD_SCHEMAS,
        **OVERVIEW_SCHEMAS,
        **PICTURE_SCHEMAS,
        **READER_SCHEMAS,
        **TRANSFER_SCHEMAS,
        **SCHEMAS,
        **ANSWER_SCHEMAS,
    }


def as_text() -> str:
    """The document as JSON, as it is committed in infra/openapi.json."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(as_text())
