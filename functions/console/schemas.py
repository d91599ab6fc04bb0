"""Schemas of the API's description: plain values, what marketing writes on top of a digest, and feeds."""

from __future__ import annotations

from typing import Any

from newsletter.mailings.digests.note import MAX_NOTE

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
TEXT_LIST: Schema = {"type": "array", "items": TEXT}
NUMBER: Schema = {"type": "integer", "minimum": 0}
YES_NO: Schema = {"type": "boolean"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
NOTE: Schema = {
    "type": "object",
    "additionalProperties": TEXT,
    "description": f"What marketing wrote on top of it, by language: one paragraph of at most {MAX_NOTE} characters.",
}


def _or_null(schema: Schema) -> Schema:
    return {**schema, "type": [schema["type"], "null"]}


def _object(properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


FEED = _object(
    {
        "feed": TEXT | {"description": "Its address, as the publication has it."},
        "read_at": _or_null(MOMENT),
        "entries": NUMBER | {"description": "In the last good copy."},
        "problems": TEXT_LIST,
        "in_trouble": YES_NO | {"description": "Whether it is unreadable or held."},
        "unreadable": _or_null(_object({"since": MOMENT, "problem": TEXT})),
        "rests_until": _or_null(MOMENT) | {"description": "Its server asks not to be asked before."},
        "held": _or_null(_object({"since": MOMENT, "reason": TEXT, "entries": NUMBER, "news": NUMBER})),
        "accepted_at": _or_null(MOMENT),
        "archive_pages": NUMBER | {"description": "Older pages that its next reading goes through."},
    }
)
ENTRY = _object(
    {
        "title": TEXT,
        "url": TEXT,
        "published_at": _or_null(MOMENT),
        "topics": TEXT_LIST,
        "topic_reasons": TEXT_LIST | {"description": "Why it has each topic, in their order."},
        "summary": TEXT,
        "image": _or_null(TEXT),
        "image_alt": TEXT,
        "language": TEXT,
        "categories": TEXT_LIST,
        "author": TEXT,
        "minutes": _or_null(NUMBER) | {"description": "To read it; null where the feed has an excerpt alone."},
        "stays_out": _or_null(TEXT) | {"description": "Why readers would not get it, or not yet."},
    }
)
CHECKED = _object(
    {
        "feed": TEXT | {"description": "What was asked for."},
        "url": _or_null(TEXT) | {"description": "The feed of the entries: of a page, the first that it names."},
        "readable": YES_NO | {"description": "Whether what was asked for is a feed that can be read."},
        "entries": {"type": "array", "items": {"$ref": "#/components/schemas/FeedEntry"}},
        "problems": TEXT_LIST,
        "named_feeds": TEXT_LIST | {"description": "Feeds that a web page in the place of a feed names."},
    }
)
SCHEMAS = {
    "Feed": FEED,
    "Feeds": _object({"feeds": {"type": "array", "items": {"$ref": "#/components/schemas/Feed"}}}),
    "FeedEntry": ENTRY,
    "CheckedFeed": CHECKED,
}
ADDRESS = {
    "required": True,
    "content": {
        "application/json": {
            "schema": _object({"url": TEXT | {"description": "http(s), of a feed or of a page that names one."}})
        }
    },
}
