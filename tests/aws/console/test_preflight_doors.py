"""Before each send: what is broken does not leave by any door, and nobody is left to wonder why."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cli.checks import links
from cli.main import main
from newsletter.container import app
from newsletter.mailings.digests import start
from newsletter.mailings.mailing import Kind
from tests.skips import SPAMASSASSIN, require
from tests.support.console.console_calls import MARKETING, Browser, Program, trust
from tests.support.console.issuer import issuing
from tests.support.mailings.mails import article
from tests.support.mailings.templates import TEMPLATES
from tests.support.stack.cloud import Cloud
from tests.support.stack.no_stack import without_stack

NOW = datetime.now(UTC).replace(microsecond=0)
BROKEN = "Moi\n\n[lue](/x)"
DOUBTFUL = "Moi\n\n![](https://kuvat.example/a.png){width=600 height=300}"
SAID = "line 3: “[lue](/x)” stays text"
FIELDS = "there are first_name, name, email, for example {{ first_name | friend }}"
MEND = "write ![what it shows](address)"
DRAFT = {"name": "kevat", "subject": "Kevät", "language": "fi"}

Captured = pytest.CaptureFixture[str]


def written(folder: Path, body: str) -> str:
    path = folder / "kevat.md"
    path.write_text(f"---\nsubject: Kevät\nlanguage: fi\n---\n\n{body}\n", encoding="utf-8")
    return str(path)


# --- campaigns -------------------------------------------------------------------------------------------------------


@pytest.fixture
def reader(cloud: Cloud) -> None:
    cloud.subscribe("maija@example.com")


@pytest.mark.usefixtures("reader")
def test_the_api_refuses_what_is_broken_and_says_what_is_doubtful(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    with issuing() as issuer:
        trust(issuer, monkeypatch)
        api = Program(cloud, issuer.token(scope="openid campaigns:send"))
        refused = api("POST", "/campaigns", {**DRAFT, "body": BROKEN})
        assert refused.status == 422
        assert refused.json["errors"]["body"].startswith(SAID)
        assert cloud.messages("PlanQueue") == []
        assert app.mailings.get("campaign-kevat") is None
        started = api("POST", "/campaigns", {**DRAFT, "body": DOUBTFUL})
        assert started.status == 201
        (warning,) = started.json["warnings"]
        assert warning.startswith("line 3: the picture “https://kuvat.example/a.png” has no description")


@pytest.mark.usefixtures("reader")
def test_the_console_shows_both_before_anything_is_sent(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    with issuing() as issuer:
        trust(issuer, monkeypatch)
        marketing = Browser(cloud, issuer)
        marketing.sign_in(**MARKETING)

        def press(step: str, body: str) -> tuple[int, str]:
            form = {**DRAFT, "body": body, "step": step, "form_token": marketing.form_token()}
            answer = marketing.post("/console/campaigns/new", *form.items())
            return answer.status, answer.body

        for step in ("check", "send"):
            status, page = press(step, BROKEN)
            assert status == 422
            assert SAID in page
        status, page = press("check", DOUBTFUL)
        assert status == 200
        assert "has no description" in page
        assert cloud.messages("PlanQueue") == []


@pytest.mark.usefixtures("reader")
def test_the_command_line_says_file_and_line_and_sends_nothing_broken(
    cloud: Cloud, tmp_path: Path, capsys: Captured
) -> None:
    file = written(tmp_path, BROKEN)
    assert main(["campaign", "send", file, "--yes"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"{file}:8: “[lue](/x)” stays text")
    assert lines[-1] == "Nothing was sent."
    assert cloud.messages("PlanQueue") == []
    assert main(["campaign", "send", written(tmp_path, DOUBTFUL), "--yes"]) == 0
    assert f"{file}:8: warning: the picture" in capsys.readouterr().out


@pytest.mark.usefixtures("reader")
def test_a_campaign_that_has_gone_out_is_not_judged_again(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    with issuing() as issuer:
        trust(issuer, monkeypatch)
        api = Program(cloud, issuer.token(scope="openid campaigns:send"))
        assert api("POST", "/campaigns", {**DRAFT, "body": "Moi"}).status == 201
        monkeypatch.setattr("newsletter.mail.preflight_rules.CLIP", 10)
        assert api("POST", "/campaigns", {**DRAFT, "body": "Moi"}).status == 200
        assert api("POST", "/campaigns", {**DRAFT, "name": "toinen", "body": "Moi"}).status == 422


# --- files, without a stack ------------------------------------------------------------------------------------------


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    without_stack(monkeypatch)
    monkeypatch.setenv("NEWSLETTER_TEMPLATES", str(TEMPLATES))


@pytest.mark.usefixtures("nowhere")
@pytest.mark.parametrize("command", [["check"], ["campaign", "check"]])
def test_a_file_can_be_checked_without_a_stack(command: list[str], tmp_path: Path, capsys: Captured) -> None:
    file = written(tmp_path, f"{DOUBTFUL}\n\nHei {{{{ nimi }}}}!")
    assert main([*command, file]) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"{file}:10: “{{{{ nimi }}}}” is unknown; {FIELDS}",
        f"{file}:8: warning: the picture “https://kuvat.example/a.png” has no description; {MEND}",
        "1 fault; it cannot go out like this.",
    ]
    file = written(tmp_path, "Moi\n\n[Lue](https://www.example.com/x)")
    assert main([*command, file]) == 0
    assert capsys.readouterr().out == f"{file}: fit to go out.\n"


@pytest.mark.usefixtures("nowhere")
def test_links_that_answer_are_told_from_those_that_do_not(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = {"https://a.example/on": 200, "https://a.example/poissa": 404, "https://a.example/rikki": 500}
    asked = []

    def status(method: str, address: str) -> int:
        asked.append((method, address))
        return said[address] if method == "GET" or said[address] == 404 else 405

    monkeypatch.setattr(links, "_status", status)
    file = written(tmp_path, "\n".join(f"[{address[-4:]}]({address})" for address in said))
    assert main(["check", file]) == 0
    assert asked == []
    capsys.readouterr()
    assert main(["check", file, "--online"]) == 1
    assert capsys.readouterr().out.splitlines()[:2] == [
        f"{file}:7: “https://a.example/poissa” answers 404",
        f"{file}:8: warning: “https://a.example/rikki” answers 500",
    ]
    assert ("GET", "https://a.example/on") in asked


@pytest.mark.usefixtures("nowhere")
def test_every_mail_has_a_size_far_from_the_clip_and_a_score_far_from_spam(capsys: Captured) -> None:
    require(SPAMASSASSIN)
    assert main(["check", "--mails"]) == 0
    head, *lines, last = capsys.readouterr().out.splitlines()
    assert head.split() == ["mail", "language", "HTML", "kB", "of", "what", "Gmail", "shows", "spam", "score", "rules"]
    assert "no fault found" in last
    columns = [line.split() for line in lines]
    assert len(columns) == 15 * 3
    assert {name for name, *_ in columns} >= {"confirmation", "reminder", "moved", "welcome", "digest", "campaign"}
    assert all(float(size) < 85 and float(score) < 0.5 for _, _, size, _, score, *_ in columns)


@pytest.mark.usefixtures("nowhere")
def test_spam_is_known_when_it_is_seen(tmp_path: Path, capsys: Captured) -> None:
    require(SPAMASSASSIN)
    gtube = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"
    file = written(tmp_path, f"`{gtube}`")
    assert main(["check", file]) == 1
    first = capsys.readouterr().out.splitlines()[0]
    assert first.startswith(f"{file}:1: SpamAssassin gives it ")
    assert "GTUBE" in first


# --- digests ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    found: Counter[str] = Counter()
    monkeypatch.setattr(start, "count", lambda name: found.update([name]))
    return found


def test_a_broken_digest_is_held_with_a_reason_and_an_alarm_and_goes_out_once_it_is_mended(
    cloud: Cloud, counted: Counter[str]
) -> None:
    cloud.subscribe("maija@example.com")
    fresh = article(1, url="http://10.0.0.7/luonnos", listed_at=NOW - timedelta(hours=1), published=None)
    app.articles.put(fresh)
    decided = cloud.run("planner", NOW)["weekly"]
    assert decided["decision"] == "held"
    assert decided["why"].startswith("the link “http://10.0.0.7/luonnos” leads into a network of your own")
    assert counted["DigestsHeld"] == 1
    assert not [mailing for mailing in app.mailings.newest(10) if mailing.kind is Kind.DIGEST]
    assert {"held", "nobody"} == {line["decision"] for line in app.decisions.newest(10)}, "nobody reads it monthly"
    cloud.drain()
    app.articles.put(replace(fresh, url="https://www.example.com/valmis"))
    assert cloud.run("planner", NOW + timedelta(minutes=10))["weekly"]["decision"] == "started"
    cloud.drain()
    assert [mail.subject for mail in cloud.mails("maija@example.com")][-1] == fresh.title
    assert counted["DigestsHeld"] == 1


def test_what_is_doubtful_in_a_digest_is_in_its_decision_record(cloud: Cloud) -> None:
    cloud.subscribe("maija@example.com")
    title = "Näin {{ nimi }} toimii"
    app.articles.put(article(1, title=title, listed_at=NOW - timedelta(hours=1), published=None))
    decided = cloud.run("planner", NOW)["weekly"]
    assert decided["decision"] == "started"
    assert "preflight: “{{ nimi }}” looks like a placeholder" in decided["why"]
