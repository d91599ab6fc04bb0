"""What the API's description says of campaigns: those that are sent at once, drafts, and scheduled ones."""

from __future__ import annotations

from console.campaigns.experiment_schemas import KEPT_TEST, TEST
from console.campaigns.input import LISTS, NEEDED, NUMBERS, READ_ONLY, SWITCHES, TEXTS
from console.schemas import (
    EXAMPLE,
    FIELDS,
    LIMITS,
    MOMENT,
    NUMBER,
    TEXT,
    TEXT_LIST,
    YES_NO,
    Schema,
    array,
    or_null,
    ref,
    with_fields,
)
from newsletter.mailings.audience.save_audience import MAX_NAME
from newsletter.mailings.campaign import MAX_BODY, RULE
from newsletter.mailings.drafts.draft import MAX_LINE, MAX_VALUES, DraftState
from newsletter.mailings.drafts.try_out import MAX_ADDRESSES

VERSION = {"type": "integer", "minimum": 1, "description": "One more with every change."}
SEND_AT = MOMENT | {"description": "When it goes out, with its offset; the audience is taken then."}
AGAIN_OF = TEXT | {"description": "The mailing that it sends again; empty for other campaigns."}
MOST = 1_000_000
_LINE: Schema = {"type": "string", "maxLength": MAX_LINE}
_LINES: Schema = {"type": "array", "items": _LINE, "maxItems": MAX_VALUES}
TEXT_OF_IT: dict[str, Schema] = {
    **{name: _LINE | {"description": FIELDS[name]} for name in TEXTS},
    "body": TEXT | {"maxLength": MAX_BODY, "description": FIELDS["body"]},
    **{name: _LINES | {"description": FIELDS[name]} for name in LISTS},
    **{name: or_null(YES_NO) | {"description": FIELDS[name]} for name in SWITCHES},
    **{name: NUMBER | {"maximum": MOST, "description": FIELDS[name]} for name in NUMBERS},
}
NEW_TEXT = {name: each if name in NEEDED else or_null(each) for name, each in TEXT_OF_IT.items()}
"""Null is the default of a field, as if it were not there."""
RULE_OF_IT: dict[str, Schema] = {
    RULE: {
        "oneOf": [ref("Audience"), TEXT | {"maxLength": MAX_NAME}, {"type": "null"}],
        "description": "Whom it is for, beside topics and languages; or the name of a saved audience, whose rule is "
        "taken as it is now.",
    }
}
READERS = or_null(NUMBER) | {
    "minimum": 0,
    "description": "How many readers there were when somebody looked: if there is a tenth (and ten) more or less when "
    "it goes out, it is held; one that is to go out at once is refused with 409.",
}
KEPT = with_fields(
    {
        "id": TEXT,
        "state": {"enum": list(DraftState)},
        "version": VERSION,
        **TEXT_OF_IT,
        RULE: ref("Audience"),
        "readers": READERS,
        "ab": KEPT_TEST,
        "again_of": AGAIN_OF,
        "send_at": or_null(SEND_AT),
        "created_at": MOMENT,
        "changed_at": MOMENT,
        "changed_by": TEXT,
        "reason": TEXT | {"description": "Why it is held."},
        "mailing": or_null(TEXT) | {"description": "The mailing that it became."},
        "problems": {
            "type": "object",
            "additionalProperties": TEXT,
            "description": "What keeps it from being sent, by field.",
        },
    }
)
PUT_VERSION = VERSION | {
    "description": "The version that was read: if somebody changed it since, nothing is saved, and 409 says what it is "
    "now. The same as If-Match. Without it, it is replaced whatever it is; earlier versions are kept."
}
NAMED: list[Schema] = [{"required": ["name"]}, {"required": ["subject"]}]
"""Without a name it is made from the subject."""
CAMPAIGN_SCHEMAS: dict[str, Schema] = {
    "Campaign": with_fields(
        {
            **NEW_TEXT,
            **RULE_OF_IT,
            "ab": TEST,
            "readers": READERS,
            "draft": or_null(YES_NO)
            | {"description": "Keep it and send nothing; every field may be missing or wrong."},
            "send_at": or_null(SEND_AT),
        },
        (),
    )
    | {
        "anyOf": [
            {"required": list(NEEDED), "properties": LIMITS, "anyOf": NAMED},
            {"required": ["body", "language", "ab"], "properties": {**LIMITS, "ab": {"type": "object"}}},
            {"properties": {"draft": {"const": True}}, "required": ["draft"]},
        ],
        "examples": [EXAMPLE],
    },
    "NewText": {
        "type": "object",
        "properties": {
            **NEW_TEXT,
            **RULE_OF_IT,
            "ab": KEPT_TEST,
            "readers": READERS,
            "version": or_null(PUT_VERSION),
            "send_at": or_null(SEND_AT) | {"description": "Another time; null takes it back; without it, as before."},
            **{name: KEPT["properties"][name] | {"readOnly": True} for name in READ_ONLY},
        },
        "additionalProperties": False,
        "description": "What was read can be sent back with changes; fields that are missing become empty.",
        "examples": [EXAMPLE | {"version": 3}],
    },
    "CampaignDraft": KEPT,
    "KeptCampaign": with_fields({"campaign": ref("CampaignDraft"), "warnings": TEXT_LIST}),
    "KeptCampaigns": with_fields({"campaigns": array("CampaignDraft"), "cursor": or_null(TEXT)}),
    "When": with_fields({"send_at": or_null(SEND_AT), "readers": READERS, "version": or_null(PUT_VERSION)}, ()),
    "TestMail": with_fields(
        {
            "to": {"type": "array", "items": TEXT | {"maxLength": 254}, "minItems": 1, "maxItems": MAX_ADDRESSES},
            "language": _LINE | {"description": "Of the texts around it; without it, the campaign's."},
            "name": _LINE | {"description": "The reader who is greeted."},
        },
        ("to",),
    ),
    "QueuedTest": with_fields({"to": TEXT_LIST, "subject": TEXT, "subjects": TEXT_LIST, "warnings": TEXT_LIST}),
    "CampaignVersion": with_fields(
        {
            "version": VERSION,
            "changed_at": MOMENT,
            "changed_by": TEXT,
            **TEXT_OF_IT,
            RULE: ref("Audience"),
            "ab": KEPT_TEST,
            "again_of": AGAIN_OF,
        }
    ),
    "CampaignPreview": with_fields(
        {
            **dict.fromkeys(
                ("subject", "html", "text"), TEXT | {"description": "Empty while there is nothing to see."}
            ),
            "gets_it": or_null(YES_NO)
            | {"description": "Whether such a reader is in the audience; null: nobody knows."},
            "faults": {
                "type": "array",
                "items": with_fields(
                    {
                        "field": TEXT,
                        "line": NUMBER | {"description": "Of the text, from 1; 0 where it is not about a line."},
                        "message": TEXT,
                        "blocks": YES_NO | {"description": "It is not sent with it."},
                        "quote": TEXT | {"description": "The line, cut to 80 characters."},
                    }
                ),
            },
        }
    ),
    "CampaignVersions": with_fields({"versions": array("CampaignVersion")}),
}
