"""A request looks at a campaign once: it renders, examines and counts no more than it needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.mails import spam
from cli.main import main
from newsletter.mail.preflight_rules import examine
from newsletter.mail.templates import Templates
from newsletter.platform.shards import SHARDS
from newsletter.readers.profiles.subscribers_store import Subscribers
from tests.support.console.console_calls import MARKETING, Browser, Program, trust
from tests.support.console.issuer import issuing
from tests.support.stack.cloud import Cloud

DRAFT = {"name": "kevat", "subject": "Kevät", "language": "fi", "body": "[Lue](https://www.sanaharju.example/x)"}
ONCE = {"rendered": 2, "examined": 2, "queries": len(SHARDS)}
"""With tracked links and without, in the one language; and each shard of the readers."""
KNOWN = {"rendered": 2, "examined": 2}
NOTHING: dict[str, int] = {}


@pytest.fixture
def work(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """What was done since it was cleared: mails rendered, mails examined, queries for readers."""
    cloud.subscribe("maija@example.com")
    cloud.drain()
    done: Counter[str] = Counter()

    def counted(what: str, act: Callable[..., Any]) -> Callable[..., Any]:
        def counting(*args: Any, **named: Any) -> Any:
            done[what] += 1
            return act(*args, **named)

        return counting

    monkeypatch.setattr(Templates, "mail", counted("rendered", Templates.mail))
    monkeypatch.setattr("newsletter.mailings.rendering.preflight.examine", counted("examined", examine))
    monkeypatch.setattr(Subscribers, "page", counted("queries", Subscribers.page))
    monkeypatch.setattr(spam, "installed", lambda: False)
    return done


@pytest.fixture
def marketing(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    """Somebody of marketing, signed in to the console."""
    with issuing() as issuer:
        trust(issuer, monkeypatch)
        browser = Browser(cloud, issuer)
        browser.sign_in(**MARKETING)
        yield browser


def test_each_press_in_the_console_looks_at_the_campaign_once(work: Counter[str], marketing: Browser) -> None:
    def press(step: str, **changes: str) -> tuple[int, dict[str, int]]:
        form = {**DRAFT, **changes, "step": step, "form_token": marketing.form_token()}
        work.clear()
        answer = marketing.post("/console/campaigns/new", *form.items())
        return answer.status, dict(work)

    assert press("edit") == (200, NOTHING)
    assert press("mail") == (200, {"rendered": 1})
    assert press("check") == (200, ONCE)
    assert press("send", body="[lue](/x)") == (422, KNOWN)  # What is broken is sent to nobody, so nobody is counted.
    assert press("send") == (303, ONCE)
    assert press("send") == (303, NOTHING)  # it is on its way


def test_each_call_of_the_api_looks_at_the_campaign_once(
    cloud: Cloud, work: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with issuing() as issuer:
        trust(issuer, monkeypatch)
        api = Program(cloud, issuer.token(scope="openid campaigns:send"))
        for status, done in ((201, ONCE), (200, KNOWN)):
            work.clear()
            assert api("POST", "/campaigns", DRAFT).status == status
            assert work == done


def test_the_command_line_looks_at_the_campaign_once(work: Counter[str], tmp_path: Path) -> None:
    file = tmp_path / "kevat.md"
    file.write_text("---\nsubject: Kevät\nlanguage: fi\n---\n\nMoi\n", encoding="utf-8")
    for done in (ONCE, KNOWN):
        work.clear()
        assert main(["campaign", "send", str(file), "--yes"]) == 0
        assert work == done
