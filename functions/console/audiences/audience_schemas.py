"""Audiences in the API's description."""

from __future__ import annotations

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
    ref,
    with_fields,
)
from newsletter.mailings.audience.check_rule import LEAD_STATES
from newsletter.mailings.audience.explain import REASONS
from newsletter.mailings.audience.save_audience import MAX_NAME
from newsletter.mailings.audience.written import MAX_EXCLUSIONS, MAX_LISTED, MAX_TEXT, MAX_VALUES, NUMBERS, SUBSCRIBER
from newsletter.readers.choices import FILTERS

SAID = {
    "topics": "Readers of one of these topics, and those who chose none.",
    "topics_all": "Readers of each of these topics, and those who chose none.",
    "topics_none": "Without readers who chose one of these topics.",
    "languages": "Readers of one of these languages.",
    "signed_up_by": "Who signed up by one of these: the address of the page with the form, or `import NAME`.",
    "got": "Who got one of these digests and campaigns, by their ids.",
    "not_got": "Who certainly got none of these; they must be over.",
    "clicked": "Of whose mail of one of these a person opened a link.",
    "not_clicked": "Of whose mail of each of these no person opened a link, as far as is known.",
    **{name: f"Readers whose {name} is one of these." for name in FILTERS},
}
DAY: Schema = {"type": ["string", "null"], "format": "date"}
NAME: Schema = TEXT | {"minLength": 1, "maxLength": MAX_NAME}


def _list(items: Schema, most: int = MAX_VALUES) -> Schema:
    return or_null({"type": "array", "items": items, "maxItems": most})


def _rule_fields() -> dict[str, Schema]:
    line = TEXT | {"minLength": 1, "maxLength": MAX_TEXT}
    ids = TEXT | {"pattern": f"^({SUBSCRIBER.pattern})$", "description": "the id of a subscriber, as an answer gave it"}
    return {
        **{name: _list(line) | {"description": text} for name, text in SAID.items()},
        "lead_states": _list({"enum": list(LEAD_STATES)}),
        "frequency": {"enum": ["weekly", "monthly", "", None]},
        "signed_up_from": DAY | {"description": "Signed up on that day or later."},
        "signed_up_before": DAY | {"description": "Signed up before that day."},
        **{name: NUMBER | {"maximum": most} for name, most in NUMBERS.items()},
        "addresses": _list(line, MAX_LISTED) | {"description": "Kept as keyed hashes, which are `listed`."},
        "listed": _list(ids, MAX_LISTED) | {"description": "Ids of readers, as an answer gave them."},
    }


def audience_schemas() -> dict[str, Schema]:
    """The schemas, by name."""
    fields = _rule_fields()
    exclusions: Schema = {
        "oneOf": [ref("Exclusion"), array("Exclusion") | {"maxItems": MAX_EXCLUSIONS}, {"type": "null"}],
        "description": "Without those who fit one of these; there, topics are those that were chosen by name.",
    }
    saved = {"name": NAME, "rule": ref("Audience")}
    either: Schema = {"oneOf": [ref("Audience"), NAME], "description": "A rule, or the name of a saved one."}
    known = {"enum": [*REASONS, *FILTERS]}
    return {
        "Exclusion": with_fields(fields, ()) | {"examples": [{"not_clicked_in_days": 180}]},
        "Audience": with_fields({**fields, "exclude": exclusions}, ())
        | {"examples": [{"topics": ["leadership"], "clicked_in_days": 90}]},
        "NewAudience": with_fields(saved),
        "ChangedAudience": with_fields({"rule": ref("Audience")}),
        "SavedAudience": with_fields({**saved, "saved_by": TEXT, "saved_at": MOMENT}),
        "SavedAudiences": with_fields({"audiences": array("SavedAudience")}),
        "CountedAudience": {
            "anyOf": [ref("Audience"), with_fields({"audience": either})],
            "description": "A rule; or a rule or the name of a saved audience in `audience`.",
        },
        "AudienceCount": with_fields(
            {
                "readers": NUMBER,
                "complete": YES_NO | {"description": "Whether all were read; else there are at least so many."},
                "about": NUMBER | {"description": "How many there are, estimated where not all were read."},
                "left_out": with_fields(dict.fromkeys(("paused", "capped", "excluded", "unreadable", "gone"), NUMBER)),
                "samples": TEXT_LIST | {"description": "Five masked addresses."},
            }
        ),
        "AudienceQuestion": with_fields({"audience": either, "address": TEXT | {"minLength": 1, "maxLength": 254}}),
        "AudienceAnswer": with_fields(
            {"in": YES_NO, "reasons": {"type": "array", "items": with_fields({"code": known, "text": TEXT})}}
        ),
    }


def audience_paths() -> dict[str, Schema]:
    """The paths."""
    named = [{"name": "audience", "in": "path", "required": True, "schema": NAME}]
    wrong = {"422": answer("Fields that need mending.", "Errors")}
    none = {"404": answer("No such audience.", "Error")}
    refused = {"403": answer("The token does not allow sending.", "Error")}
    taken = {"409": answer("An audience of this name has another rule.", "Error")}
    ok = {"200": answer("The audience.", "SavedAudience")}
    created = {"201": answer("Saved.", "SavedAudience"), **wrong, **refused, **taken}
    counted = {"200": answer("The count.", "AudienceCount"), **wrong}
    told = {"200": answer("In or out.", "AudienceAnswer"), **wrong}
    listed = {"200": answer("The audiences.", "SavedAudiences")}
    return {
        "/audiences": {
            "get": operation("listAudiences", "The saved audiences, by name", listed),
            "post": _with_body("createAudience", "Save a rule with a name", created, "NewAudience"),
        },
        "/audiences/count": {
            "post": _with_body("countAudience", "How many readers a rule selects", counted, "CountedAudience")
        },
        "/audiences/why": {
            "post": _with_body("explainAudience", "Whether an address is in it, and why not", told, "AudienceQuestion")
        },
        "/audiences/{audience}": {
            "get": operation("showAudience", "A saved audience", {**ok, **none}, named),
            "put": _with_body(
                "putAudience", "Replace its rule", {**ok, **none, **wrong, **refused}, "ChangedAudience", named
            ),
            "delete": operation(
                "deleteAudience", "Forget it; mailings keep their rule", {**ok, **none, **refused}, named
            ),
        },
    }


def _with_body(name: str, summary: str, answers: Schema, schema: str, parameters: list[Schema] | None = None) -> Schema:
    described = operation(name, summary, answers, parameters)
    return described | {"requestBody": {"required": True, "content": {"application/json": {"schema": ref(schema)}}}}
