"""/console/language: choose the language of the console, in which one is not signed in yet too."""

from __future__ import annotations

import re

from console.request import Request
from console.responses import redirect
from console.session import ForgedForm
from console.wording.language import COOKIE, COOKIE_SECONDS
from newsletter.container import app
from newsletter.platform.errors import InvalidInput
from newsletter.platform.web.answer import Answer
from newsletter.platform.words.said import say

BACK = re.compile(r"/console(/[\w.,:@%/-]*)?(\?[\w.,:@%&=+/-]*)?", re.ASCII)
"""A page of ours, with what it was asked for."""


def choose(request: Request) -> Answer:
    """Remember the choice in this browser, and go back to the page. Another site cannot choose for anybody."""
    if request.header("sec-fetch-site") == "cross-site":
        raise ForgedForm
    language = request.field("language")
    known = app.templates.console_texts.languages
    if language not in known:
        raise InvalidInput("language", say("one of {values}", values=", ".join(known)))
    secure = "; Secure" if app.settings.public_url.startswith("https:") else ""
    cookie = f"{COOKIE}={language}; Path=/console; Max-Age={COOKIE_SECONDS}; HttpOnly; SameSite=Lax{secure}"
    back = request.field("back")
    return redirect(back if BACK.fullmatch(back) else "/console", (cookie,))
