"""/console/pictures and /api/v1/pictures: upload pictures for mails, and see those that are there."""

from __future__ import annotations

from typing import Any

from console.principal import Principal
from console.request import Request
from console.responses import page
from console.wording.language import words
from newsletter.container import app
from newsletter.mail.pictures.add_picture import add_picture, as_markdown, kept_as_json, picture_as_json
from newsletter.mail.pictures.picture import MAX_BYTES, MAX_HEIGHT, MAX_WIDTH, TYPES
from newsletter.platform.errors import Conflict, InvalidInput, text_of
from newsletter.platform.web.answer import Answer, json_answer
from newsletter.platform.words.said import say

ON_A_PAGE = 24


def show_list(request: Request, who: Principal) -> Answer:
    """The form to upload one, and those that are there, the newest first."""
    return _page(request, who)


def take_form(request: Request, who: Principal) -> Answer:
    """Keep the picture, and show what stands for it in a text; for the script of a campaign's form as JSON."""
    try:
        found, _ = _added(_file(request), request.field("alt"))
    except (InvalidInput, Conflict) as wrong:
        field, said = (wrong.field, wrong.message) if isinstance(wrong, InvalidInput) else ("file", text_of(wrong))
        if request.header("x-autosave") == "1":
            return json_answer(422, {"errors": {field: words().said(said)}})
        return _page(request, who, errors={field: said})
    if request.header("x-autosave") == "1":
        return json_answer(200, found)
    return _page(request, who, added=found)


def list_all(request: Request, _who: Principal) -> Answer:
    """A page of them, the newest first."""
    shown, cursor = request.page(app.pictures.all(), lambda each: each.name, request.limit())
    return json_answer(200, {"pictures": [kept_as_json(each, app) for each in shown], "cursor": cursor})


def post(request: Request, _who: Principal) -> Answer:
    """Keep a picture: 201, or 200 if it is there already. The body is the file, or a form with it as `file`."""
    alt = request.field("alt") if request.is_multipart else request.query("alt")
    found, new = _added(_file(request) if request.is_multipart else request.body, alt)
    return json_answer(201 if new else 200, {"picture": found}, {"Location": found["url"]})


def _added(data: bytes, alt: str) -> tuple[dict[str, Any], bool]:
    as_markdown("", alt, app)  # what is wrong with it is said before anything is kept
    picture, new = add_picture(data, app)
    return picture_as_json(picture, alt, app), new


def _file(request: Request) -> bytes:
    if not request.is_multipart:
        raise InvalidInput("file", say("send the form as multipart/form-data"))
    file = request.files.get("file")
    return file.content if file else b""


def _page(
    request: Request, who: Principal, errors: dict[str, str] | None = None, added: dict[str, Any] | None = None
) -> Answer:
    shown, cursor = request.page(app.pictures.all(), lambda each: each.name, ON_A_PAGE)
    return page(
        "pictures",
        who,
        status=422 if errors else 200,
        images=True,
        pictures=[kept_as_json(each, app) | {"at": each.at} for each in shown],
        cursor=cursor,
        first=not request.query("cursor"),
        errors=errors or {},
        added=added,
        alt=request.field("alt") if errors and request.is_multipart else "",
        limits={"bytes": MAX_BYTES, "width": MAX_WIDTH, "height": MAX_HEIGHT},
        types=",".join(TYPES.values()),
    )
