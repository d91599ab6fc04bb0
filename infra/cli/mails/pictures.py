"""`newsletter picture`: upload a picture from a file, and list those that are there."""

from __future__ import annotations

import json
from pathlib import Path

from cli.faults import Fault
from cli.output import say, table, when
from newsletter.container import app
from newsletter.mail.pictures.add_picture import add_picture, as_markdown, kept_as_json, picture_as_json
from newsletter.mail.pictures.picture import MAX_BYTES
from newsletter.platform.errors import Conflict, InvalidInput


def add(file: Path, alt: str, *, as_json: bool) -> int:
    """Keep the picture in the file, and print the line that stands for it. Raises Fault that names the file."""
    try:
        with file.open("rb") as opened:
            data = opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise Fault(f"{file}: cannot be read ({error.strerror})") from None
    if len(data) > MAX_BYTES:
        raise Fault(
            f"{file}: {file.stat().st_size:,} bytes; at most {MAX_BYTES:,}: make it smaller, or save it as JPEG"
        )
    try:
        as_markdown("", alt, app)
        picture, new = add_picture(data, app)
    except InvalidInput as wrong:
        raise Fault(f"{'--alt' if wrong.field == 'alt' else file}: {wrong.message}") from None
    except Conflict as wrong:
        raise Fault(f"{file}: {wrong}") from None
    found = picture_as_json(picture, alt, app)
    if as_json:
        say(json.dumps({"picture": found}, indent=2, ensure_ascii=False))
        return 0
    print(found["markdown"])
    say(f"{'Kept' if new else 'There already'}: {picture.width} x {picture.height}, {len(picture.data):,} bytes.")
    return 0


def show(limit: int, *, as_json: bool) -> int:
    """The pictures that are there, the newest first."""
    kept = app.pictures.all()[:limit]
    if as_json:
        say(json.dumps({"pictures": [kept_as_json(each, app) for each in kept]}, indent=2, ensure_ascii=False))
        return 0
    if not kept:
        say("There are no pictures yet; `newsletter picture add FILE` uploads one.")
        return 0
    zone = app.publication.time_zone
    facts = [(each, kept_as_json(each, app)) for each in kept]
    table(
        ("Picture", f"Uploaded ({zone})", "Pixels", "Bytes"),
        (
            (one["url"], when(each.at, zone), f"{one['width']} x {one['height']}", f"{each.size:,}")
            for each, one in facts
        ),
    )
    return 0
