"""What the API's description says of the paths below /campaigns."""

from __future__ import annotations

from typing import Any

from console.schemas import TEXT, YES_NO, Schema, answer, operation, page_of, ref
from newsletter.mailings.drafts.edit_drafts import DRAFT_ID
from newsletter.mailings.drafts.try_out import MAILS_AN_HOUR
from newsletter.mailings.rendering.look import MAX_NAME as MAX_READER

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
