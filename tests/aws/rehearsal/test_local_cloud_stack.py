"""The local cloud builds whatever a template says: tried with small stacks of our own."""

from __future__ import annotations

import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rehearsal.cloud import LocalCloud
from rehearsal.settings import CannotStart, feed_address
from rehearsal.template.cloudformation import TemplateError
from tests.support.stack import small_stack
from tests.support.stack.small_stack import FRONT, TEMPLATE, Scratch, send, tries

cloud = small_stack.cloud
scratch = small_stack.scratch


def test_the_environment_comes_from_the_template_and_is_gone_afterwards(
    scratch: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    before, paths = dict(os.environ), list(sys.path)
    with LocalCloud(root=scratch.root) as cloud:
        assert os.environ["THINGS"] == "newsletter-local-Things"
        assert os.environ["NEWSLETTER_PUBLIC_URL"] == cloud.url
        assert os.environ["NEWSLETTER_LOCAL"] == "1"
        assert os.environ["AWS_ENDPOINT_URL_SESV2"] == f"{cloud.url}/_local/ses"
        assert "AWS_PROFILE" not in os.environ
        assert "AWS_ENDPOINT_URL" not in os.environ
        cloud.run("clock")
    assert dict(os.environ) == before
    assert sys.path == paths
    assert not [name for name in sys.modules if name.partition(".")[0] in {"front", "worker", "clock"}]


def test_it_starts_again_in_the_same_process_with_nothing_left_over(scratch: Scratch) -> None:
    for _ in range(2):
        with LocalCloud(root=scratch.root) as cloud:
            send(cloud, "once")
            assert cloud.drain()
            assert tries(cloud, "once") == 1
        scratch.write("functions/front/handler.py", FRONT + "\n")


def test_each_concurrent_execution_has_a_handler_module_of_its_own(
    scratch: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "all_are_here", threading.Barrier(4), raising=False)
    scratch.write(
        "functions/worker/handler.py",
        """
        import sys
        current = None

        def handle(event, context):
            global current
            current = event["name"]
            sys.all_are_here.wait(60)
            return current
        """,
    )
    with LocalCloud(root=scratch.root) as cloud:
        worker = cloud.stack.function("worker")
        assert worker is not None
        with ThreadPoolExecutor(4) as threads:
            answers = list(threads.map(lambda name: cloud.functions.invoke(worker, {"name": name}), "abcd"))
    assert answers == ["a", "b", "c", "d"]


def test_two_values_for_one_variable_are_refused_with_both_names(scratch: Scratch) -> None:
    scratch.write(
        "template.yaml",
        TEMPLATE.replace("Timeout: 7", "Timeout: 7\n          Environment: { Variables: { THINGS: other } }"),
    )
    with pytest.raises(
        TemplateError, match=r"^template.yaml: Worker: THINGS is 'other' here and 'newsletter-local-Things' in Front"
    ):
        LocalCloud(root=scratch.root).__enter__()


def test_a_port_in_use_and_a_missing_feed_are_one_clear_line(cloud: LocalCloud, scratch: Scratch) -> None:
    with pytest.raises(CannotStart, match=rf"^Port {cloud.port} cannot be used .* make demo PORT=8001$"):
        LocalCloud(cloud.port, root=scratch.root).__enter__()
    with pytest.raises(CannotStart, match=r"^NEWSLETTER_FEED_URL: there is no file /nowhere/feed.xml"):
        LocalCloud(feed_url="/nowhere/feed.xml", root=scratch.root).__enter__()


def test_the_feeds_of_the_publication_are_read_where_they_are_asked_for(tmp_path: Path) -> None:
    feed = tmp_path / "feed.xml"
    feed.write_text("<rss/>")
    sample = "http://127.0.0.1:8000/_local/blog/feed.xml"
    assert feed_address("publication", sample) == ""
    assert feed_address(None, sample) == feed_address("", sample) == sample
    assert feed_address(str(feed), sample) == feed.as_uri()
    assert feed_address("https://blog.example/feed", sample) == "https://blog.example/feed"
