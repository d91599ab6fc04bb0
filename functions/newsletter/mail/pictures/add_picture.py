"""Upload a picture, and what stands for it in a text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from newsletter.mail.pictures.picture import NAME, TYPES, Picture, read_picture
from newsletter.mail.writing.addresses import PICTURES
from newsletter.platform.errors import Conflict, InvalidInput, NotFound
from newsletter.platform.text import one_line
from newsletter.platform.times import iso
from newsletter.platform.words.said import say

if TYPE_CHECKING:
    from newsletter.container import Container
    from newsletter.mail.pictures.pictures_client import Kept

MAX_PICTURES = 1_000
MAX_ALT = 300
"""Characters of what a picture shows."""
_SIGNS = re.compile(r"([\\`*_\[\]<>{}])")


def add_picture(data: bytes, app: Container) -> tuple[Picture, bool]:
    """The picture, kept, and whether it is new. Twice the same one is one.

    Raises InvalidInput on `file`, and Conflict when there are too many.
    """
    picture = read_picture(data)
    kept = app.pictures.all()
    known = any(each.name == picture.name for each in kept)
    if not known:
        if len(kept) >= MAX_PICTURES:
            message = say(
                "there are {most} pictures already; delete some that no mail shows (docs/operate.md)", most=MAX_PICTURES
            )
            raise Conflict(message)
        app.pictures.put(picture)
    return picture, not known


def find_picture(name: str, app: Container) -> tuple[str, bytes]:
    """Type and content of the picture. Raises NotFound."""
    found = NAME.fullmatch(name)
    data = app.pictures.get(name) if found else None
    if found is None or data is None:
        raise NotFound("picture")
    return TYPES[found["kind"]], data


def picture_url(name: str, app: Container) -> str:
    """Where readers get it."""
    return f"{app.settings.public_url}{PICTURES}{name}"


def as_markdown(name: str, alt: str, app: Container) -> str:
    """What stands for it in a text; width and height follow from the address. Raises InvalidInput on `alt`."""
    said = one_line(alt).strip()
    if len(said) > MAX_ALT:
        raise InvalidInput("alt", say("{length} characters; at most {most}", length=len(said), most=MAX_ALT))
    described = _SIGNS.sub(r"\\\1", said)
    return f"![{described}]({picture_url(name, app)})"


def picture_as_json(picture: Picture, alt: str, app: Container) -> dict[str, Any]:
    """What console, API and command line say of one that was uploaded."""
    return {
        "name": picture.name,
        "url": picture_url(picture.name, app),
        "width": picture.width,
        "height": picture.height,
        "bytes": len(picture.data),
        "markdown": as_markdown(picture.name, alt, app),
    }


def kept_as_json(kept: Kept, app: Container) -> dict[str, Any]:
    """What a list says of one."""
    size = NAME.fullmatch(kept.name)
    return {
        "name": kept.name,
        "url": picture_url(kept.name, app),
        "width": int(size["width"]) if size else 0,
        "height": int(size["height"]) if size else 0,
        "bytes": kept.size,
        "uploaded_at": iso(kept.at),
        "markdown": as_markdown(kept.name, "", app),
    }
