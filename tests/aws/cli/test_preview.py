"""`newsletter preview`: what is written is the mail that readers would get."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from cli.mails import screenshots
from cli.main import main
from newsletter.container import app
from tests.skips import CHROMIUM, require
from tests.support.mailings.mails import article
from tests.support.mailings.templates import TEMPLATES, templates_with_replies
from tests.support.stack.cloud import Cloud
from tests.support.stack.no_stack import without_stack

Captured = pytest.CaptureFixture[str]
LANGUAGES = ("fi", "sv", "en")


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """No stack is named, and there is no browser."""
    without_stack(monkeypatch)
    monkeypatch.setenv("NEWSLETTER_TEMPLATES", str(TEMPLATES))
    monkeypatch.setattr(screenshots, "chromium", lambda: None)


@pytest.mark.usefixtures("nowhere")
def test_a_mail_is_written_in_every_language_and_what_is_left_out_is_said(tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "out"
    assert main(["preview", "welcome", "--out", str(out)]) == 0
    names = [f"welcome.{language}.{suffix}" for language in LANGUAGES for suffix in ("html", "txt", "eml")]
    assert sorted(path.name for path in out.iterdir()) == sorted(names)
    assert capsys.readouterr().out.splitlines() == [
        *(str(out / name) for name in names),
        "No pictures: Chromium is not installed (Debian, Ubuntu: apt-get install chromium).",
    ]


@pytest.mark.usefixtures("nowhere")
def test_the_eml_has_the_addresses_to_answer_to_and_to_leave_by_where_answers_are_received(tmp_path: Path) -> None:
    folder = templates_with_replies(tmp_path)
    command = ["preview", "digest", "--language", "fi", "--templates", str(folder), "--out", str(tmp_path / "out")]
    assert main(command) == 0
    mail = message_from_bytes((tmp_path / "out/digest.fi.eml").read_bytes(), policy=default)
    assert mail["Reply-To"].startswith("reply.")
    assert mail["List-Unsubscribe"].startswith("<mailto:leave.")


@pytest.mark.usefixtures("nowhere")
def test_the_eml_is_what_ses_would_send(tmp_path: Path) -> None:
    assert main(["preview", "digest", "--language", "fi", "--out", str(tmp_path)]) == 0
    raw = (tmp_path / "digest.fi.eml").read_bytes()
    assert b"\r\nList-Unsubscribe: <https://newsletter.example/unsubscribe/preview." in raw
    mail = message_from_bytes(raw, policy=default)
    sender = tomllib.loads((TEMPLATES / "publication.toml").read_text("utf-8"))["sender"]
    assert mail["From"] == f"{sender['name']} <{sender['address']}>"
    assert mail["Subject"].startswith("Miten johtaja löytää oman äänensä")
    assert mail["Feedback-ID"] == "digest-2027-W01:digest:1.preview:AmazonSES"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail.get_content_type() == "multipart/alternative"
    text, html = (part.get_content() for part in mail.iter_parts())
    assert "https://newsletter.example/c/preview." in text
    assert "https://newsletter.example/c/preview." in html
    assert max(len(line) for line in raw.split(b"\r\n\r\n", 1)[1].splitlines()) <= 78


@pytest.mark.usefixtures("nowhere")
def test_links_in_what_is_looked_at_lead_to_their_targets(tmp_path: Path) -> None:
    file = tmp_path / "kevat.md"
    body = "Moi, [lue](https://www.example.com/a?b=1&c=2)."
    file.write_text(f"---\nsubject: Kevät\nlanguage: sv\n---\n{body}\n", encoding="utf-8")
    assert main(["preview", str(file), "--out", str(tmp_path)]) == 0
    html, text = ((tmp_path / f"campaign-kevat.sv.{kind}").read_text(encoding="utf-8") for kind in ("html", "txt"))
    assert 'href="https://www.example.com/a?b=1&amp;c=2"' in html
    assert "lue (https://www.example.com/a?b=1&c=2)" in text
    assert "Maija" in html
    assert "/c/preview" not in html + text


@pytest.mark.usefixtures("nowhere")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["golf"], "there is no mail 'golf'; give a campaign file (.md) or one of confirmation, reminder"),
        (["digest", "--language", "de"], "the publication has no language 'de'; choose from fi, sv, en"),
        (["nothing.md"], "nothing.md: No such file"),
    ],
)
def test_what_cannot_be_shown_is_said(arguments: list[str], said: str, tmp_path: Path, capsys: Captured) -> None:
    assert main(["preview", *arguments, "--out", str(tmp_path / "out")]) == 1
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_the_digest_of_a_stack_is_that_of_its_present_articles(
    cloud: Cloud, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screenshots, "chromium", lambda: None)
    arguments = ["preview", "--language", "fi", "--out", str(tmp_path)]
    assert main(arguments) == 1
    assert "there is no article yet" in capsys.readouterr().err
    now = app.now()
    old = article(1, title="Vanha", listed_at=now - timedelta(days=90), published=now - timedelta(days=90))
    app.articles.put(old)
    assert main(arguments) == 0
    assert "Nothing is new since the last digest" in capsys.readouterr().out
    fresh = article(2, title="Uusi", listed_at=now - timedelta(hours=2), published=now - timedelta(hours=2))
    app.articles.put(fresh)
    assert main(arguments) == 0
    pages = [path for path in tmp_path.glob("*.html") if "Uusi" in path.read_text(encoding="utf-8")]
    assert len(pages) == 1
    assert app.digests.all() == []
    cloud.subscribe("maija@example.com")
    cloud.run("planner", now)
    assert main(arguments) == 0
    assert "has its digest already" in capsys.readouterr().out


@pytest.mark.usefixtures("nowhere")
def test_pictures_are_taken_where_there_is_a_browser(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = require(CHROMIUM)
    monkeypatch.setattr(screenshots, "chromium", lambda: browser)
    assert main(["preview", "confirmation", "--language", "en", "--out", str(tmp_path)]) == 0
    pictures = [tmp_path / f"confirmation.en-{view}.png" for view in ("desktop", "phone", "dark")]
    assert capsys.readouterr().out.splitlines()[3:] == [str(picture) for picture in pictures]
    sizes = [picture.read_bytes() for picture in pictures]
    assert all(png.startswith(b"\x89PNG") for png in sizes)
    assert len(set(sizes)) == 3
