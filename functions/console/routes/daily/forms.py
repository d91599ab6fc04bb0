"""/console/forms: the HTML of a subscribe form for a website of one's own, and how it looks."""

from __future__ import annotations

from urllib.parse import urlencode

from console.principal import Principal
from console.request import Request
from console.responses import page
from console.wording.language import words
from newsletter.container import app
from newsletter.platform.errors import InvalidInput
from newsletter.platform.web.answer import BARE, Answer, json_answer
from newsletter.readers.signup.website_form import WebsiteForm, read_website_form, website_form
from newsletter.reports.descriptions import language_name, topic_label

FIELDS = ("language", "topics", "name", "next", "asks_name", "asks_frequency")
LOOK = (
    '<!doctype html><html lang="{language}"><meta charset="utf-8"><title>Preview</title>'
    "<style>body{{font:16px/1.5 system-ui,sans-serif;margin:1.5rem;color-scheme:light}}"
    "input[type=email],input[type=text]{{font:inherit;width:100%;max-width:24rem;box-sizing:border-box}}</style>{form}</html>"
)
POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"


def show(request: Request, who: Principal) -> Answer:
    """The choices, the HTML to copy, and a frame with how it looks."""
    publication = app.templates.publication
    given = {name: request.query(name) for name in FIELDS}
    errors: dict[str, str] = {}
    form = WebsiteForm(publication.languages[0], tuple(topic.key for topic in publication.topics))
    try:
        form = read_website_form(given, app.templates) if any(given.values()) else form
    except InvalidInput as wrong:
        errors = {wrong.field: wrong.message}
    return page(
        "forms",
        who,
        status=422 if errors else 200,
        frames=True,
        form=form,
        given=given,
        html=website_form(form, app.templates, app.settings.public_url),
        frame=f"/console/forms/preview?{urlencode(_as_query(form))}",
        errors=errors,
        origins=publication.origins,
        public_url=app.settings.public_url,
        languages=[(code, language_name(code)) for code in publication.languages],
        topics=[(topic.key, topic_label(topic.key, publication, words().language)) for topic in publication.topics],
    )


def show_preview(request: Request, _who: Principal) -> Answer:
    """The form alone, which cannot be sent from here."""
    form = read_website_form({name: request.query(name) for name in FIELDS}, app.templates)
    text = LOOK.format(language=form.language, form=website_form(form, app.templates, app.settings.public_url))
    headers = {"Content-Type": "text/html; charset=utf-8", **BARE, "Content-Security-Policy": POLICY}
    return Answer(200, headers, text)


def show_json(request: Request, _who: Principal) -> Answer:
    """The HTML for a program."""
    form = read_website_form({name: request.query(name) for name in FIELDS}, app.templates)
    return json_answer(200, {"html": website_form(form, app.templates, app.settings.public_url)})


def _as_query(form: WebsiteForm) -> dict[str, str]:
    said = {"language": form.language, "topics": ",".join(form.topics), "name": form.name, "next": form.next_page}
    said |= {"asks_name": "yes" if form.asks_name else "", "asks_frequency": "yes" if form.asks_frequency else ""}
    return {name: value for name, value in said.items() if value}
