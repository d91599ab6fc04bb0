"""Examples of what the API takes and answers, made from the schemas; a value for a name stands here once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from console.description.check import Schema, Schemas, faults, resolved

MOMENT = "2026-11-24T06:00:00Z"
VALUES: Mapping[str, tuple[Any, ...]] = {
    "id": ("campaign-spring-2027", "20261124060000-0f1e2d3c4b5a6978"),
    "job": ("20261124060000-0f1e2d3c4b5a6978",),
    "csv": ("email,name\r\nmaija@example.com,Maija\r\n",),
    "file_name": ("fair.csv",),
    "columns": ({"Sähköposti": "email"},),
    "evidence": ("fair 2026-10-02, form 4",),
    "audience": ({"topics": ["leadership"], "clicked_in_days": 90}, "Clicked lately"),
    "mailing": ("campaign-spring-2027",),
    "campaign": ("k7dq2m5x9a3c",),
    "subscriber": ("f3k9q2m5x7a1c8d4e6b0h2j5n7",),
    "lead": ("4f1c9b7ad2e83605",),
    "article": ("9d2f6c1b7a3e4805",),
    "articles": (["9d2f6c1b7a3e4805"],),
    "sequence": ("sparring",),
    "period": ("2026-W48",),
    "which": ("weekly", "2026-W48"),
    "month": ("2026-11",),
    "week": ("2026-W48",),
    "cursor": (
        None,
        "2026-11-24T06:00:00Z#campaign-spring-2027",
        "20261124060000-0f1e2d3c4b5a",
        "2026-11-24T06:00:00Z_k7dq2m5x",
        "20261124060000-0f1e2d3c4b5a6978",
        "en-0:49",
        "50",
        "0f1e2d3c4b5a69780f1e2d3c4b5a6978-1040x520.png",
    ),
    "next": (None,),
    "name": ("spring-2027", "Maija"),
    "subject": ("Three places left in the spring programme",),
    "subjects": (["Three places left in the spring programme", "Spring begins in March"],),
    "preheader": ("It begins in March",),
    "preheaders": (["It begins in March", "Three places are left"],),
    "winning_subject": ("Spring begins in March",),
    "arm": ("2",),
    "share": (0.2,),
    "hours": (4,),
    "again_of": ("campaign-spring-2027",),
    "sent_again": ("campaign-spring-2027-again",),
    "body": ("The spring programme begins in **March**. [See the dates](https://www.example.com/spring)",),
    "language": ("en",),
    "languages": (["en"], {"en": 120}),
    "topics": (["leadership"], {"leadership": 40}),
    "topic": ("leadership",),
    "topic_reasons": (["the category Leadership of its feed"],),
    "frequency": ("weekly",),
    "frequencies": ({"weekly": 118, "monthly": 2},),
    "address": ("maija@example.com",),
    "email": ("maija@example.com",),
    "to": (["maija@example.com"],),
    "changed_by": ("maija@example.com",),
    "decided_by": ("maija@example.com",),
    "who": ("maija@example.com",),
    "url": ("https://blog.example.com/leading-in-the-open",),
    "old_url": ("https://www.example.com/sprnig",),
    "new_url": ("https://www.example.com/spring",),
    "image": ("https://blog.example.com/picture.jpg",),
    "feed": ("https://blog.example.com/feed.xml",),
    "named_feeds": (["https://blog.example.com/feed.xml"],),
    "markdown": ("![The hall](https://news.example.com/pictures/0f1e2d3c4b5a69780f1e2d3c4b5a6978-1040x520.png)",),
    "alt": ("The hall",),
    "html": ("<p>The spring programme begins in <strong>March</strong>.</p>",),
    "title": ("Leading in the open",),
    "summary": ("Why leaders who write are found.",),
    "author": ("Maija Meikäläinen",),
    "offer": ("sparring",),
    "offers": (3,),
    "status": ("active", 200),
    "reason": ("the mailbox is full",),
    "note": ("At most 50 mails still go out.",),
    "text": ("Two seats are left for Thursday.",),
    "texts": ({"en": "Two seats are left for Thursday."},),
    "key": ("sparring",),
    "since": ("2026-11-24",),
    "send_at": ("2026-12-01T08:00:00+02:00",),
    "at": (MOMENT, "2026-11-24"),
    "act": ("campaign.send",),
    "what": ("campaign-spring-2027",),
    "error": ("Nothing here",),
    "warnings": ([],),
    "problems": ([], {}),
    "errors": ({"limit": "give a whole number from 1 to 200"},),
    "in_words": ("With the CRM since 24 Nov 2026, 08:00.",),
    "decision": ("started",),
    "run": ("digest-2026-W48",),
    "why": ("1 new article",),
    "version": (3,),
    "path": ("/console/leads",),
    "answer": ("ok",),
    "type": ("lead.created",),
    "rules": ("2026-11-01",),
    "reasons": (["pressed 20 seconds after the page was opened"],),
    "If-Match": ('"3"',),
    "by_form": ({"front-page": 3},),
    "standings": ({"delivered": 118, "bounced": 2},),
    "exits": ({"finished": 4},),
    "ends": ("2026-12-22",),
    "paused_until": ("2026-12-24",),
    "left_how": ("page",),
    "kept_out_because": ("",),
    "held_because": ("",),
    "after": ("en-0:49",),
    "limit": (50,),
}


def example(schema: Schema, schemas: Schemas, name: str = "") -> Any:
    """A value that the schema allows: its own example, one for the name, else the plainest there is."""
    schema = resolved(schema, schemas)
    if "examples" in schema:
        return schema["examples"][0]
    for value in VALUES.get(name, ()):
        if not faults(value, schema, schemas):
            return value
    if (either := schema.get("oneOf") or schema.get("anyOf")) and "properties" not in schema:
        return example(either[0], schemas, name)
    if "const" in schema or "enum" in schema:
        return schema.get("const", next((each for each in schema.get("enum", ()) if each), None))
    kind = schema.get("type", "object")
    return _plain(kind if isinstance(kind, str) else kind[0], schema, schemas, name)


def _plain(kind: str, schema: Schema, schemas: Schemas, name: str) -> Any:
    match kind:
        case "object":
            properties = {key: each for key, each in schema.get("properties", {}).items() if not each.get("readOnly")}
            return {key: example(each, schemas, key) for key, each in properties.items()}
        case "array":
            return [example(schema.get("items", {}), schemas, name.removesuffix("s"))]
        case "string":
            return MOMENT if schema.get("format") == "date-time" else ""
        case "boolean":
            return True
        case "number":
            return float(schema.get("minimum", 0))
        case _:
            return schema.get("default", schema.get("minimum", 0))


def with_examples(paths: dict[str, Any], schemas: Schemas) -> dict[str, Any]:
    """The paths, with an example for each parameter, body and answer that has none."""
    return {
        path: {method: _with_examples(each, schemas) for method, each in methods.items()}
        for path, methods in paths.items()
    }


def _with_examples(operation: dict[str, Any], schemas: Schemas) -> dict[str, Any]:
    shown = dict(operation)
    if "parameters" in operation:
        shown["parameters"] = [
            {"example": value, **each}
            if (value := example(each["schema"], schemas, each["name"])) is not None
            else each
            for each in operation["parameters"]
        ]
    if "requestBody" in operation:
        shown["requestBody"] = _of_content(operation["requestBody"], schemas)
    shown["responses"] = {status: _of_content(each, schemas) for status, each in operation["responses"].items()}
    return shown


def _of_content(said: dict[str, Any], schemas: Schemas) -> dict[str, Any]:
    if "content" not in said:
        return said
    content = {
        kind: each if "example" in each else {**each, "example": example(each["schema"], schemas)}
        for kind, each in said["content"].items()
    }
    return {**said, "content": content}
