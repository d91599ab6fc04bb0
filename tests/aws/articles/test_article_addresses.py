"""Whether the website still has an article: asked within limits, and only on the public web."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from werkzeug.wrappers import Request, Response

from newsletter.articles.feeds.article_addresses_client import MAX_ASKED, ArticleAddresses
from tests.support.stack.loopback import served

Site = Callable[[str], str]
asked: list[str] = []


@pytest.fixture
def site() -> Iterator[Site]:
    """Addresses by what they answer: a status, or `moved` to a page that is gone."""
    asked.clear()

    def answer(environ: dict[str, object], start: Callable[..., object]) -> object:
        path = Request(environ).path.strip("/")
        asked.append(path)
        if path == "moved":
            response = Response(status=301, headers={"location": "/410"})
        else:
            response = Response("x" * 100_000, status=int(path.partition("-")[0]))
        return response(environ, start)  # type: ignore[arg-type]

    with served(answer) as url:
        yield lambda path: f"{url}/{path}"


def test_what_answers_404_or_410_is_gone(site: Site) -> None:
    urls = {path: site(path) for path in ("200", "404", "410", "503", "moved")}
    assert ArticleAddresses(allow_local=True).gone(urls.values()) == {urls["404"], urls["410"], urls["moved"]}


def test_few_are_asked(site: Site) -> None:
    urls = [site(f"404-{number}") for number in range(30)]
    assert ArticleAddresses(allow_local=True).gone(urls) == set(urls[:MAX_ASKED])
    assert len(asked) == MAX_ASKED


def test_this_machine_and_names_that_lead_nowhere_are_not_asked(site: Site) -> None:
    assert ArticleAddresses(allow_local=False).gone([site("404"), "https://b.example/x", "nonsense"]) == set()
    assert asked == []
