"""The local cloud with the product in it: quick, restartable, with a feed of one's own."""

from __future__ import annotations

import re
import time
import urllib.request
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from rehearsal.cloud import LocalCloud
from rehearsal.lambda_ import pollers
from rehearsal.settings import CannotStart
from rehearsal.site.blog.site import load_articles
from tests.support.mailings.templates import TEMPLATES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rehearsal.ses import Mail

READER = "maija@example.com"


@pytest.fixture
def cloud() -> Iterator[LocalCloud]:
    with LocalCloud(templates=TEMPLATES) as started:
        assert started.drain(), "the feed is read at the start, and may take longer than that"
        yield started


def post(url: str, *fields: tuple[str, str]) -> int:
    with urllib.request.urlopen(url, urlencode(fields).encode(), timeout=60) as answer:
        return int(answer.status)


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=60) as answer:
        return str(answer.read().decode())


def topics(cloud: LocalCloud) -> list[str]:
    return re.findall(r'name="topics"[^>]* value="([^"]+)"', get(f"{cloud.url}/subscribe"))


def mails(cloud: LocalCloud, to: str) -> list[Mail]:
    return [mail for mail in cloud.ses.mailbox.all() if to in mail.to]


def link(mail: Mail, page: str) -> str:
    found = re.search(rf"http://\S+/{page}/\S+", mail.text or "")
    assert found is not None, f"no link to /{page} in:\n{mail.text}"
    return found[0]


def subscribe(cloud: LocalCloud, email: str) -> None:
    """Through the form and the confirmation mail."""
    chosen = [("topics", topic) for topic in topics(cloud)]
    assert chosen
    assert post(f"{cloud.url}/subscribe", ("email", email), ("language", "fi"), ("consent", "yes"), *chosen) == 200
    assert cloud.drain()
    (confirmation,) = mails(cloud, email)
    get(link(confirmation, "confirm"))
    assert post(link(confirmation, "confirm"), ("confirm", "yes")) == 200


def test_who_comes_while_it_starts_waits_and_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    early: list[Future[str]] = []
    with ThreadPoolExecutor(2) as readers:

        def come(starting: LocalCloud) -> None:
            early.extend(readers.submit(get, f"{starting.url}{path}") for path in ("/subscribe", "/_local/health"))
            assert not wait(early, timeout=0.5, return_when=FIRST_COMPLETED).done

        monkeypatch.setattr(LocalCloud, "_first_articles", come)
        with LocalCloud(templates=TEMPLATES):
            page, health = (each.result() for each in early)
    assert "<form" in page
    assert '"ok"' in health


def test_a_confirmation_is_in_the_mailbox_well_under_a_second_after_the_form(cloud: LocalCloud) -> None:
    """The quickest of some, for another process may have the processor just then."""
    for number in range(30):
        email = f"reader-{number}@example.com"
        form = [("email", email), ("language", "fi"), ("consent", "yes")]
        post(f"{cloud.url}/subscribe", *form)
        asked = time.monotonic()
        assert pollers.wait_until(lambda email=email: bool(mails(cloud, email)), 60)  # type: ignore[misc]
        if time.monotonic() - asked < 1:
            return
    pytest.fail("none of thirty was there within a second")


def test_it_starts_twice_in_one_process_and_knows_nothing_of_the_first_time() -> None:
    for _ in range(2):
        with LocalCloud(templates=TEMPLATES) as cloud:
            subscribe(cloud, READER)
            assert len(mails(cloud, READER)) == 1


def test_a_month_can_be_rehearsed_week_by_week_with_a_new_article_in_each(cloud: LocalCloud) -> None:
    subscribe(cloud, READER)
    decisions, subjects = [], []
    for week in range(6):
        run = cloud.run("planner", (cloud.started_at + timedelta(days=7 * week, minutes=1)).isoformat())
        assert run.drained
        decisions.append(run.result["weekly"]["decision"])
        subjects.append(next(mail.subject for mail in mails(cloud, READER) if "digest-" in mail.tags["mailing"]))
    assert decisions == ["started"] * 5 + ["empty"]
    to_come = [article.title for article in reversed(load_articles()) if article.age < timedelta()]
    assert subjects[1:] == [*to_come, to_come[-1]], "each week its one article, and none in the last"
    got = "".join(mail.text or "" for mail in mails(cloud, READER) if "digest-" in mail.tags["mailing"])
    fresh = [article.title for article in load_articles() if article.age < timedelta(days=7)]
    assert [title for title in fresh if got.count(f"\n{title}\n") != 1] == []


def test_the_blog_never_goes_back(cloud: LocalCloud) -> None:
    later = cloud.started_at + timedelta(days=3, minutes=30)
    assert cloud.run("feed_ingest", later.isoformat()).result["feeds"][0]["new"] == 1
    assert cloud.blog_time == later
    cloud.run("nurture", (cloud.started_at + timedelta(days=1)).isoformat())
    assert cloud.blog_time == later


def test_a_feed_of_ones_own_replaces_the_sample_blog(tmp_path_factory: pytest.TempPathFactory) -> None:
    with LocalCloud(templates=TEMPLATES) as cloud:
        feed = get(f"{cloud.url}/_local/blog/feed.xml").replace("http://127.0.0.1", "https://blog.example")
    file = tmp_path_factory.mktemp("feed") / "feed.xml"
    file.write_text(feed, encoding="utf-8")
    with LocalCloud(feed_url=str(file), templates=TEMPLATES, ingest=False) as cloud:
        result = cloud.run("feed_ingest").result
    assert result["feeds"][0]["feed"] == file.as_uri()
    assert result["feeds"][0]["new"] > 0


def test_a_broken_publication_file_is_one_line_at_the_start(tmp_path_factory: pytest.TempPathFactory) -> None:
    from rehearsal.settings import domains

    file = tmp_path_factory.mktemp("templates") / "publication.toml"
    for text in ("name = ", 'languages = ["fi"]'):
        file.write_text(text)
        with pytest.raises(CannotStart, match=f"^{re.escape(str(file))}: ") as caught:
            domains(file)
        assert "\n" not in str(caught.value)
