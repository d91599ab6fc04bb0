"""/api/v1: read mailings with certificates and recipients, articles, and decisions of schedules."""

from __future__ import annotations

from console import openapi
from console.principal import Principal
from console.reports import lines_after, page_of, report_of
from console.request import Request
from newsletter.container import app
from newsletter.mailings.digests.digest import newest_first
from newsletter.platform.errors import NotFound
from newsletter.platform.web.answer import Answer, json_answer
from newsletter.reports.descriptions import article_as_json, mailing_as_json
from newsletter.reports.report_as_json import recipients_as_json, report_as_json
from newsletter.reports.report_mailing import addresses_of


def show_openapi(_request: Request) -> Answer:
    """The OpenAPI document of this API."""
    return json_answer(200, openapi.document())


def list_mailings(request: Request, _who: Principal) -> Answer:
    """Mailings, at most `limit`, the newest first, from after the cursor on."""
    limit = request.limit()
    mailings, cursor = app.mailings.page(request.place(), limit)
    return json_answer(200, {"mailings": [mailing_as_json(mailing) for mailing in mailings], "cursor": cursor})


def show_mailing(_request: Request, _who: Principal, mailing: str) -> Answer:
    """A mailing and its certificate."""
    return json_answer(200, report_as_json(report_of(mailing)))


def list_recipients(request: Request, who: Principal, mailing: str) -> Answer:
    """A page of recipients with the status of each."""
    limit = request.limit()
    found = app.mailings.get(mailing)
    if found is None:
        raise NotFound(f"mailing {mailing}")
    lines, following = page_of(lines_after(found, request.query("cursor") or request.query("after")), limit)
    recipients = recipients_as_json((line, who.address(email)) for line, email in addresses_of(lines, app))
    return json_answer(200, {"recipients": recipients, "cursor": following, "next": following})


def list_decisions(request: Request, _who: Principal) -> Answer:
    """What the schedules decided and why, at most `limit`, the newest first."""
    limit = request.limit()
    found = app.decisions.newest(limit + 1, request.place())
    shown = found[:limit]
    cursor = f"{shown[-1]['at']}#{shown[-1]['run']}" if len(found) > limit else None
    return json_answer(200, {"decisions": shown, "cursor": cursor})


def list_articles(request: Request, _who: Principal) -> Answer:
    """The articles, at most `limit`, the newest first."""
    every = newest_first(app.articles.all())
    articles, cursor = request.page(every, lambda article: article.id, request.limit())
    return json_answer(200, {"articles": [article_as_json(article) for article in articles], "cursor": cursor})
