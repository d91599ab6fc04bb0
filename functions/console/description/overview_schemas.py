"""What the API's description says of the overview."""

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
    operation,
    or_null,
    ref,
    with_fields,
)
from newsletter.overview.article_choices import ArticleAct
from newsletter.readers.choice import Frequency

RATE: Schema = {"type": "number", "minimum": 0, "description": "In per cent."}
NEXT = with_fields(
    {
        "frequency": {"enum": list(Frequency)},
        "at": MOMENT,
        "articles": TEXT_LIST | {"description": "Ids of those that it would carry if nothing else were published."},
    }
)
WARM_UP = with_fields(
    {
        "most": NUMBER | {"description": "Mails that the warm-up plan sends today at most."},
        "used": NUMBER | {"description": "Mails that it has counted today."},
        "ends": TEXT | {"format": "date", "description": "The first day without a limit."},
    }
)
WAITS = with_fields(
    {
        "kind": {"enum": ["breaker", "approval", "mailing", "leads", "feed", "crm"]},
        "what": TEXT,
        "path": TEXT | {"description": "The page of the console where it is dealt with."},
    }
)
GROWTH = with_fields(
    {
        "weeks": {
            "type": "array",
            "description": "The last eight, the oldest first.",
            "items": with_fields(
                {
                    "week": TEXT | {"description": "ISO week in UTC, e.g. 2026-W48."},
                    **dict.fromkeys(("joined", "left", "bounced", "complained"), NUMBER),
                    "by_form": {
                        "type": "object",
                        "additionalProperties": NUMBER,
                        "description": "Who joined, by the form; empty for one that does not say which it is.",
                    },
                }
            ),
        },
        "complete": YES_NO | {"description": "Otherwise there are more than were counted."},
    }
)
DELIVERY = with_fields(
    {
        **dict.fromkeys(("delivered", "bounced", "complained"), NUMBER),
        **dict.fromkeys(("bounce_rate", "complaint_rate", "bounce_limit", "complaint_limit"), RATE),
        "breaker": or_null(with_fields({"since": MOMENT, "reason": TEXT})),
    }
)
OVERVIEW_SCHEMAS = {
    "ShownArticle": with_fields({"article": ref("Article")}),
    "Overview": with_fields(
        {
            "readers": NUMBER | {"description": "Who get mail today."},
            "next": {"type": "array", "items": NEXT},
            "scheduled": {
                "type": "array",
                "items": with_fields({"campaign": TEXT, "subject": TEXT, "send_at": MOMENT}),
                "description": "Campaigns that go out by themselves, the earliest first.",
            },
            "warm_up": or_null(WARM_UP),
            "waiting": {"type": "array", "items": WAITS},
            "growth": GROWTH,
            "delivery": DELIVERY | {"description": "Of the last 24 hours."},
        }
    ),
}


ACTS = {
    ArticleAct.PIN: "Put an article on top of its digest",
    ArticleAct.SKIP: "Keep an article out of every digest that is still to be started",
    ArticleAct.AGAIN: "Have the next digests carry an article once more, also to readers who got it",
    ArticleAct.RESET: "Take back what was pinned, skipped or given other topics",
}


def overview_paths() -> dict[str, Any]:
    """The path /overview, and what is below /articles/{article}."""
    summary = "What comes next, what waits for a person, how the list grows and how mails arrive"
    one: Schema = {"name": "article", "in": "path", "required": True, "schema": TEXT}
    shown = {"200": answer("As it is now.", "ShownArticle"), "404": answer("No such article.", "Error")}
    done = {**shown, "403": answer("The token does not allow sending.", "Error")}
    not_now = {"409": answer("That makes no sense now, and why.", "Error")}
    topics = operation(
        "retopicArticle",
        "Give an article other topics",
        done | {"422": answer("What is wrong with them.", "Errors")},
        [one],
    )
    topics["requestBody"] = {
        "required": True,
        "content": {
            "application/json": {
                "schema": with_fields({"topics": KEYS | {"description": "Keys; an empty list is for everyone."}})
            }
        },
    }
    return {
        "/overview": {"get": operation("showOverview", summary, {"200": answer("As of now.", "Overview")})},
        "/articles/{article}": {"get": operation("showArticle", "An article", shown, [one])},
        "/articles/{article}/retopic": {"post": topics},
        **{
            f"/articles/{{article}}/{act}": {
                "post": operation(f"{act}Article", said, done | (not_now if act is ArticleAct.AGAIN else {}), [one])
            }
            for act, said in ACTS.items()
        },
    }
