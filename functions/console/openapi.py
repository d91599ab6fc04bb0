"""The JSON API as OpenAPI 3.1, kept by hand beside the routes; `python -m console.openapi` prints it."""

from __future__ import annotations

import json
import sys
from dataclasses import fields
from typing import Any

from console.access.described import HEADERS, TOKEN_WORDS, with_access
from console.audiences.audience_schemas import audience_paths, audience_schemas
from console.campaigns.experiment_schemas import ARM_OF_RECIPIENT, EXPERIMENT_OF_REPORT, again_paths
from console.campaigns.schemas import CAMPAIGN_SCHEMAS, SEND_AT, campaign_paths
from console.description.overview_schemas import OVERVIEW_SCHEMAS, overview_paths
from console.description.reader_schemas import READER_SCHEMAS, reader_paths
from console.description.report_schemas import BOUNCE, PARTS_OF_REPORT, REPORT_SCHEMAS, report_paths
from console.description.transfer_schemas import TRANSFER_SCHEMAS, transfer_paths
from console.lead_schemas import LEAD_SCHEMAS, lead_paths
from console.pictures.schemas import PICTURE_SCHEMAS, picture_paths
from console.schemas import (
    ADDRESS,
    CORRECTIONS,
    MOMENT,
    NOTE,
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
    operation,
    ref,
    with_fields,
)
from newsletter.mailings.mailing import Kind
from newsletter.mailings.status import MailingState
from newsletter.reports.certificate import Certificate
from newsletter.sending.ledger import RecipientStatus

CERTIFICATE = tuple(field.name for field in fields(Certificate))


CURSOR: Schema = {
    "type": ["string", "null"],
    "description": "What to ask for to see the next page; null after the last.",
}


def document() -> dict[str, Any]:
    """The whole document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Newsletter",
            "version": "1",
            "description": "Start campaigns and see what became of every mailing.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/api/v1"}],
        "security": [{"token": []}],
        "paths": with_access(_paths()),
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": TOKEN_WORDS}
            },
            "headers": HEADERS,
            "schemas": _schemas(),
        },
    }


def _paths() -> dict[str, Any]:
    mailing = {"name": "mailing", "in": "path", "required": True, "schema": TEXT}
    after = {"name": "after", "in": "query", "schema": TEXT, "deprecated": True, "description": "As `cursor`."}
    show = operation("showOpenapi", "This document", {"200": {"description": "OpenAPI 3.1."}}) | {"security": []}
    del show["responses"]["401"]
    return {
        "/openapi.json": {"get": show},
        **audience_paths(),
        **campaign_paths(),
        "/mailings": {"get": _list("listMailings", "Mailings, the newest first", "Mailings")},
        "/mailings/{mailing}": {
            "get": operation(
                "showMailing",
                "A mailing and its certificate",
                {"200": answer("The report.", "Report"), "404": answer("No such mailing.", "Error")},
                [mailing],
            )
        },
        "/mailings/{mailing}/recipients": {
            "get": _list("listRecipients", "Where each recipient stands", "Recipients", [mailing, after], 100)
        },
        **report_paths(mailing),
        **_controls(mailing),
        **correction_paths(mailing),
        **again_paths(mailing, SEND_AT),
        **_digests(),
        **lead_paths(),
        **overview_paths(),
        **picture_paths(),
        **reader_paths(),
        **transfer_paths(),
        "/decisions": {"get": _list("listDecisions", "Why scheduled runs did or did not send", "Decisions")},
        "/articles": {"get": _list("listArticles", "Articles of the feeds, the newest first", "Articles")},
        **_feeds(),
        **_sequences(),
    }


def _sequences() -> dict[str, Any]:
    sequence = {"name": "sequence", "in": "path", "required": True, "schema": TEXT}
    answers = {"200": answer("The funnel.", "Funnel"), "404": answer("No such sequence.", "Error")}
    shown = operation("showSequence", "Who came into a sequence, and what became of them", answers, [sequence])
    return {"/sequences/{sequence}": {"get": shown}}


def _feeds() -> dict[str, Any]:
    listed = operation("listFeeds", "The feeds and their state", {"200": answer("The feeds.", "Feeds")})
    answers = {
        "200": answer("What it would be; a feed that cannot be read has `problems` and no entries.", "CheckedFeed"),
        "422": answer("No address.", "Errors"),
    }
    check = operation("checkFeed", "What would be made of a feed; nothing is kept", answers)
    return {"/feeds": {"get": listed}, "/feeds/check": {"post": check | {"requestBody": ADDRESS}}}


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


def _digests() -> dict[str, Any]:
    period = {"name": "period", "in": "path", "required": True, "schema": TEXT, "description": "E.g. 2026-W48."}
    said = {
        "approve": "Let a waiting digest go out; again, nothing is sent again",
        "reject": "Never let a waiting digest go out; the next one carries its articles",
    }
    answers = {
        "200": answer("How it stands now.", "DecidedDigest"),
        "403": answer("The token does not allow sending.", "Error"),
        "404": answer("No such digest.", "Error"),
        "409": answer("It was decided otherwise before.", "Error"),
    }
    listed = _list("listDigests", "Digests, the newest first", "Digests")
    which = period | {"name": "which", "description": "weekly or monthly (the next one), or a period that waits."}
    refused = {"422": answer("The note needs mending.", "Errors"), **{code: answers[code] for code in ("403", "409")}}
    saved = {"200": answer("The note now.", "SavedDigestNote"), "404": answers["404"], **refused}
    put = operation("putDigestNote", "Replace what stands on top of a digest; an empty text removes it", saved, [which])
    put["requestBody"] = {"required": True, "content": {"application/json": {"schema": ref("NewDigestNote")}}}
    shown = {"200": answer("The note.", "DigestNote"), "404": answers["404"]}
    note = {"get": operation("getDigestNote", "What stands on top of a digest", shown, [which]), "put": put}
    return {"/digests": {"get": listed}, "/digests/{which}/note": note} | {
        f"/digests/{{period}}/{act}": {"post": operation(f"{act}Digest", summary, answers, [period])}
        for act, summary in said.items()
    }


def _list(name: str, summary: str, schema: str, parameters: list[Schema] | None = None, default: int = 50) -> Schema:
    limit = {
        "name": "limit",
        "in": "query",
        "schema": {"type": "integer", "minimum": 1, "maximum": 200, "default": default},
    }
    cursor = {"name": "cursor", "in": "query", "schema": TEXT, "description": "`cursor` of the page before."}
    answers = {"200": answer(f"{summary}.", schema), "422": answer("A parameter needs mending.", "Errors")}
    if parameters:
        answers["404"] = answer("No such mailing.", "Error")
    return operation(name, summary, answers, [*(parameters or []), limit, cursor])


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
        "Recipient": with_fields({**recipient, "bounce": BOUNCE, "unsubscribed": YES_NO, "arm": ARM_OF_RECIPIENT}),
        "Recipients": with_fields(
            {"recipients": array("Recipient"), "cursor": CURSOR, "next": CURSOR | {"deprecated": True}}
        ),
        "Digest": with_fields(
            {
                **dict.fromkeys(("period", "mailing", "verdict"), TEXT),
                **dict.fromkeys(("start", "end"), MOMENT),
                **dict.fromkeys(("articles", "related"), TEXT_LIST),
                "standing": {"enum": ["waiting", "released", "dropped", "nobody"]},
                "deadline": {"type": ["string", "null"], "format": "date-time"},
                "sent_unanswered": YES_NO | {"description": "What happens at the deadline if nobody answers."},
                "held_because": TEXT | {"description": "Why it did not go out when it was to; empty: it was not held."},
                "note": NOTE,
            }
        ),
        "Digests": with_fields({"digests": array("Digest"), "cursor": CURSOR}),
        "DecidedDigest": with_fields({"digest": ref("Digest")}),
        "DigestNote": with_fields({"note": NOTE}),
        "SavedDigestNote": with_fields({"note": NOTE, "warnings": TEXT_LIST}),
        "NewDigestNote": {"oneOf": [with_fields({"text": TEXT}), with_fields({"texts": NOTE})]},
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
        "Error": with_fields({"error": TEXT}),
        "Errors": with_fields({"errors": {"type": "object", "additionalProperties": TEXT}}),
    }


def as_text() -> str:
    """The document as JSON, as it is committed in infra/openapi.json."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(as_text())
