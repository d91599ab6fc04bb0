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
"""For the form, which is the same for everybody; all else is PRIVATE: what is behind a token or answers a form."""

URL_CHARACTERS = "%:/?#[]@!$&'()*+,;=~"
"""RFC 3986: what has a meaning in a URL as it stands; anything else (ä, a line break) a header carries in percents."""


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
    """The page of templates/pages/, in the language that suits the request; `own` is the reader's, where known.

    `script` lets our own script run on it; `form_to` is an origin that its form may lead on to;
    `images` shows pictures from elsewhere.
    """
    language = request.language(app.templates.publication, own)
    html = app.templates.page(name, language, **values)
    policy = content_policy(html, script=script, form_to=form_to, images=images)
    return html_answer(status, html, language, policy, PUBLIC if public else PRIVATE)


def download(name: str, data: Mapping[str, Any]) -> Answer:
    """JSON for a person to keep, as a file of that name."""
    text = json.dumps(data, ensure_ascii=False, indent=2)
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Answer(200, {"Content-Type": "application/json; charset=utf-8", **BARE, **disposition}, text)


def script_file(source: str) -> Answer:
    """A script of ours, which browsers may keep for an hour."""
    headers = {**BARE, "Cache-Control": "public, max-age=3600", "Content-Type": "text/javascript; charset=utf-8"}
    return Answer(200, headers, source)


def redirect(url: str, status: int = 302) -> Answer:
    """Send the reader on to `url`: one that we stored, or of a website that the publication names."""
    return Answer(status, {"Location": quote(url, safe=URL_CHARACTERS), **BARE})
