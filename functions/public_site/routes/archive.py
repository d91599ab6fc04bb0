"""/archive: past mailings for everybody to read, with direct links and without any data of readers."""

from __future__ import annotations

import re
from hashlib import sha256
from urllib.parse import quote

from newsletter.container import app
from newsletter.mail.text_cleaning import one_line
from newsletter.mailings.archive import ArchivedMailing, archived_mailing, list_archive, public_mailing
from newsletter.mailings.mailing import Mailing
from newsletter.platform.times import iso
from newsletter.platform.web.answer import ALWAYS, Answer, content_policy
from public_site.request import Request
from public_site.responses import page

ON_A_PAGE = 20
IN_THE_FEED = 20
CACHED = {"Cache-Control": "public, max-age=300"}
"""Cached for five minutes: new mailings show up soon, and a link that is widely shared costs few requests."""
MAX_ABOUT = 200
"""Characters of a description; search engines show some 160."""
CURSOR = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ#[\w-]{1,100}", re.ASCII)


def show_list(request: Request) -> Answer:
    """The newest mailings, or those before a `?before=` that a page before this one linked."""
    before = request.query("before")
    before = before if CURSOR.fullmatch(before) else ""
    language = request.language(app.templates.publication)
    mailings, following = list_archive(language, before, ON_A_PAGE, app)
    answer = page(
        request,
        "archive",
        public=True,
        mailings=mailings,
        following=following,
        first=not before,
        here=_address("", language),
    )
    return _cached(request, answer)


def show_mailing(request: Request, mailing: str) -> Answer:
    """One mailing as a page; a campaign in the language it was written in, unless the request asks for another."""
    found = public_mailing(mailing, app)
    language = request.language(app.templates.publication, found.language)
    shown = archived_mailing(found, language, app)
    canonical = shown.original or _address(f"/{mailing}", language)
    answer = page(
        request,
        "archive_mailing",
        found.language,
        public=True,
        images=True,
        shown=shown,
        about=_about(shown, language),
        canonical=canonical,
        subscribe_url=_subscribe(shown, language),
    )
    return _cached(request, answer)


def show_share(request: Request, mailing: str) -> Answer:
    """How to pass an archived mailing on: its address, and a mail with it to send from one's own mailbox.

    It is the same page for everybody; nothing about whoever opens it is asked, told or kept.
    """
    found = public_mailing(mailing, app)
    language = request.language(app.templates.publication, found.language)
    shown = archived_mailing(found, language, app)
    address = _address(f"/{mailing}", language)
    answer = page(
        request,
        "share",
        found.language,
        public=True,
        shown=shown,
        address=address,
        mail_to=_mail_to(shown.title, address, language),
        subscribe_url=_subscribe(shown, language),
    )
    return _cached(request, answer, index=False)


def show_feed(request: Request) -> Answer:
    """The newest mailings as an Atom feed (RFC 4287)."""
    publication = app.templates.publication
    language = request.language(publication)
    mailings, _ = list_archive(language, "", IN_THE_FEED, app)
    entries = [
        (_tag(shown, publication.sender.list_id), _address(f"/{shown.mailing.id}", language), shown)
        for shown in mailings
    ]
    xml = app.templates.feed(
        "archive",
        language,
        entries=entries,
        iso=iso,
        updated=max((shown.mailing.created_at for shown in mailings), default=None),
        here=_address("/feed.xml", language),
        page=_address("", language),
    )
    headers = {
        **ALWAYS,
        "Content-Type": "application/atom+xml; charset=utf-8",
        "Content-Language": language,
        "Content-Security-Policy": content_policy(""),
        "Vary": "Accept-Language",
    }
    return _cached(request, Answer(200, headers, xml))


def _address(path: str, language: str) -> str:
    return f"{app.settings.public_url}/archive{path}?lang={language}"


def _about(shown: ArchivedMailing, language: str) -> str:
    """What search engines and shared links say of the mailing: its preheader or opening, or its first summary."""
    mailing = shown.mailing
    opening = mailing.preheader or app.templates.markdown(mailing.body)[1]
    summaries = (article.summary for article in shown.articles if article.summary)
    text = opening.strip() or next(summaries, "") or app.templates.text("pages.archive.lead", language)
    return one_line(text, MAX_ABOUT)


def _mail_to(title: str, address: str, language: str) -> str:
    """A mailto: without an addressee, with subject and text (RFC 6068)."""
    subject = app.templates.text("pages.share.subject", language, title=title)
    text = f"{app.templates.text('pages.share.body', language)}\r\n\r\n{title}\r\n{address}\r\n"
    return f"mailto:?subject={quote(subject, safe='')}&body={quote(text, safe='')}"


def _subscribe(shown: ArchivedMailing, language: str) -> str:
    """The path of the sign-up form with the topics of the mailing's articles; all topics if these are all, or none."""
    topics = {topic for article in (*shown.articles, *shown.more) for topic in article.topics}
    known = [topic.key for topic in app.templates.publication.topics]
    chosen = [key for key in known if key in topics]
    return f"/subscribe?lang={language}" + (f"&topics={','.join(chosen)}" if 0 < len(chosen) < len(known) else "")


def _tag(shown: ArchivedMailing, list_id: str) -> str:
    """The entry's id (RFC 4151), which stays when the site's address changes. Each language of a digest has its own."""
    mailing: Mailing = shown.mailing
    return f"tag:{list_id},{mailing.created_at:%Y}:{mailing.id}:{shown.language}"


def _cached(request: Request, answer: Answer, *, index: bool = True) -> Answer:
    """The answer with cache headers, or 304 without a body if the client has this version (RFC 9110, 13.1.2)."""
    tag = f'"{sha256(answer.body.encode()).hexdigest()[:24]}"'
    headers = {**CACHED, "ETag": tag}
    if not (index and app.templates.publication.index_archive):
        headers["X-Robots-Tag"] = "noindex"
    if tag in re.findall(r'"[^"]*"', request.header("if-none-match")):
        bare = {name: value for name, value in answer.headers.items() if name in ("Vary", "Content-Security-Policy")}
        return Answer(304, {**ALWAYS, **bare, **headers})
    return answer.with_headers(headers)
