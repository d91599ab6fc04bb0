"""Answers of the public site: pages, files and redirects, with the headers that keep readers and links private."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from newsletter.container import app
from newsletter.platform.web.answer import BARE, PRIVATE, Answer, content_policy, html_answer
from public_site.request import Request

PUBLIC = {"Cache-Control": "no-cache", "Vary": "Accept-Language"}
"""Headers of pages that are the same for everybody; pages behind a token and answers to forms are PRIVATE."""

URL_CHARACTERS = "%:/?#[]@!$&'()*+,;=~"
"""RFC 3986: reserved characters, which stay as they are; others (ä, a line break) are percent-encoded in the header."""


def page(
    request: Request,
    name: str,
    own: str = "",
    /,
    *,
    status: int = 200,
    public: bool = False,
    script: bool = False,
    form_to: str = "",
    images: bool = False,
    **values: Any,
) -> Answer:
    """The page of templates/pages/, in the language for the request; `own` is the reader's language, if known.

    `script` allows our own script; `form_to` is an origin to which the form's answer may redirect; `images` allows
    images from other sites.
    """
    language = request.language(app.templates.publication, own)
    html = app.templates.page(name, language, **values)
    policy = content_policy(html, script=script, form_to=form_to, images=images)
    return html_answer(status, html, language, policy, PUBLIC if public else PRIVATE)


def download(name: str, data: Mapping[str, Any]) -> Answer:
    """JSON as a file of that name, which the browser saves."""
    text = json.dumps(data, ensure_ascii=False, indent=2)
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Answer(200, {"Content-Type": "application/json; charset=utf-8", **BARE, **disposition}, text)


def script_file(source: str) -> Answer:
    """A script, which browsers may cache for an hour."""
    headers = {**BARE, "Cache-Control": "public, max-age=3600", "Content-Type": "text/javascript; charset=utf-8"}
    return Answer(200, headers, source)


def redirect(url: str, status: int = 302) -> Answer:
    """Redirect to `url`, which must be one that we stored, or on a website that the publication names."""
    return Answer(status, {"Location": quote(url, safe=URL_CHARACTERS), **BARE})
