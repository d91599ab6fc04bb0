"""Of a mailing that is out: a mail as it was sent, and what readers wrote who left with it."""

from __future__ import annotations

from dataclasses import replace

from markupsafe import escape

from console.campaigns.views import DARK, TEXT_PAGE
from console.principal import Principal
from console.reports import report_of
from console.request import Request
from console.responses import page
from console.whole_mail import MAIL_POLICY
from newsletter.container import app
from newsletter.mailings.mailing import Mailing
from newsletter.platform.errors import InvalidInput, NotFound
from newsletter.platform.web.answer import BARE, Answer, json_answer
from newsletter.platform.words.said import say
from newsletter.reports.descriptions import title_of
from newsletter.reports.groups.left_comments import FEWEST, PLACE, Comments, left_comments
from newsletter.reports.report_mailing import Report
from newsletter.reports.sent_mail import SentMail, mail_again, sent_mail

IN_FRAMES = MAIL_POLICY.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
"""Our own pages show it in a frame, in which no script, form or page of a reader works."""


def show_mail(request: Request, _who: Principal, mailing: str) -> Answer:
    """The mail of a `variant`, or of a `language` rendered anew; with `part=text` its text, with `dark=1` on a dark
    screen.
    """
    mail = _mail(request, mailing)
    html = mail.html
    if request.query("part") == "text":
        language, subject, text = escape(mail.language), escape(mail.subject), escape(mail.text)
        html = TEXT_PAGE.format(language=language, subject=subject, text=text)
    about = {"Content-Type": "text/html; charset=utf-8", "Content-Language": mail.language}
    answer = Answer(200, {**about, **BARE, "Content-Security-Policy": IN_FRAMES}, html)
    return replace(answer, body=answer.body.replace(DARK, "all")) if request.query("dark") == "1" else answer


def get_mail(request: Request, _who: Principal, mailing: str) -> Answer:
    """The same in the API: subject, HTML and text."""
    return json_answer(200, {"mail": _mail(request, mailing)._asdict()})


def show_comments(request: Request, who: Principal, mailing: str) -> Answer:
    """What readers wrote who left with the mailing."""
    report, comments = _comments(request, mailing)
    first = not request.query("cursor")
    title, mailing_ = title_of(report.mailing), report.mailing
    return page("mailing_comments", who, mailing=mailing_, title=title, comments=comments, fewest=FEWEST, first=first)


def list_comments(request: Request, _who: Principal, mailing: str) -> Answer:
    """The same in the API."""
    _, comments = _comments(request, mailing)
    return json_answer(200, {"comments": comments.texts, "too_few": comments.few, "cursor": comments.cursor})


def _comments(request: Request, mailing: str) -> tuple[Report, Comments]:
    after = request.query("cursor")
    if after and not PLACE.fullmatch(after):
        raise InvalidInput("cursor", say("give `cursor` of the page before"))
    report = report_of(mailing)
    return report, left_comments(report.mailing, report.stats.groups, app, after=after)


def _mail(request: Request, mailing: str) -> SentMail:
    found = _mailing(mailing)
    language = request.query("language")
    return mail_again(found, language, app) if language else sent_mail(found, request.query("variant"), app)


def _mailing(mailing: str) -> Mailing:
    found = app.mailings.get(mailing)
    if found is None:
        raise NotFound(f"mailing {mailing}")
    return found
