"""/console/campaigns/preview: a campaign beside its form while it is written; for programs a draft. Nothing is kept."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from markupsafe import escape

from console.campaigns.audience import as_in_form
from console.campaigns.input import with_plain_newlines
from console.campaigns.subjects import errors_on_form
from console.campaigns.views import DARK, SANDBOX, framed, subject_and_text, text_page
from console.principal import Principal
from console.request import Request
from console.whole_mail import whole_mail
from console.wording.language import words
from newsletter.container import app
from newsletter.mailings.campaign import Campaign
from newsletter.mailings.drafts import edit_drafts
from newsletter.mailings.rendering.look import MAX_NAME, AsReader, faults_of, gets_it, look_at
from newsletter.platform.errors import InvalidForm, InvalidInput
from newsletter.platform.text import is_one_line
from newsletter.platform.web.answer import BARE, Answer, json_answer
from newsletter.platform.words.said import say

EMPTY_PAGE = (
    '<!doctype html><html lang="{language}"><meta charset="utf-8"><title>{title}</title>'
    '<meta name="color-scheme" content="light dark"><p style="font:15px/1.5 system-ui,sans-serif">{said}</p></html>'
)
EMPTY_POLICY = f"{SANDBOX}; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"


def show(request: Request, _who: Principal, campaign: Campaign) -> Answer:
    """The mail in a frame of the form; with `part=faults` what is wrong with it, for the script that shows it."""
    reader = _reader(request)
    if request.field("part") == "faults":
        said = _said(campaign, reader, _blank_lines(request.field("body")))
        return json_answer(200, said | {"faults": [_on_form(each) for each in said["faults"]]})
    try:
        mail = look_at(campaign, reader, app)
    except InvalidForm as lacks:
        html = _nothing_yet(lacks)
        headers = {"Content-Type": "text/html; charset=utf-8", **BARE, "Content-Security-Policy": EMPTY_POLICY}
        return Answer(200, headers, html)
    view = request.field("view")
    if view == "text":
        return text_page(mail, reader.name)
    answer = framed(whole_mail(mail, reader.name))
    # What a mail looks like on a dark screen, on a bright one too; frames of a sandbox do not hear which theirs is.
    return replace(answer, body=answer.body.replace(DARK, "all")) if view == "dark" else answer


def preview(request: Request, _who: Principal, campaign: str) -> Answer:
    """/api/v1/campaigns/{campaign}/preview: a draft as a reader gets it, and what is wrong with it."""
    text = edit_drafts.find_draft(campaign, app).campaign
    asked = {name: request.query(name) for name in ("language", "name", "topic", "tracked")}
    if asked["tracked"] not in ("", "true", "false"):
        raise InvalidInput("tracked", "true or false")
    reader = _as_reader(asked["language"], asked["name"], asked["topic"], tracked=asked["tracked"] != "false")
    said = _said(text, reader, 0)
    try:
        mail = look_at(text, reader, app)
    except InvalidForm:
        return json_answer(200, said | {"html": "", "text": ""})
    html = whole_mail(mail, reader.name).body
    return json_answer(200, said | {"html": html, "text": subject_and_text(mail, reader.name)[1]})


def _nothing_yet(lacks: InvalidForm) -> str:
    """The page in the frame while there is no text, in the language of the console."""
    told = words()
    why = told.text("console.campaign_look.nothing_why", why=told.said(lacks.message))
    title = told.text("console.campaign_look.nothing_yet")
    return EMPTY_PAGE.format(language=told.language, title=escape(title), said=escape(why))


def _reader(request: Request) -> AsReader:
    """As whom somebody looks. Raises InvalidInput."""
    language, name, topic, tracked = (request.field(f"as_{each}") for each in ("language", "name", "topic", "tracked"))
    return _as_reader(language, name, topic, tracked=tracked != "no", prefix="as_")


def _as_reader(language: str, name: str, topic: str, *, tracked: bool, prefix: str = "") -> AsReader:
    name, languages = name.strip(), app.templates.publication.languages
    if language and language not in languages:
        raise InvalidInput(f"{prefix}language", say("one of {values}", values=", ".join(languages)))
    if len(name) > MAX_NAME or not is_one_line(name):
        raise InvalidInput(f"{prefix}name", say("one line of at most {most} characters", most=MAX_NAME))
    if topic and app.templates.publication.topic(topic) is None:
        raise InvalidInput(f"{prefix}topic", say("{value} is unknown", value=repr(topic)))
    return AsReader(language, name, (topic,) if topic else (), tracked=tracked)


def _on_form(fault: dict[str, Any]) -> dict[str, Any]:
    """The same at the field of the form in which it was made, in the language of the console."""
    told = errors_on_form(as_in_form({fault["field"]: fault["message"]}))
    field, message = next(iter(told.items()))
    return fault | {"field": field, "message": words().said(message)}


def _blank_lines(body: str) -> int:
    """How many lines stand above the text: they are not kept, but whoever writes counts them."""
    plain = with_plain_newlines(body)
    return plain[: len(plain) - len(plain.lstrip())].count("\n")


def _said(campaign: Campaign, reader: AsReader, above: int) -> dict[str, Any]:
    """Faults, and what an inbox shows of the mail; `gets_it` is null while nobody can say."""
    faults = [asdict(found) | {"line": found.line and found.line + above} for found in faults_of(campaign, app)]
    try:
        mail = look_at(campaign, reader, app)
        gets = gets_it(campaign, reader, app)
    except InvalidForm:
        return {"faults": faults, "subject": "", "gets_it": None}
    subject = subject_and_text(mail, reader.name)[0] if campaign.subject.strip() else ""
    return {"faults": faults, "subject": subject, "gets_it": gets}
