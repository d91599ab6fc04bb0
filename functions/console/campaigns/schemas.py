"""What the API's description says of campaigns: those that are sent at once, drafts, and scheduled ones."""

from __future__ import annotations

from typing import Any

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
    answer,
    array,
    operation,
    or_null,
    page_of,
    ref,
    with_fields,
)
from newsletter.mailings.audience.save_audience import MAX_NAME
from newsletter.mailings.campaign import MAX_BODY, RULE
from newsletter.mailings.drafts.draft import MAX_LINE, MAX_VALUES, DraftState
from newsletter.mailings.drafts.edit_drafts import DRAFT_ID
from newsletter.mailings.drafts.try_out import MAILS_AN_HOUR, MAX_ADDRESSES
from newsletter.mailings.rendering.look import MAX_NAME as MAX_READER

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
    "description": "How many readers there were when somebody looked: if there is a tenth more or less when it goes "
    "out, it is held.",
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
_NO_RIGHT = {"403": answer("The token does not allow sending.", "Error")}
_NONE = {"404": answer("No such campaign.", "Error")}
_TOO_LONG = {"413": answer("The request is longer than 200 kB.", "Error")}
_MEND = {"422": answer("Fields that need mending; also what preflight finds broken in the mail.", "Errors")}
_CHANGED = {
    "409": answer("It was changed meanwhile, is sent, or its name is taken; then nothing was done.", "ChangedMeanwhile")
}
_MATCH = {
    "name": "If-Match",
    "in": "header",
    "schema": TEXT | {"pattern": r"^(\*|(W/)?\"?[1-9][0-9]{0,8}\"?)$"},
    "description": "The ETag of the version that was read.",
}
_ID = {"name": "campaign", "in": "path", "required": True, "schema": TEXT}


def campaign_paths() -> dict[str, Any]:
    """What is below /campaigns."""
    return {
        "/campaigns": {"get": _list(), "post": _start()},
        "/campaigns/{campaign}": {"get": _show(), "put": _put(), "delete": _delete()},
        "/campaigns/{campaign}/versions": {
            "get": operation(
                "listCampaignVersions",
                "What a draft says and said before, the newest first",
                {"200": answer("The versions.", "CampaignVersions"), **_NONE},
                [_ID],
            )
        },
        "/campaigns/{campaign}/preview": {"get": _preview()},
        "/campaigns/{campaign}/send": {"post": _send()},
        "/campaigns/{campaign}/unschedule": {
            "post": operation(
                "unscheduleCampaign",
                "Take a scheduled campaign back; it is a draft again",
                {"200": answer("The draft.", "KeptCampaign"), **_NO_RIGHT, **_NONE, **_CHANGED, **_MEND},
                [_ID, _MATCH],
            )
        },
        "/campaigns/{campaign}/test": {"post": _test()},
        "/campaigns/{campaign}/duplicate": {
            "post": operation(
                "duplicateCampaign",
                "Make a new draft of a draft, or of a campaign that was sent, by the id of its mailing",
                {"201": answer("The new draft.", "KeptCampaign", _LOCATION), **_NO_RIGHT, **_NONE, **_MEND},
                [_ID],
            )
        },
    }


_LOCATION: Schema = {"Location": {"schema": TEXT}, "ETag": {"schema": TEXT}}


def _body(schema: str, *, required: bool = True) -> Schema:
    return {"requestBody": {"required": required, "content": {"application/json": {"schema": ref(schema)}}}}


def _list() -> Schema:
    parameters = page_of(20, 50, cursor=DRAFT_ID.pattern)  # each may have 50,000 characters of text
    answers = {
        "200": answer("Drafts and scheduled campaigns, the newest first.", "KeptCampaigns"),
        "422": answer("A parameter needs mending.", "Errors"),
    }
    return operation("listCampaigns", "Campaigns that were not sent yet; the others are mailings", answers, parameters)


def _start() -> Schema:
    either = {"oneOf": [ref("Started"), ref("KeptCampaign")]}
    started = {
        "201": {
            "description": "Started; or kept as a draft, or scheduled.",
            "content": {"application/json": {"schema": either}},
            "headers": {"Location": {"schema": TEXT}},
        },
        "200": answer("This very campaign was started before; nothing is sent again.", "Started"),
        "409": answer("A campaign of this name had another text.", "Error"),
    }
    summary = "Send a campaign at once; with `send_at` later; with `draft` keep it"
    return operation("startCampaign", summary, {**started, **_NO_RIGHT, **_TOO_LONG, **_MEND}) | _body("Campaign")


def _show() -> Schema:
    return operation("showCampaign", "A campaign, sent or not", {"200": answer("It.", "KeptCampaign"), **_NONE}, [_ID])


def _put() -> Schema:
    answers = {"200": answer("As it is now.", "KeptCampaign"), **_NO_RIGHT, **_NONE, **_CHANGED, **_TOO_LONG, **_MEND}
    return operation("putCampaign", "Replace what a draft says, or when it goes out", answers, [_ID, _MATCH]) | _body(
        "NewText"
    )


def _delete() -> Schema:
    answers = {"204": {"description": "Deleted."}, **_NO_RIGHT, **_NONE, **_CHANGED, **_MEND}
    return operation("deleteCampaign", "Delete a draft; a scheduled one does not go out", answers, [_ID, _MATCH])


def _preview() -> Schema:
    asked = {
        "language": TEXT | {"maxLength": 20, "description": "Of the reader; without it, that of the text."},
        "name": TEXT | {"maxLength": MAX_READER, "description": "Of the reader; without it, nobody knows it."},
        "topic": TEXT | {"maxLength": 100, "description": "Which the reader chose; without it, none."},
        "tracked": YES_NO | {"default": True, "description": "Whether the reader lets links be counted."},
    }
    parameters: list[Schema] = [{"name": name, "in": "query", "schema": schema} for name, schema in asked.items()]
    answers = {"200": answer("The mail, and what is wrong with it.", "CampaignPreview"), **_NONE, **_MEND}
    return operation("previewCampaign", "A draft as a reader of your choice gets it", answers, [_ID, *parameters])


def _send() -> Schema:
    either = {"oneOf": [ref("Started"), ref("KeptCampaign")]}
    answers = {
        "201": answer("Started.", "Started", {"Location": {"schema": TEXT}}),
        "200": {
            "description": "Scheduled; or it was started before, and nothing is sent again.",
            "content": {"application/json": {"schema": either}},
        },
        **_NO_RIGHT,
        **_NONE,
        **_CHANGED,
        **_MEND,
    }
    summary = "Send a draft at once; with `send_at` later"
    return operation("sendCampaign", summary, answers, [_ID, _MATCH]) | _body("When", required=False)


def _test() -> Schema:
    answers = {
        "202": answer("It is on its way.", "QueuedTest"),
        **_NO_RIGHT,
        **_NONE,
        "429": answer(f"More than {MAILS_AN_HOUR} test mails in an hour.", "Error"),
        **_MEND,
    }
    summary = "Send a test mail to addresses of your own: marked in its subject, counted nowhere"
    return operation("testCampaign", summary, answers, [_ID]) | _body("TestMail")
