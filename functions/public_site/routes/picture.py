"""GET /pictures/{name}: a picture of a mail, as it was uploaded in the console."""

from __future__ import annotations

import base64

from newsletter.container import app
from newsletter.mail.pictures.add_picture import find_picture
from newsletter.platform.web.answer import ALWAYS, Answer
from public_site.request import Request

FOR_GOOD = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
"""A name always means the same picture, mails of other servers show it, and nothing in it may run."""


def show(_request: Request, name: str) -> Answer:
    """The picture. Raises NotFound."""
    kind, data = find_picture(name, app)
    return Answer(200, {"Content-Type": kind, **ALWAYS, **FOR_GOOD}, base64.b64encode(data).decode(), encoded=True)
