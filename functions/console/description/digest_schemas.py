"""What the API's description says of digests and of what stands on top of them."""

from __future__ import annotations

from typing import Any

from console.schemas import (
    CURSOR,
    MOMENT,
    NOTE,
    TEXT,
    TEXT_LIST,
    YES_NO,
    Schema,
    answer,
    array,
    operation,
    page_of,
    ref,
    with_fields,
)

DIGEST_SCHEMAS: dict[str, Schema] = {
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
    "NewDigestNote": {"oneOf": [with_fields({"text": NOTE["additionalProperties"]}), with_fields({"texts": NOTE})]},
}


def digest_paths() -> dict[str, Any]:
    """What is below /digests."""
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
    page = {"200": answer("Digests, the newest first.", "Digests")}
    listed = operation("listDigests", "Digests, the newest first", page, page_of())
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
