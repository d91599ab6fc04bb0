"""/console/articles and /api/v1/articles/{article}: articles with their topics and why, and what is made of them."""

from __future__ import annotations

from collections.abc import Mapping

from console.principal import Principal
from console.request import Request
from console.responses import page, redirect
from console.wording.language import words
from newsletter.articles.article import Article
from newsletter.container import app
from newsletter.mailings.digests.digest import newest_first
from newsletter.overview.article_choices import ArticleAct, act_on_article, find_article, mark_of, retopic
from newsletter.platform.errors import InvalidInput
from newsletter.platform.times import whole_seconds
from newsletter.platform.web.answer import Answer, json_answer
from newsletter.platform.web.router import View
from newsletter.platform.words.said import say
from newsletter.reports.descriptions import article_as_json, topic_label

ON_A_PAGE = 30
MOST_PAGES = 1_000
DONE = {
    "pin": say("Pinned: it comes first in its digest."),
    "skip": say("Skipped: no digest that is still to be started has it."),
    "again": say("The next weekly and the next monthly digest carry it once more, also to readers who got it."),
    "reset": say("As its feed has it again."),
    "retopic": say("Its topics are changed."),
}


def show_list(request: Request, who: Principal) -> Answer:
    """Articles, the newest first."""
    number = request.number("page", 1, MOST_PAGES)
    articles = newest_first(app.articles.all())
    start = (number - 1) * ON_A_PAGE
    now = app.now()
    shown = [(article, mark_of(article, now)) for article in articles[start : start + ON_A_PAGE]]
    older = number + 1 if len(articles) > start + ON_A_PAGE else 0
    return page("articles", who, lines=shown, labels=_labels(), number=number, older=older)


def show(request: Request, who: Principal, article: str) -> Answer:
    """An article, why it has its topics, and the buttons."""
    return _article(request, who, find_article(article, app))


def change_topics(request: Request, who: Principal, article: str) -> Answer:
    """Store the topics of the form."""
    try:
        retopic(article, request.form.get("topics", ()), app)
    except InvalidInput as wrong:
        return _article(request, who, find_article(article, app), {wrong.field: wrong.message})
    return redirect(f"/console/articles/{article}?done=retopic")


def button(act: ArticleAct) -> View:
    """The view for one act's button; it redirects back to the article."""

    def view(_request: Request, _who: Principal, article: str) -> Answer:
        act_on_article(act, article, whole_seconds(app.now()), app)
        return redirect(f"/console/articles/{article}?done={act}")

    return view


def show_one(_request: Request, _who: Principal, article: str) -> Answer:
    """The article as JSON."""
    return json_answer(200, {"article": article_as_json(find_article(article, app))})


def api_act(act: ArticleAct) -> View:
    """The view of the API for one act; its answer has the article as it is then."""

    def view(_request: Request, _who: Principal, article: str) -> Answer:
        return json_answer(
            200, {"article": article_as_json(act_on_article(act, article, whole_seconds(app.now()), app))}
        )

    return view


def api_retopic(request: Request, _who: Principal, article: str) -> Answer:
    """Replace the topics."""
    topics = request.json_object()["topics"]
    return json_answer(200, {"article": article_as_json(retopic(article, topics, app))})


def _article(request: Request, who: Principal, found: Article, errors: Mapping[str, str] | None = None) -> Answer:
    return page(
        "article",
        who,
        status=422 if errors else 200,
        article=found,
        mark=mark_of(found, app.now()),
        labels=_labels(),
        errors=errors or {},
        done=DONE.get(request.query("done"), ""),
    )


def _labels() -> dict[str, str]:
    publication = app.templates.publication
    return {topic.key: topic_label(topic.key, publication, words().language) for topic in publication.topics}
