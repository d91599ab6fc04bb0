"""The console's page of feeds: their state, a press that accepts, and what would be made of an address."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from console.routes.feeds import CHECK_SECONDS
from newsletter.articles.feeds.feed_client import Feeds, Fetched
from newsletter.articles.feeds.feed_state import Failure, FeedState, Hold
from newsletter.articles.feeds.web_page import NamedFeed, WebPage
from newsletter.container import app
from newsletter.platform.errors import FeedUnreadable
from tests.aws.console.test_console_api import _conforms
from tests.support.articles.blog import HOUR, NOW
from tests.support.console.console_calls import Browser, Program
from tests.support.console.issuer import Issuer
from tests.support.stack.cloud import Cloud

PAGE = "/console/feeds"
URL = "https://blog.example/feed"
FEED = """<rss version='2.0'><channel>
<item><title>LinkedIn &amp;lt;b&amp;gt;</title><link>https://blog.example/1</link><guid>1</guid>
<pubDate>Mon, 23 Nov 2026 08:00:00 +0200</pubDate><description>Näin näkyy.</description></item>
<item><title>Suojattu: Salaa</title><link>https://blog.example/2</link><guid>2</guid>
<pubDate>Mon, 23 Nov 2026 08:00:00 +0200</pubDate></item></channel></rss>""".encode()


@pytest.fixture
def api(cloud: Cloud, issuer: Issuer) -> Program:
    return Program(cloud, issuer.token())


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> dict[str, FeedUnreadable | bytes]:
    """What answers at each address."""
    answers: dict[str, FeedUnreadable | bytes] = {URL: FEED}

    def fetch(self: Feeds, url: str, *, seconds: float) -> Fetched:
        assert seconds <= 14, "two of them must fit into the 29 seconds of the function"
        found = answers.get(url, FeedUnreadable(f"{url}: there is no host"))
        if isinstance(found, FeedUnreadable):
            raise found
        return self.read(found, url)

    monkeypatch.setattr(Feeds, "fetch", fetch)
    return answers


def feed() -> str:
    return app.feed_urls[0]


def state(**values: Any) -> FeedState:
    read = FeedState(first_fetched_at=NOW, read_at=NOW, entries=("a", "b"), problems=("entry 3 has no url: left out",))
    kept = FeedState(**{**vars(read), **values})
    app.feed_states.put(feed(), kept)
    return kept


def pressed(browser: Browser, path: str, **fields: str) -> Any:
    return browser.post(path, ("form_token", browser.form_token()), *fields.items())


def test_each_feed_is_shown_with_what_is_wrong_with_it(looker: Browser) -> None:
    assert "Last read never" in looker.get(PAGE).text
    state(failure=Failure(NOW, "the server answered HTTP 503"), rests_until=NOW + HOUR)
    said = looker.get(PAGE).text
    assert feed() in said
    assert "cannot be read Since 24 Nov 2026, 08:00: the server answered HTTP 503." in said
    assert "not to be asked before 24 Nov 2026, 09:00" in said
    assert "2 articles" in said
    assert "entry 3 has no url: left out" in said


def test_a_held_feed_is_accepted_by_whoever_may_send_and_by_nobody_else(looker: Browser, marketing: Browser) -> None:
    state(hold=Hold(NOW, "only 1 of 9 entries are left", ("a",), 1))
    assert "Accept it as it is" not in looker.get(PAGE).text
    assert pressed(looker, f"{PAGE}/accept", feed=feed()).status == 403
    said = marketing.get(PAGE).text
    assert "only 1 of 9 entries are left" in said
    assert "1 of its 1 article may be mailed as news" in said
    assert pressed(marketing, f"{PAGE}/accept", feed=URL).status == 404
    assert app.feed_states.get(feed()).hold is not None
    assert pressed(marketing, f"{PAGE}/accept", feed=feed()).location == PAGE
    assert app.feed_states.get(feed()).hold is None
    assert "Its next reading, within the hour, keeps what it has now." in marketing.get(PAGE).text


def test_a_feed_that_is_not_held_cannot_be_accepted(marketing: Browser) -> None:
    state()
    answer = pressed(marketing, f"{PAGE}/accept", feed=feed())
    assert answer.status == 409
    assert "is not held" in answer.text


@pytest.mark.usefixtures("web")
def test_an_address_is_checked_and_nothing_is_kept(looker: Browser) -> None:
    answer = pressed(looker, PAGE, url=f" {URL} ")
    assert answer.status == 200
    for said in (
        f"2 articles at {URL}",
        "LinkedIn",
        "keyword 'linkedin'",
        "Näin näkyy.",
        "stays out",
        "A post with a pass",
    ):
        assert said in answer.text
    assert "<b>" not in answer.body
    assert app.articles.all() == []
    assert app.feed_states.get(URL).never_read


def test_a_page_leads_to_its_feed(looker: Browser, web: dict[str, FeedUnreadable | bytes]) -> None:
    words = "https://blog.example/: this is a web page; it names its feed: https://blog.example/feed"
    web["https://blog.example/"] = WebPage(words, (NamedFeed(URL),))
    said = pressed(looker, PAGE, url="blog.example/").text
    assert words in said
    assert f"2 articles at {URL}" in said


@pytest.mark.usefixtures("web")
@pytest.mark.parametrize(
    "url",
    ["", "file:///etc/passwd", "/etc/passwd", "ftp://blog.example/", "javascript:alert(1)", "https://x/" + "y" * 3_000],
)
def test_what_is_no_address_of_the_web_is_never_fetched(looker: Browser, api: Program, url: str) -> None:
    answer = pressed(looker, PAGE, url=url)
    assert answer.status == 422
    assert "the http(s) address of a feed" in answer.text
    assert api("POST", "/feeds/check", {"url": url}).status == 422


def test_an_address_in_a_private_network_is_refused(api: Program) -> None:
    for url in ("http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/feed"):
        (problem,) = api("POST", "/feeds/check", {"url": url}).json["problems"]
        assert problem.endswith("which is not on the public internet")


@pytest.mark.usefixtures("web")
def test_a_form_from_elsewhere_checks_nothing(looker: Browser) -> None:
    assert looker.post(PAGE, ("url", URL)).status == 403


@pytest.mark.usefixtures("web")
def test_programs_get_the_same(api: Program) -> None:
    state(hold=Hold(NOW, "only 1 of 9 entries are left", ("a",), 1), failure=Failure(NOW, "no"), rests_until=NOW + HOUR)
    listed = api("GET", "/feeds").json
    _conforms(listed, {"$ref": "#/components/schemas/Feeds"}, "Feeds")
    (first, *_) = listed["feeds"]
    assert (first["feed"], first["in_trouble"]) == (feed(), True)
    assert datetime.fromisoformat(first["rests_until"]) == NOW + HOUR
    checked = api("POST", "/feeds/check", {"url": URL})
    assert checked.status == 200
    _conforms(checked.json, {"$ref": "#/components/schemas/CheckedFeed"}, "CheckedFeed")
    assert [entry["topics"] for entry in checked.json["entries"]] == [["linkedin"], []]
    gone = api("POST", "/feeds/check", {"url": "https://none.example/feed"}).json
    assert (gone["url"], gone["entries"], gone["problems"]) == (
        None,
        [],
        ["https://none.example/feed: there is no host"],
    )
    assert api("POST", "/feeds/check", {"url": URL.replace("https", "HTTPS")}).json["feed"] == URL
    assert api("POST", "/feeds/check", {"url": 5}).status == 422
    assert api("POST", "/feeds/check", [URL]).status == 422


def test_the_function_has_the_time_that_two_readings_take(cloud: Cloud) -> None:
    """API Gateway waits for 30 seconds."""
    assert cloud.stack is not None
    console = cloud.stack.function("console")
    assert console is not None
    assert console.timeout >= 2 * CHECK_SECONDS + 5
