"""The JSON API as OpenAPI 3.1, kept by hand beside the routes; `python -m console.openapi` prints it."""

from __future__ import annotations

import json
import sys
from typing import Any

from console.campaign_input import LISTS, NEEDED, NUMBERS, SWITCHES, TEXTS
from console.principal import SEND_GROUP, SEND_SCOPE
from console.schemas import ADDRESS, MOMENT, NOTE, NUMBER, SCHEMAS, TEXT, TEXT_LIST, YES_NO, Schema
from newsletter.mailings.campaign import MAX_BODY, MAX_SUBJECT
from newsletter.mailings.mailing import Kind
from newsletter.mailings.status import MailingState
from newsletter.readers.choices import FILTERS
from newsletter.sending.ledger import RecipientStatus

FIELDS = {
    "name": "Makes the campaign unique: 1 to 60 letters, digits and hyphens.",
    "subject": f"One line of at most {MAX_SUBJECT} characters.",
    "body": f"Markdown, at most {MAX_BODY} characters.",
    "language": "Language of the text.",
    "offer": "Key of an offer shown under the text.",
    "preheader": "What an inbox shows after the subject; without it, the opening of the text.",
    "topics": "Only readers of one of these topics (and those who chose none); without it, all readers.",
    "archive": "Whether the public archive shows it; without it, if it is for every topic.",
    "doubt": "never_twice or resend: what becomes of a recipient of whom nobody knows whether the mail went out.",
    "doubt_wait_minutes": "How long a Send event is awaited before that, 15 to 1440.",
    "languages": "Only readers of these languages; without it, readers of the text's language.",
    **{name: f"Only readers whose {name} is one of these; without it, all readers." for name in FILTERS},
}
CERTIFICATE = (
    *("planned", "accepted", "suppressed", "rejected", "doubtful", "waiting"),
    *("delivered", "bounced", "complained", "failed", "clicked", "unsubscribed", "soft_bounced", "undecided", "twice"),
    "confirmed",
)


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
        "paths": _paths(),
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": f"A token of the OIDC issuer for this console. Sending needs the scope {SEND_SCOPE} "
                    f"or the group {SEND_GROUP}.",
                }
            },
            "schemas": _schemas(),
        },
    }


def _paths() -> dict[str, Any]:
    mailing = {"name": "mailing", "in": "path", "required": True, "schema": TEXT}
    after = {"name": "after", "in": "query", "schema": TEXT, "description": "`next` of the page before."}
    campaign_answers = {
        "201": _answer("Started.", "Started", {"Location": {"schema": TEXT}}),
        "200": _answer("This very campaign was started before; nothing is sent again.", "Started"),
        "403": _answer("The token does not allow sending.", "Error"),
        "409": _answer("A campaign of this name had another text.", "Error"),
        "413": _answer("The request is longer than 200 kB.", "Error"),
        "422": _answer("Fields that need mending; of body also what preflight finds broken in the mail.", "Errors"),
    }
    start = _operation("startCampaign", "Start a campaign", campaign_answers)
    start["requestBody"] = {"required": True, "content": {"application/json": {"schema": _ref("Campaign")}}}
    show = _operation("showOpenapi", "This document", {"200": {"description": "OpenAPI 3.1."}}) | {"security": []}
    del show["responses"]["401"]
    return {
        "/openapi.json": {"get": show},
        "/campaigns": {"post": start},
        "/mailings": {"get": _list("listMailings", "Mailings, the newest first", "Mailings")},
        "/mailings/{mailing}": {
            "get": _operation(
                "showMailing",
                "A mailing and its certificate",
                {"200": _answer("The report.", "Report"), "404": _answer("No such mailing.", "Error")},
                [mailing],
            )
        },
        "/mailings/{mailing}/recipients": {
            "get": _list("listRecipients", "Where each recipient stands", "Recipients", [mailing, after], 100)
        },
        **_controls(mailing),
        **_digests(),
        "/decisions": {"get": _list("listDecisions", "Why scheduled runs did or did not send", "Decisions")},
        "/articles": {"get": _list("listArticles", "Articles of the feeds, the newest first", "Articles")},
        **_feeds(),
    }


def _feeds() -> dict[str, Any]:
    listed = _operation("listFeeds", "The feeds and their state", {"200": _answer("The feeds.", "Feeds")})
    answers = {
        "200": _answer("What it would be; a feed that cannot be read has `problems` and no entries.", "CheckedFeed"),
        "422": _answer("No address.", "Errors"),
    }
    check = _operation("checkFeed", "What would be made of a feed; nothing is kept", answers)
    return {"/feeds": {"get": listed}, "/feeds/check": {"post": check | {"requestBody": ADDRESS}}}


def _controls(mailing: Schema) -> dict[str, Any]:
    said = {
        "pause": "Stop the mailing until it is resumed; `note` says what still goes out",
        "resume": "Go on with whoever was not tried, after a pause or a hold",
        "cancel": "Stop the mailing for good; who was not tried gets nothing, `note` says what still goes out",
    }
    answers = {
        "200": _answer("How it stands now.", "Controlled"),
        "403": _answer("The token does not allow sending.", "Error"),
        "404": _answer("No such mailing.", "Error"),
        "409": _answer("As the mailing stands, that cannot be done.", "Error"),
    }
    return {
        f"/mailings/{{mailing}}/{act}": {"post": _operation(f"{act}Mailing", summary, answers, [mailing])}
        for act, summary in said.items()
    }


def _digests() -> dict[str, Any]:
    period = {"name": "period", "in": "path", "required": True, "schema": TEXT, "description": "E.g. 2026-W48."}
    said = {
        "approve": "Let a waiting digest go out; again, nothing is sent again",
        "reject": "Never let a waiting digest go out; the next one carries its articles",
    }
    answers = {
        "200": _answer("How it stands now.", "DecidedDigest"),
        "403": _answer("The token does not allow sending.", "Error"),
        "404": _answer("No such digest.", "Error"),
        "409": _answer("It was decided otherwise before.", "Error"),
    }
    listed = _operation("listDigests", "Digests, the newest first", {"200": _answer("The digests.", "Digests")})
    which = period | {"name": "which", "description": "weekly or monthly (the next one), or a period that waits."}
    refused = {"422": _answer("The note needs mending.", "Errors"), **{code: answers[code] for code in ("403", "409")}}
    saved = {"200": _answer("The note now.", "SavedDigestNote"), "404": answers["404"], **refused}
    put = _operation(
        "putDigestNote", "Replace what stands on top of a digest; an empty text removes it", saved, [which]
    )
    put["requestBody"] = {"required": True, "content": {"application/json": {"schema": _ref("NewDigestNote")}}}
    shown = {"200": _answer("The note.", "DigestNote"), "404": answers["404"]}
    note = {"get": _operation("getDigestNote", "What stands on top of a digest", shown, [which]), "put": put}
    return {"/digests": {"get": listed}, "/digests/{which}/note": note} | {
        f"/digests/{{period}}/{act}": {"post": _operation(f"{act}Digest", summary, answers, [period])}
        for act, summary in said.items()
    }


def _list(name: str, summary: str, schema: str, parameters: list[Schema] | None = None, default: int = 50) -> Schema:
    limit = {
        "name": "limit",
        "in": "query",
        "schema": {"type": "integer", "minimum": 1, "maximum": 200, "default": default},
    }
    answers = {"200": _answer(f"{summary}.", schema), "422": _answer("A parameter needs mending.", "Errors")}
    if parameters:
        answers["404"] = _answer("No such mailing.", "Error")
    return _operation(name, summary, answers, [*(parameters or []), limit])


def _operation(name: str, summary: str, answers: Schema, parameters: list[Schema] | None = None) -> Schema:
    unknown = _answer("No token, or one that is not valid.", "Error", {"WWW-Authenticate": {"schema": TEXT}})
    operation: Schema = {"operationId": name, "summary": summary, "responses": {**answers, "401": unknown}}
    return operation | ({"parameters": parameters} if parameters else {})


def _answer(description: str, schema: str, headers: Schema | None = None) -> Schema:
    answer: Schema = {"description": description, "content": {"application/json": {"schema": _ref(schema)}}}
    return answer | ({"headers": headers} if headers else {})


def _ref(schema: str) -> Schema:
    return {"$ref": f"#/components/schemas/{schema}"}


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
    }
    recipient = {"subscriber": TEXT, "address": TEXT, "standing": {"enum": list(RecipientStatus)}, "reason": TEXT}
    article = dict.fromkeys(("id", "url", "title", "summary", "language", "author"), TEXT)
    texts = {name: TEXT | {"description": FIELDS[name]} for name in TEXTS}
    lists = {name: TEXT_LIST | {"description": FIELDS[name]} for name in LISTS}
    switches = {name: YES_NO | {"description": FIELDS[name]} for name in SWITCHES}
    switches |= {name: NUMBER | {"description": FIELDS[name]} for name in NUMBERS}
    certificate = _object({**dict.fromkeys(CERTIFICATE, NUMBER), "balanced": YES_NO, "counted_at": MOMENT})
    return {
        "Campaign": _object({**texts, **lists, **switches}, NEEDED),
        "Mailing": _object(mailing),
        "Started": _object({"mailing": _ref("Mailing"), "warnings": TEXT_LIST}),
        "Controlled": _object({"mailing": _ref("Mailing"), "note": TEXT}, ("mailing",)),
        "Mailings": _object({"mailings": _array("Mailing")}),
        "Report": _object(
            {
                "mailing": _object({**mailing, "body": TEXT}),
                "certificate": _ref("Certificate"),
                "ended": certificate
                | {
                    "type": ["object", "null"],
                    "description": "The certificate that was kept when the mailing was over.",
                },
                "planned_to_the_end": YES_NO,
                "progress": _ref("Progress"),
                "standings": {"type": "object", "additionalProperties": NUMBER},
            }
        ),
        "Certificate": certificate,
        "Progress": _object(
            {
                "tried": NUMBER,
                "rate": {"type": "number", "minimum": 0, "description": "Recipients a second, lately."},
                "done_at": {"type": ["string", "null"], "format": "date-time"},
            }
        ),
        "Recipient": _object({**recipient, "unsubscribed": YES_NO}),
        "Recipients": _object({"recipients": _array("Recipient"), "next": {"type": ["string", "null"]}}),
        "Digest": _object(
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
        "Digests": _object({"digests": _array("Digest")}),
        "DecidedDigest": _object({"digest": _ref("Digest")}),
        "DigestNote": _object({"note": NOTE}),
        "SavedDigestNote": _object({"note": NOTE, "warnings": TEXT_LIST}),
        "NewDigestNote": {"oneOf": [_object({"text": TEXT}), _object({"texts": NOTE})]},
        "Decision": _object({"at": MOMENT, "run": TEXT, "decision": TEXT, "why": TEXT}),
        "Decisions": _object({"decisions": _array("Decision")}),
        "Article": _object(
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
        "Articles": _object({"articles": _array("Article")}),
        **SCHEMAS,
        "Error": _object({"error": TEXT}),
        "Errors": _object({"errors": {"type": "object", "additionalProperties": TEXT}}),
    }


def _object(properties: dict[str, Schema], required: tuple[str, ...] | None = None) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties if required is None else required),
        "additionalProperties": False,
    }


def _array(schema: str) -> Schema:
    return {"type": "array", "items": _ref(schema)}


def as_text() -> str:
    """The document as JSON, as it is committed in infra/openapi.json."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(as_text())
