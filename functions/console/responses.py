"""Answers of the console: pages and redirects, with the headers that keep them private."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from console import session
from console.principal import Principal
from console.wording.language import page_to_return_to, words
from newsletter.container import app
from newsletter.platform.times import iso
from newsletter.platform.web.answer import BARE, Answer, content_policy, html_answer
from newsletter.platform.words.said import joined, say


def page(
    name: str,
    who: Principal | None,
    /,
    *,
    status: int = 200,
    cookies: tuple[str, ...] = (),
    script: bool = False,
    frames: bool = False,
    images: bool = False,
    **values: Any,
) -> Answer:
    """The page of templates/console/, with the navigation for the signed-in user (`who`).

    `script` admits our own script files, which may ask our own site; `frames` shows our own pages in frames,
    `images` pictures from anywhere.
    """
    token = session.form_token(who) if who else ""
    said = words()
    around = {"who": who, "form_token": token, "console_languages": app.templates.console_texts.languages}
    around["this_page"] = page_to_return_to()
    html = app.templates.console(name, said.language, **around, clock=clock, iso=iso, **values)
    policy = content_policy(html, script=script, images=images)
    policy += "; connect-src 'self'" if script else ""
    policy += "; frame-src 'self'" if frames else ""
    wrong = joined([say("{field}: {message}", field=field, message=text) for field, text in errors_in(values)])
    return replace(html_answer(status, html, said.language, policy), cookies=cookies, refused=wrong)


def errors_in(values: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """What a page says of its fields, for whoever reads later why nothing was done."""
    errors = values.get("errors")
    return errors.items() if isinstance(errors, Mapping) else ()


def redirect(url: str, cookies: tuple[str, ...] = ()) -> Answer:
    """Redirect to `url` with a GET; it must be ours or the issuer's, never one from the request."""
    return Answer(303, {**BARE, "Location": url}, cookies=cookies)


def clock(moment: datetime) -> str:
    """`23 Nov 2026, 10:15` in the publication's time zone, as the language of the page writes it."""
    return words().moment(moment.astimezone(app.templates.publication.time_zone))
