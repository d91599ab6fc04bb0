"""Mails as readers get them: every promised part is there, in three languages."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from newsletter.mail.placeholders import substitute
from newsletter.mail.templates import RenderedMail, Templates
from newsletter.platform.errors import InvalidInput, InvalidPublication
from newsletter.publication.publication import SIGN_UP_LIFE
from newsletter.readers.subscriber import REMINDER_AFTER
from tests.support.mailings.mails import (
    FIRST,
    LANGUAGES,
    MAILS,
    PUBLIC_URL,
    READER,
    SECOND,
    confirmation,
    digest,
    letter,
    moved,
    seen,
    step,
    templates,
    welcome,
)
from tests.support.mailings.templates import TEMPLATES

GOLDEN = Path(__file__).parent / "golden"
every_mail = pytest.mark.parametrize("name", MAILS)
every_language = pytest.mark.parametrize("language", LANGUAGES)


@every_language
@every_mail
def test_the_text_part_reads_as_in_its_golden_file(name: str, language: str) -> None:
    """`UPDATE_GOLDEN=1 pytest tests/unit/mail/test_templates.py` writes them anew; read them before you keep them."""
    mail = MAILS[name](language)
    actual = f"Subject: {mail.subject}\n\n{mail.text}"
    path = GOLDEN / f"{name}.{language}.txt"
    if "UPDATE_GOLDEN" in os.environ:
        path.write_text(actual, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == actual


@every_language
@every_mail
def test_html_is_fit_for_screen_readers_and_mail_programs(name: str, language: str) -> None:
    mail = MAILS[name](language)
    page = seen(mail)
    assert page.of("html")[0]["lang"] == language
    assert page.of("html")[0]["dir"] == "ltr"
    assert page.title.endswith("– Sanaharju")
    assert {"name": "color-scheme", "content": "light dark"} in page.of("meta")
    assert "@media (prefers-color-scheme: dark)" in mail.html
    assert all(table["role"] == "presentation" for table in page.of("table"))
    assert all("alt" in image for image in page.of("img"))
    levels = [level for level, _ in page.headings]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(text for _, text in page.headings)
    assert all(after <= before + 1 for before, after in pairwise(levels))


@every_language
@every_mail
def test_each_link_says_alone_where_it_leads(name: str, language: str) -> None:
    targets: dict[str, set[str]] = {}
    for href, called in seen(MAILS[name](language)).links:
        assert href.startswith(f"{PUBLIC_URL}/")
        targets.setdefault(called, set()).add(href)
    assert all(called and len(hrefs) == 1 for called, hrefs in targets.items()), targets


@every_language
@every_mail
def test_text_and_html_lead_to_the_same_places(name: str, language: str) -> None:
    mail = MAILS[name](language)
    in_text = set(re.findall(r"https://news\.example\.fi/\S+?(?=[)]?\s)", substitute(mail.text, READER)))
    assert {href for href, _ in seen(mail).links} == in_text


@every_language
@pytest.mark.parametrize("name", ["digest", "letter", "welcome"])
def test_a_reader_can_always_see_who_writes_and_leave(name: str, language: str) -> None:
    mail = MAILS[name](language)
    for part in (mail.html, mail.text):
        assert templates.publication.sender.postal_address in part
        assert templates.text("mail.footer.why", language) in part
        assert f"{PUBLIC_URL}/unsubscribe/{{{{unsubscribe}}}}" in part
        assert f"{PUBLIC_URL}/preferences/{{{{preferences}}}}" in part
    own_pages = {"unsubscribe", "preferences", "offer", "letter"}
    assert {"hello_html", "hello_text", "click"} | own_pages == mail.placeholders


@every_language
def test_a_step_says_that_it_comes_because_of_the_offer(language: str) -> None:
    mail = step(language)
    for part in (mail.html, mail.text):
        assert templates.text("mail.footer.why_lead", language) in part
        assert templates.text("mail.footer.why", language) not in part
        assert f"{PUBLIC_URL}/unsubscribe/{{{{unsubscribe}}}}" in part


@every_language
@pytest.mark.parametrize("about", ["", ".move"])
@pytest.mark.parametrize("name", ["confirmation", "reminder"])
def test_a_confirmation_asks_for_one_thing_only(name: str, about: str, language: str) -> None:
    mail = MAILS[f"{name}-moving" if about else name](language)
    life, valid = {
        "confirmation": (SIGN_UP_LIFE, "mail.confirmation.valid"),
        "reminder": (SIGN_UP_LIFE - REMINDER_AFTER, "mail.confirmation.reminder.valid"),
    }[name]
    assert str(life.days) in templates.text(valid, language)
    assert [f"{PUBLIC_URL}/confirm/confirm-token"] == [href for href, _ in seen(mail).links]
    assert frozenset({"confirm"}) == mail.placeholders
    assert mail.links == ()
    for part in (mail.html, mail.text):
        assert templates.text(valid, language) in part
        assert templates.text(f"mail.confirmation{about}.not_you", language) in part
        assert templates.publication.sender.postal_address in part


@every_language
@pytest.mark.parametrize("about", ["", ".move"])
def test_a_reminder_says_so_at_once(about: str, language: str) -> None:
    first, second = (confirmation(language, reminder=again, moves=bool(about)) for again in (False, True))
    assert first.subject != second.subject
    assert preheader(second) == templates.text(f"mail.confirmation{about}.reminder.sentence", language)
    assert templates.text(f"mail.confirmation{about}.sentence", language) not in second.text


@every_language
@pytest.mark.parametrize("again", [False, True])
def test_a_new_address_is_confirmed_and_not_a_new_subscription(*, again: bool, language: str) -> None:
    new, moving = (confirmation(language, reminder=again, moves=moves) for moves in (False, True))
    assert new.subject != moving.subject
    asked = ("heading", "button", "not_you", *(["reminder.sentence"] if again else ["sentence"]))
    for name in asked:
        for part in (moving.html, moving.text):
            assert templates.text(f"mail.confirmation.move.{name}", language) in part
            assert templates.text(f"mail.confirmation.{name}", language) not in part


@every_language
def test_the_owner_of_an_old_address_learns_of_the_change_and_can_only_subscribe_again(language: str) -> None:
    mail = moved(language)
    assert [f"{PUBLIC_URL}/subscribe?lang={language}"] == [href for href, _ in seen(mail).links]
    assert frozenset() == mail.placeholders
    for part in (mail.html, mail.text):
        assert templates.text("mail.moved.not_you", language) in part
        assert "/unsubscribe" not in part


@every_language
def test_a_welcome_without_articles_or_offer_is_whole(language: str) -> None:
    mail = welcome(language, articles=[], offer=None)
    assert [(1, templates.text("mail.welcome.heading", language))] == seen(mail).headings
    assert templates.text("mail.welcome.wait", language) in mail.text
    assert templates.text("mail.welcome.articles", language) not in mail.html
    assert "offer" not in mail.placeholders


@pytest.mark.parametrize("name", ["digest", "letter", "welcome"])
def test_links_of_a_reader_who_is_not_tracked_lead_straight_to_their_targets(name: str) -> None:
    body = "Lue [kirja](https://kirja.example/a?b=1&c=2)."
    changes = {"body": body} if name == "letter" else {}
    tracked, plain = MAILS[name]("fi", **changes), MAILS[name]("fi", tracked=False, **changes)
    assert plain.links == ()
    assert plain.placeholders == tracked.placeholders - {"click"}
    targets = {link.key: link.url for link in tracked.links}
    expected = [targets[href.rpartition("/")[2]] if "/c/" in href else href for href, _ in seen(tracked).links]
    assert expected == [href for href, _ in seen(plain).links]
    for part in (plain.html, plain.text):
        assert f"{PUBLIC_URL}/c/" not in part


def preheader(mail: RenderedMail) -> str:
    hidden = re.search(r"<div style=\"display:none;[^>]*>(.*?)(?:&#847;|\n)", mail.html)
    return hidden[1] if hidden else ""


@every_language
def test_an_inbox_shows_more_than_the_subject_says(language: str) -> None:
    others = templates.text("mail.digest.preheader", language, titles=SECOND.title)
    assert preheader(digest(language)).startswith(others)
    assert preheader(digest(language, articles=[FIRST], more=[])) == FIRST.summary
    assert preheader(confirmation(language)) == templates.text("mail.confirmation.sentence", language)


def test_an_inbox_shows_the_preheader_or_else_the_opening_of_the_letter() -> None:
    body = "Moi <b>sinä</b>, [katso](https://a.example/x)!\n\nToinen kappale."
    assert preheader(letter(body=body)) == "Moi sinä, katso!"
    assert preheader(letter(body=body, preheader="Tärkeää & uutta")) == "Tärkeää &amp; uutta"


def test_what_is_misconfigured_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="public_url"):
        Templates(TEMPLATES, 'https://x"onclick')
    with pytest.raises(InvalidPublication, match=r"publication\.toml: there is no such file"):
        _ = Templates(tmp_path, PUBLIC_URL).publication
    (tmp_path / "publication.toml").write_text("name = ")
    with pytest.raises(InvalidPublication, match="not TOML"):
        _ = Templates(tmp_path, PUBLIC_URL).publication
    with pytest.raises(InvalidPublication, match=r"there is no file .*sparraus-9\.fi\.md"):
        templates.step_body("email/sequences/sparraus-9", "fi")


@every_language
def test_every_step_of_every_sequence_has_its_letter(language: str) -> None:
    for sequence in templates.publication.sequences.values():
        for one in sequence.steps:
            body = templates.step_body(one.body, language)
            assert 140 < len(body.split()) <= 260
            assert letter(language, subject=one.subject[language], body=body).subject == one.subject[language]


def test_importing_the_templates_does_not_load_what_a_cold_start_need_not_have() -> None:
    code = "import sys, newsletter.mail.templates; print(sorted({'babel', 'markdown_it', 'nh3'} & sys.modules.keys()))"
    functions = Path(__file__).parents[3] / "functions"
    found = subprocess.run([sys.executable, "-c", code], cwd=functions, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
