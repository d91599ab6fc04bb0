"""/console/digests and /api/v1/digests: show digests, and approve or reject one that waits for approval."""

from __future__ import annotations

from collections.abc import Collection

from console.principal import Principal
from console.request import Request
from console.responses import page, redirect
from console.whole_mail import whole_mail
from console.wording.language import words
from newsletter.articles.article import Article
from newsletter.container import app
from newsletter.mail.placeholders import substitute
from newsletter.mailings.count_audience import count_audience
from newsletter.mailings.digests.approve import approve_digest, reject_digest
from newsletter.mailings.digests.digest import Digest, Note, digest_id
from newsletter.mailings.digests.release import get_digest
from newsletter.mailings.mailing import Mailing
from newsletter.mailings.rendering.preview import preview_digest
from newsletter.platform.errors import InvalidInput, NotFound
from newsletter.platform.times import whole_seconds
from newsletter.platform.web.answer import Answer, json_answer
from newsletter.platform.words.said import say
from newsletter.reports.descriptions import audience_in_words, count_in_words, digest_as_json, title_of


def show(_request: Request, who: Principal, period: str) -> Answer:
    """The digest's articles and audience, and the buttons while it waits for approval."""
    digest, mailing = _found(period)
    publication = app.templates.publication
    articles = {article.id: article for article in app.articles.all()}
    return page(
        "digest",
        who,
        digest=digest,
        mailing=mailing,
        title=title_of(mailing),
        note=digest.note,
        subjects=_subjects(mailing, articles.values(), digest.note),
        audience=audience_in_words(mailing, publication, words().language),
        readers=count_in_words(count_audience(mailing.audience, mailing.day(publication.time_zone), app)),
        articles=[articles[article] for article in digest.articles if article in articles],
        related=[articles[article] for article in digest.related if article in articles],
    )


def show_mail(request: Request, _who: Principal, period: str) -> Answer:
    """The whole mail in one of the publication's languages."""
    language = request.query("language")
    if language not in app.templates.publication.languages:
        raise InvalidInput("language", say("one of {values}", values=", ".join(app.templates.publication.languages)))
    digest, mailing = _found(period)
    (mail,) = preview_digest(mailing, app.articles.all(), [language], app.templates, digest.note)
    return whole_mail(mail)


def press_approve(_request: Request, who: Principal, period: str) -> Answer:
    """Approve the digest and redirect to its report, which shows it being sent."""
    _approve(who, period)
    return redirect(f"/console/mailings/{digest_id(period)}")


def press_reject(_request: Request, who: Principal, period: str) -> Answer:
    """Reject the digest and redirect back to its page."""
    _reject(who, period)
    return redirect(f"/console/digests/{period}")


def list_digests(request: Request, _who: Principal) -> Answer:
    """Digests that somebody gets, at most `limit`, the newest first."""
    listed = [digest for digest in app.digests.all() if not digest.nobody]
    digests = sorted(listed, key=lambda digest: digest.window.end, reverse=True)
    shown, cursor = request.page(digests, lambda digest: digest.period, request.limit())
    return json_answer(200, {"digests": [digest_as_json(digest) for digest in shown], "cursor": cursor})


def approve(_request: Request, who: Principal, period: str) -> Answer:
    """Approve the digest; the answer has its new status."""
    return json_answer(200, {"digest": digest_as_json(_approve(who, period))})


def reject(_request: Request, who: Principal, period: str) -> Answer:
    """Reject the digest; the answer has its new status."""
    return json_answer(200, {"digest": digest_as_json(_reject(who, period))})


def _approve(who: Principal, period: str) -> Digest:
    return approve_digest(period, app, by=who.name, now=whole_seconds(app.now()))


def _reject(who: Principal, period: str) -> Digest:
    return reject_digest(period, app, by=who.name, now=whole_seconds(app.now()))


def _found(period: str) -> tuple[Digest, Mailing]:
    digest = get_digest(period, app)
    mailing = app.mailings.get(digest_id(period))
    if mailing is None:
        raise NotFound(f"mailing {digest_id(period)}")
    return digest, mailing


def _subjects(mailing: Mailing, articles: Collection[Article], note: Note) -> list[tuple[str, str]]:
    """Subject by language, where there is something to read; none if every article has been skipped since."""
    templates = app.templates
    try:
        mails = preview_digest(mailing, articles, templates.publication.languages, templates, note)
    except NotFound:
        return []
    return [(mail.variant.language, substitute(mail.variant.subject, {})) for mail in mails]
