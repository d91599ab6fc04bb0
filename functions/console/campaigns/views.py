"""What pages of campaigns show and do not change: the list, a mail as readers get it, earlier versions, the script."""

from __future__ import annotations

from dataclasses import replace

from markupsafe import escape

from console.principal import Principal
from console.request import Request
from console.responses import page
from console.whole_mail import whole_mail
from console.wording.language import words
from newsletter.container import app
from newsletter.mail.placeholders import substitute
from newsletter.mail.writing.personal_fields import personal_values
from newsletter.mailings.campaign import Campaign, validate_campaign
from newsletter.mailings.drafts import edit_drafts
from newsletter.mailings.experiments.experiment import SUBJECTS
from newsletter.mailings.rendering.article_cards import with_cards
from newsletter.mailings.rendering.preflight import sample_values
from newsletter.mailings.rendering.renderer import RenderedVariant, Renderer
from newsletter.platform.errors import InvalidForm, InvalidInput
from newsletter.platform.times import whole_seconds
from newsletter.platform.web.answer import BARE, Answer
from newsletter.platform.words.said import say

ON_A_PAGE = 25
SCRIPTS = ("campaign", "campaign_lines", "campaign_look", "campaign_pictures")
TEXT_PAGE = (
    '<!doctype html><html lang="{language}"><meta charset="utf-8"><title>{subject}</title>'
    '<meta name="color-scheme" content="light dark">'
    '<pre style="white-space:pre-wrap;overflow-wrap:anywhere;font:15px/1.5 ui-monospace,monospace">{text}</pre></html>'
)
DARK = "(prefers-color-scheme: dark)"
SANDBOX = "sandbox allow-same-origin"
"""Without `allow-scripts`: the page around a mail may read how far it is scrolled, and the mail may do nothing."""


def show_list(request: Request, who: Principal) -> Answer:
    """Campaigns that were not sent, the newest first."""
    drafts, cursor = edit_drafts.list_drafts(app, cursor=request.query("cursor"), limit=ON_A_PAGE)
    first = not request.query("cursor")
    done = request.query("done")
    return page("campaigns", who, drafts=drafts, cursor=cursor, first=first, done=done)


def show_versions(_request: Request, who: Principal, campaign: str) -> Answer:
    """What a draft said before, with who wrote it and when."""
    draft = edit_drafts.find_draft(campaign, app)
    return page("campaign_versions", who, draft=draft, versions=edit_drafts.versions_of(campaign, app))


def show_mail(request: Request, _who: Principal, campaign: str) -> Answer:
    """The mail of a draft as it was saved last, in a frame of our own pages or alone; with `text`, its text part."""
    text = edit_drafts.find_draft(campaign, app).campaign
    languages = app.templates.publication.languages
    language = request.query("language") or (text.language if text.language in languages else languages[0])
    if language not in languages:
        raise InvalidInput("language", say("one of {values}", values=", ".join(languages)))
    try:
        number = request.number("subject", 1, SUBJECTS[1])
        answer = view(text, language, as_text=request.query("part") == "text", number=number)
    except InvalidForm as lacks:
        why = words().text("console.campaign_look.nothing_why", why=words().said(lacks.message))
        return framed(Answer(200, {"Content-Type": "text/plain; charset=utf-8", **BARE}, why))
    # What a mail looks like on a dark screen, on a bright one too; frames of a sandbox do not hear which theirs is.
    return replace(answer, body=answer.body.replace(DARK, "all")) if request.query("dark") == "1" else answer


def view(campaign: Campaign, language: str, *, as_text: bool = False, number: int = 1) -> Answer:
    """The mail as a reader of that language gets it, with the subject of that number. Raises InvalidForm."""
    named = replace(campaign, name=campaign.name or "preview")
    mailing = validate_campaign(named, app.templates.publication, whole_seconds(app.now()))
    mailing, _ = with_cards(mailing, app)
    subjects = mailing.with_each_subject
    mailing = subjects[min(number, len(subjects)) - 1]
    mail = Renderer(app.templates).campaign(mailing, language, tracked=not as_text)
    return text_page(mail) if as_text else framed(whole_mail(mail))


def text_page(mail: RenderedVariant, name: str = "") -> Answer:
    """The text part of the mail, as a reader of that name gets it."""
    subject, text = subject_and_text(mail, name)
    html = TEXT_PAGE.format(language=escape(mail.variant.language), subject=escape(subject), text=escape(text))
    policy = f"{SANDBOX}; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
    return Answer(200, {"Content-Type": "text/html; charset=utf-8", **BARE, "Content-Security-Policy": policy}, html)


def subject_and_text(mail: RenderedVariant, name: str = "") -> tuple[str, str]:
    """Subject and text part as a reader of that name gets them."""
    variant, _ = mail
    values = dict.fromkeys(variant.placeholders, "preview")
    values |= sample_values(variant.language, name, "preview", app.templates)
    values |= personal_values(variant.placeholders, {"name": name})
    return substitute(variant.subject, values), substitute(variant.text, values)


def framed(answer: Answer) -> Answer:
    """Our own pages may show it in a frame, and keep their place in it: no script runs there in any case."""
    policy = answer.headers["Content-Security-Policy"].replace("frame-ancestors 'none'", "frame-ancestors 'self'")
    return answer.with_headers({"Content-Security-Policy": policy.replace("sandbox;", f"{SANDBOX};")})


def show_script(_request: Request) -> Answer:
    """The scripts of the form: they save while one types, show the mail beside it, and number its lines. They are
    the same for everybody and know nothing.
    """
    headers = {**BARE, "Cache-Control": "public, max-age=3600", "Content-Type": "text/javascript; charset=utf-8"}
    scripts = [app.templates.script(f"../console/{name}") for name in SCRIPTS]
    return Answer(200, headers, "\n".join(scripts))
