"""Digests and welcomes as readers get them: their order, subject, days, topics and languages of articles."""

from __future__ import annotations

import pytest

from tests.support.mailings.mails import (
    BARE,
    FIRST,
    LANGUAGES,
    SECOND,
    article,
    digest,
    seen,
    templates,
    welcome,
)

every_language = pytest.mark.parametrize("language", LANGUAGES)


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
