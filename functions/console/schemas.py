"""Schemas of the API's description: plain values, what marketing writes on top of a digest, and feeds."""

from __future__ import annotations

from typing import Any

from newsletter.mailings.campaign import MAX_BODY, MAX_SUBJECT
from newsletter.mailings.digests.note import MAX_NOTE
from newsletter.mailings.mailing import NAME
from newsletter.mailings.relink import MAX_URL
from newsletter.publication.feedback.feedback_policy import WAIT_MINUTES, OnDoubt
from newsletter.publication.sequences import Exit
from newsletter.readers.choices import FILTERS

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
TEXT_LIST: Schema = {"type": "array", "items": TEXT}
KEYS: Schema = {"type": "array", "items": {"type": "string", "maxLength": 100}, "maxItems": 100}
NUMBER: Schema = {"type": "integer", "minimum": 0}
YES_NO: Schema = {"type": "boolean"}
WEB_ADDRESS: Schema = {"type": "string", "minLength": 1, "maxLength": MAX_URL}
MOMENT: Schema = {"type": "string", "format": "date-time"}
CURSOR: Schema = {
    "type": ["string", "null"],
    "description": "What to ask for to see the next page; null after the last.",
}
NOTE: Schema = {
    "type": "object",
    "additionalProperties": TEXT | {"maxLength": MAX_NOTE},
    "description": f"What marketing wrote on top of it, by language: one paragraph of at most {MAX_NOTE} characters.",
}

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

LIMITS: dict[str, Schema] = {
    "name": {"pattern": f"^{NAME.pattern}$"},
    "subject": {"minLength": 1, "maxLength": MAX_SUBJECT},
    "preheader": {"maxLength": MAX_SUBJECT},
    "body": {"minLength": 1, "maxLength": MAX_BODY},
    "doubt": {"enum": ["", *OnDoubt]},
    "doubt_wait_minutes": {"anyOf": [{"const": 0}, {"minimum": WAIT_MINUTES[0], "maximum": WAIT_MINUTES[1]}]},
}
"""Of a campaign's fields, from what checks them (newsletter/mailings/campaign.py)."""
EXAMPLE = {
    "name": "spring-2027",
    "subject": "Three places left in the spring programme",
    "body": "The spring programme begins in **March**. [See the dates](https://www.example.com/spring)",
    "language": "en",
}


def or_null(schema: Schema) -> Schema:
    """The same, or null."""
    return schema if isinstance(schema["type"], list) else {**schema, "type": [schema["type"], "null"]}


def with_fields(properties: Schema, required: tuple[str, ...] | None = None) -> Schema:
    """An object with these properties and no others; all are required, unless `required` names those that are."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties if required is None else required),
        "additionalProperties": False,
    }


def ref(schema: str) -> Schema:
    """The schema of that name."""
    return {"$ref": f"#/components/schemas/{schema}"}


def page_of(default: int = 50, most: int = 200, *, cursor: str = "") -> list[Schema]:
    """The parameters of a list: `limit`, and `cursor`, whose form is a pattern if it has one of its own.

    `most`: Lambda answers with at most 6 MB.
    """
    limit: Schema = {"type": "integer", "minimum": 1, "maximum": most, "default": default}
    place: Schema = TEXT | ({"pattern": f"^({cursor})$"} if cursor else {})
    return [
        {"name": "limit", "in": "query", "schema": limit, "description": "At most so many."},
        {"name": "cursor", "in": "query", "schema": place, "description": "`cursor` of the page before."},
    ]


def array(schema: str) -> Schema:
    """A list of what has the schema of that name."""
    return {"type": "array", "items": ref(schema)}


def operation(name: str, summary: str, answers: Schema, parameters: list[Schema] | None = None) -> Schema:
    """One method of a path, which needs a token. What every operation may answer is added to all (answers.py)."""
    described: Schema = {"operationId": name, "summary": summary, "responses": answers}
    return described | ({"parameters": parameters} if parameters else {})


def answer(description: str, schema: str, headers: Schema | None = None) -> Schema:
    """An answer in JSON, with the schema of that name; `Error` and `Errors` are problems (RFC 9457)."""
    kind = "application/json"
    if schema in ("Error", "Errors", "ChangedMeanwhile"):
        kind, schema = "application/problem+json", "Problem"
    described: Schema = {"description": description, "content": {kind: {"schema": ref(schema)}}}
    return described | ({"headers": headers} if headers else {})


_OPENED = {"people": NUMBER, "machines": NUMBER}
VISIT_COUNTS: dict[str, Schema] = {
    "LinkCount": {"url": TEXT, **_OPENED},
    "HourCount": {"hour": NUMBER | {"description": "Since the mailing began; the first 48."}, **_OPENED},
    "VariantCount": {
        "language": TEXT,
        "subject": TEXT,
        "recipients": NUMBER,
        **_OPENED,
        "mails": NUMBER | {"description": "That SES accepted."},
        "left": NUMBER,
        "variant": or_null(TEXT) | {"description": "One of these mails, to be looked at: /mailings/{mailing}/mail."},
    },
}
VISITS_OF_REPORT: dict[str, Schema] = {
    "people": NUMBER | {"description": "Recipients of whom a person opened a link or the offer."},
    "machines": NUMBER | {"description": "Recipients of whom only machines opened links, as far as is known."},
    "offers": NUMBER | {"description": "Of the people, those who looked at the page of the offer."},
    "leads": NUMBER,
    "won": NUMBER,
    "replies": NUMBER | {"description": "People who answered the mail."},
    **{
        name: array(item)
        for name, item in (("links", "LinkCount"), ("hours", "HourCount"), ("variants", "VariantCount"))
    },
}

CORRECTIONS: dict[str, Schema] = {
    "ShownInArchive": with_fields({"shown": YES_NO}),
    "LinkCorrection": with_fields({"old_url": WEB_ADDRESS, "new_url": WEB_ADDRESS}),
    "CorrectedLink": with_fields({"url": TEXT}),
}

FEED = with_fields(
    {
        "feed": TEXT | {"description": "Its address, as the publication has it."},
        "read_at": or_null(MOMENT),
        "entries": NUMBER | {"description": "In the last good copy."},
        "problems": TEXT_LIST,
        "in_trouble": YES_NO | {"description": "Whether it is unreadable or held."},
        "unreadable": or_null(with_fields({"since": MOMENT, "problem": TEXT})),
        "rests_until": or_null(MOMENT) | {"description": "Its server asks not to be asked before."},
        "held": or_null(with_fields({"since": MOMENT, "reason": TEXT, "entries": NUMBER, "news": NUMBER})),
        "accepted_at": or_null(MOMENT),
        "archive_pages": NUMBER | {"description": "Older pages that its next reading goes through."},
    }
)
ENTRY = with_fields(
    {
        "title": TEXT,
        "url": TEXT,
        "published_at": or_null(MOMENT),
        "topics": TEXT_LIST,
        "topic_reasons": TEXT_LIST | {"description": "Why it has each topic, in their order."},
        "summary": TEXT,
        "image": or_null(TEXT),
        "image_alt": TEXT,
        "language": TEXT,
        "categories": TEXT_LIST,
        "author": TEXT,
        "minutes": or_null(NUMBER) | {"description": "To read it; null where the feed has an excerpt alone."},
        "stays_out": or_null(TEXT) | {"description": "Why readers would not get it, or not yet."},
    }
)
CHECKED = with_fields(
    {
        "feed": TEXT | {"description": "What was asked for."},
        "url": or_null(TEXT) | {"description": "The feed of the entries: of a page, the first that it names."},
        "readable": YES_NO | {"description": "Whether what was asked for is a feed that can be read."},
        "entries": array("FeedEntry"),
        "problems": TEXT_LIST,
        "named_feeds": TEXT_LIST | {"description": "Feeds that a web page in the place of a feed names."},
    }
)
FUNNEL = with_fields(
    {
        "key": TEXT,
        "entered": NUMBER | {"description": "Rounds that began: active and the sum of exits."},
        "active": NUMBER | {"description": "Under way."},
        "steps": {
            "type": "array",
            "items": with_fields(
                {
                    "key": TEXT,
                    "sent": NUMBER | {"description": "Mails that SES took."},
                    "people": NUMBER | {"description": "Who followed a link in it."},
                    "left": NUMBER | {"description": "Who left the newsletter or stopped the series after it."},
                }
            ),
        },
        "exits": {
            "type": "object",
            "propertyNames": {"enum": list(Exit)},
            "additionalProperties": NUMBER,
            "description": "Rounds that are over, by reason; `finished` went through to the end.",
        },
        "leads": NUMBER | {"description": "Who became a lead since they came in, or by that."},
        "won": NUMBER,
    }
)
SCHEMAS = {
    **{name: with_fields(fields) for name, fields in VISIT_COUNTS.items()},
    "Funnel": FUNNEL,
    "Feed": FEED,
    "Feeds": with_fields({"feeds": array("Feed")}),
    "FeedEntry": ENTRY,
    "CheckedFeed": CHECKED,
}
ADDRESS = {
    "required": True,
    "content": {
        "application/json": {
            "schema": with_fields(
                {"url": WEB_ADDRESS | {"description": "http(s), of a feed or of a page that names one."}}
            )
        }
    },
}


def correction_paths(mailing: Schema) -> dict[str, Any]:
    """What can still be changed of a mailing that is out; `mailing` is the parameter of the path."""
    refused = {
        "403": answer("The token does not allow sending.", "Error"),
        "404": answer("No such mailing, or none of its links leads there.", "Error"),
        "422": answer("Fields that need mending.", "Errors"),
    }
    archive = operation(
        "archiveMailing",
        "Take the mailing out of the public archive, or put it back",
        {
            "200": answer("How it is now.", "Controlled"),
            **refused,
            "409": answer("It was not sent for the archive.", "Error"),
        },
        [mailing],
    )
    link = operation(
        "relinkMailing",
        "Correct where a link of the mailing leads, after it was sent",
        {"200": answer("Where the link leads now.", "CorrectedLink"), **refused},
        [mailing],
    )
    for described, schema in ((archive, "ShownInArchive"), (link, "LinkCorrection")):
        described["requestBody"] = {"required": True, "content": {"application/json": {"schema": ref(schema)}}}
    return {"/mailings/{mailing}/archive": {"post": archive}, "/mailings/{mailing}/relink": {"post": link}}


def feed_paths() -> dict[str, Any]:
    """What is below /feeds."""
    listed = operation("listFeeds", "The feeds and their state", {"200": answer("The feeds.", "Feeds")})
    answers = {
        "200": answer("What it would be; a feed that cannot be read has `problems` and no entries.", "CheckedFeed"),
        "422": answer("No address.", "Errors"),
    }
    check = operation("checkFeed", "What would be made of a feed; nothing is kept", answers)
    return {"/feeds": {"get": listed}, "/feeds/check": {"post": check | {"requestBody": ADDRESS}}}


def sequence_paths() -> dict[str, Any]:
    """What is below /sequences."""
    sequence = {"name": "sequence", "in": "path", "required": True, "schema": TEXT}
    answers = {"200": answer("The funnel.", "Funnel"), "404": answer("No such sequence.", "Error")}
    shown = operation("showSequence", "Who came into a sequence, and what became of them", answers, [sequence])
    return {"/sequences/{sequence}": {"get": shown}}
