"""Articles in the console and the API: their topics and why, and what marketing makes of them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from newsletter.articles.article import Article
from newsletter.container import app
from newsletter.platform.times import whole_seconds
from tests.aws.console.test_console_api import _conforms
from tests.support.console.console_calls import Browser, Program
from tests.support.console.issuer import Issuer
from tests.support.stack.cloud import Cloud

ID = "a" * 16
PAGE = f"/console/articles/{ID}"


@pytest.fixture
def api(cloud: Cloud, issuer: Issuer) -> Program:
    return Program(cloud, issuer.token(scope="campaigns:send"))


def add(name: str = ID) -> None:
    at = whole_seconds(app.now()) - timedelta(hours=1)
    article = Article(
        name,
        f"https://b.example/{name}",
        f"Kirjoitus <{name}>",
        "Lyhyesti.",
        ("linkedin",),
        (),
        "fi",
        "",
        "",
        at,
        at,
        topic_reasons=("category LinkedIn",),
    )
    app.articles.put(article)


def test_articles_are_listed_and_shown_with_why_they_have_their_topics(marketing: Browser, api: Program) -> None:
    assert "No article yet." in marketing.get("/console/articles").text
    add()
    assert f"Kirjoitus <{ID}>" in marketing.get("/console/articles").text
    said = marketing.get(PAGE).text
    for words in ("LinkedIn", "category LinkedIn", "Lyhyesti."):
        assert words in said
    found = api("GET", f"/articles/{ID}").json
    _conforms(found, {"$ref": "#/components/schemas/ShownArticle"}, "ShownArticle")
    assert found["article"]["topic_reasons"] == ["category LinkedIn"]


def test_long_lists_have_pages(marketing: Browser) -> None:
    for number in range(31):
        add(f"{number:016}")
    assert 'rel="next"' in marketing.get("/console/articles").body
    assert marketing.get("/console/articles?page=2").body.count("/console/articles/0") == 1
    assert marketing.get("/console/articles?page=x").status == 422


def test_it_is_pinned_skipped_and_taken_back_each_with_a_line_in_the_audit_trail(
    marketing: Browser, api: Program
) -> None:
    add()
    token = ("form_token", marketing.form_token())
    pinned = marketing.post(f"{PAGE}/pin", token)
    assert (pinned.status, pinned.location) == (303, f"{PAGE}?done=pin")
    assert "Pinned: it comes first in its digest." in marketing.get(pinned.location).text
    assert api("GET", f"/articles/{ID}").json["article"]["pinned"] is True
    skipped = api("POST", f"/articles/{ID}/skip").json["article"]
    assert (skipped["pinned"], skipped["skipped"]) == (False, True)
    assert api("POST", f"/articles/{ID}/reset").json["article"]["skipped"] is False
    refused = api("POST", f"/articles/{ID}/again")
    assert (refused.status, refused.json["error"]) == (
        *(409, "no digest has carried it yet, so the next one does anyway"),
    )
    lines = api("GET", "/audit").json["audit"]
    assert [(each["act"], each["what"], bool(each["refused"])) for each in lines] == [
        ("article to be mailed once more", ID, True),
        ("choices on an article taken back", ID, False),
        ("article skipped", ID, False),
        ("article pinned", ID, False),
    ]


def test_its_topics_are_changed_to_those_of_the_publication(marketing: Browser, api: Program) -> None:
    add()
    token = ("form_token", marketing.form_token())
    assert marketing.post(f"{PAGE}/retopic", token, ("topics", "kriisit")).status == 303
    assert api("GET", f"/articles/{ID}").json["article"]["topics"] == ["kriisit"]
    assert marketing.post(f"{PAGE}/retopic", token, ("topics", "nothing")).status == 422
    for wrong in ({"topics": ["nothing"]}, {"topics": "kriisit"}, {}):
        assert api("POST", f"/articles/{ID}/retopic", wrong).status == 422
    assert api("POST", f"/articles/{ID}/retopic", {"topics": []}).json["article"]["topics"] == []


@pytest.mark.parametrize("article", ["nothing", "%00", "ä", "x" * 3000])
def test_unknown_articles_are_not_found(marketing: Browser, api: Program, article: str) -> None:
    assert marketing.get(f"/console/articles/{article}").status == 404
    assert api("GET", f"/articles/{article}").status == 404
    assert api("POST", f"/articles/{article}/pin").status == 404


def test_whoever_may_only_read_changes_nothing(cloud: Cloud, issuer: Issuer) -> None:
    add()
    looker = Browser(cloud, issuer)
    looker.sign_in()
    assert looker.post(f"{PAGE}/pin", ("form_token", looker.form_token())).status == 403
    assert Program(cloud, issuer.token())("POST", f"/articles/{ID}/pin").status == 403
    assert "/pin" not in looker.get(PAGE).body
