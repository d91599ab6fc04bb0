"""What the API's description says of pictures."""

from __future__ import annotations

from typing import Any

from console.schemas import MOMENT, NUMBER, TEXT, Schema, answer, operation, or_null, page_of, ref, with_fields
from newsletter.mail.pictures.add_picture import MAX_ALT
from newsletter.mail.pictures.picture import MAX_BYTES, MAX_HEIGHT, MAX_WIDTH, NAME, TYPES

_PICTURE: dict[str, Schema] = {
    "name": TEXT | {"description": "A hash of its content, and its size: the same picture has the same name."},
    "url": TEXT | {"description": "Where readers get it."},
    "width": NUMBER | {"description": "In pixels."},
    "height": NUMBER,
    "bytes": NUMBER,
    "markdown": TEXT | {"description": "What stands for it in a text; width and height follow from the address."},
}
PICTURE_SCHEMAS: dict[str, Schema] = {
    "Picture": with_fields(_PICTURE),
    "AddedPicture": with_fields({"picture": ref("Picture")}),
    "Pictures": with_fields(
        {
            "pictures": {"type": "array", "items": with_fields(_PICTURE | {"uploaded_at": MOMENT})},
            "cursor": or_null(TEXT) | {"description": "What to ask for to see the next page; null after the last."},
        }
    ),
}
_PLACE = NAME.pattern.replace("?P<width>", "").replace("?P<height>", "").replace("?P<kind>", "")
"""Without names of groups, which other languages write in another way."""
_ALT: Schema = {"type": "string", "maxLength": MAX_ALT, "description": "What it shows, for `markdown`."}


def picture_paths() -> dict[str, Any]:
    """The path /pictures."""
    listed = operation(
        "listPictures",
        "Pictures for mails, the newest first",
        {"200": answer("The pictures.", "Pictures"), "422": answer("A parameter needs mending.", "Errors")},
        page_of(cursor=_PLACE),
    )
    location = {"Location": {"schema": TEXT}}
    added = operation(
        "addPicture",
        "Upload a picture; notes of cameras and programs are taken out of it",
        {
            "200": answer("It is there already.", "AddedPicture", location),
            "201": answer("It is kept.", "AddedPicture", location),
            "403": answer("The token does not allow sending.", "Error"),
            "409": answer("There are too many.", "Error"),
            "422": answer("What is wrong with it.", "Errors"),
        },
        [{"name": "alt", "in": "query", "schema": _ALT}],
    )
    file = {"type": "string", "maxLength": MAX_BYTES}
    form = with_fields({"file": file, "alt": _ALT}, ("file",))
    bodies: dict[str, Schema] = {each: {"schema": file, "example": "…"} for each in TYPES.values()}
    bodies["multipart/form-data"] = {"schema": form, "example": {"file": "…", "alt": "The hall"}}
    added["requestBody"] = {
        "required": True,
        "description": f"The file: at most {MAX_BYTES} bytes, {MAX_WIDTH} × {MAX_HEIGHT} pixels.",
        "content": bodies,
    }
    return {"/pictures": {"get": listed, "post": added}}
