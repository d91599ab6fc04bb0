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
from tests.support.mails import (
    BARE,
    FIRST,
    LANGUAGES,
    MAILS,
    PUBLIC_URL,
    READER,
    SECOND,
    article,
    confirmation,
    digest,
    letter,
    moved,
    seen,
    step,
    templates,
    welcome,
)
from tests.support.templates import TEMPLATES

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


@pytest.mark.parametrize(
    ("language", "period", "expected"),
    [
        ("fi", "2026-W48", "Viikko 48"),
        ("sv", "2027-W01", "Vecka 1"),
        ("fi", "2026-M11", "Marraskuu 2026"),
        ("sv", "2026-M05", "Maj 2026"),
        ("en", "2027-M02", "February 2027"),
    ],
)
def test_a_digest_names_its_week_or_month(language: str, period: str, expected: str) -> None:
    mail = digest(language, period=period)
    assert f">{expected}</p>" in mail.html
    assert f"\n{expected}: " in mail.text


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


def test_a_digest_comes_in_the_promised_order() -> None:
    expected = [
        (1, "5 uutta kirjoitusta"),
        *((2, shown.title) for shown in (FIRST, SECOND, BARE)),
        (2, "Sparrataanko?"),
        (2, "Lisää samasta aiheesta"),
        (2, "Muut uudet kirjoitukset"),
    ]
    assert expected == seen(digest()).headings
    text = digest().text
    places = [text.index(heading) for _, heading in expected]
    assert places == sorted(places)
    assert text.index("{{hello_text}}") < places[1]


def test_a_digest_shows_topics_author_and_the_day_in_the_publications_time_zone() -> None:
    for part in (digest().html.replace("<bdi>", "").replace("</bdi>", ""), digest().text):
        assert "Johtajan näkyvyys · LinkedIn" in part
        assert "Helmi Raivola · 22. marraskuuta 2026" in part
        assert "Viikko 48" in part


@pytest.mark.parametrize(
    ("language", "others", "expected"),
    [
        ("fi", 0, "Kun kommentti sattuu"),
        ("fi", 1, "Kun kommentti sattuu – ja yksi muu kirjoitus"),
        ("fi", 2, "Kun kommentti sattuu – ja 2 muuta kirjoitusta"),
        ("sv", 1, "Kun kommentti sattuu – och en artikel till"),
        ("en", 21, "Kun kommentti sattuu – and 21 more articles"),
    ],
)
def test_a_digests_subject_tells_what_is_in_it(language: str, others: int, expected: str) -> None:
    assert digest(language, articles=[SECOND], more=[article(n) for n in range(others)]).subject == expected


@every_language
def test_a_long_title_gives_way_in_the_subject_and_the_number_of_others_does_not(language: str) -> None:
    long = article(
        1,
        title="Kriisin ensimmäinen tunti: mitä johtaja sanoo, kun tietää itsekin vasta vähän, ja kenelle hän sen sanoo",
    )
    for others in (0, 1, 12):
        subject = digest(language, articles=[long], more=[article(n) for n in range(others)]).subject
        rest = templates.text("mail.digest.subject", language, title="", count=others) if others else ""
        assert subject.endswith(f"…{rest}")
        assert 70 <= len(subject) <= 90
        assert f"{long.title} ".startswith(subject.removesuffix(f"…{rest}"))


def test_a_digest_without_offer_or_other_articles_has_no_empty_sections() -> None:
    mail = digest(articles=[BARE], more=[], related=[], offer=None)
    assert [(1, "Uusi kirjoitus"), (2, BARE.title)] == seen(mail).headings
    assert "offer" not in mail.placeholders
    assert "\n-----\n\n-----\n" not in mail.text


def test_an_article_in_another_language_says_so() -> None:
    mail = digest("sv", articles=[SECOND])
    assert "20 november 2026 · på finska</p>" in mail.html
    assert "Läs artikeln (på finska)" in mail.text
    assert [{"fi"}] == [{h2["lang"]} for h2 in seen(mail).of("h2") if "lang" in h2]
    assert {"fi"} == {bdi["lang"] for bdi in seen(mail).of("bdi") if "lang" in bdi}


def test_a_week_of_very_many_long_articles_stays_under_60_kb() -> None:
    long = "Pitkä otsikko & sana " * 10
    articles = [article(n, title=long, summary=long * 5) for n in range(templates.publication.digest.max_articles)]
    mail = digest(articles=articles, more=[article(n, title=long) for n in range(100)], related=articles[:10])
    assert len(mail.html.encode()) < 60_000
    assert "Vielä 75 uutta kirjoitusta sivustollamme" in mail.html
    assert "Vielä 75 uutta kirjoitusta sivustollamme" in mail.text


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


# --- which language, and why -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "articles", "expected"),
    [
        ("fi", "fi", ""),
        ("sv", "f", ""),
        ("sv", "", ""),
        ("sv", "fi", "Artikeln är på finska."),
        ("en", "fi fi", "The articles are in Finnish."),
        ("fi", "en sv", "Kirjoitukset ovat ruotsiksi ja englanniksi."),
        ("en", "en fi en", "The articles are in Finnish and in English."),
        ("sv", "en sv fi", "Artiklarna är på finska, på svenska och på engelska."),
    ],
)
def test_a_reader_is_told_which_languages_the_articles_are_in_unless_it_is_their_own(
    language: str, articles: str, expected: str
) -> None:
    shown = [article(number, language=each) for number, each in enumerate(articles.split())]
    known = [each for each in shown if each.language in LANGUAGES]
    if known:
        for mail in (digest(language, articles=known, more=[], related=[]), welcome(language, articles=known)):
            for part in (mail.html, mail.text):
                assert expected in part
                assert bool(expected) == any(each in part for each in ("Artik", "The article", "Kirjoitukset ovat"))


def test_a_welcome_without_articles_tells_the_language_of_the_feeds_alone() -> None:
    assert templates.publication.article_languages("sv") == ("fi",)
    assert "Artiklarna är på finska." in welcome("sv", articles=[]).text
    assert "Kirjoitu" not in welcome("fi", articles=[]).text


@every_language
def test_an_older_article_says_which_topic_brought_it(language: str) -> None:
    label = templates.publication.topics[0].label[language]
    old = [article(1, title="Puoli tuntia"), article(2, title="Kaksi")]
    mail = digest(language, related=old, reasons={"article1": label})
    because = templates.text("mail.digest.because", language, topic=label)
    for part in (mail.html, mail.text):
        assert part.count(because) == 1
        assert part.index("Puoli tuntia") < part.index(because) < part.index("Kaksi")
