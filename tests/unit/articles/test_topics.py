"""Topics from categories and keywords, in all their inflected forms, and the reason for each."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.articles.classification.topics import Classified, classify
from newsletter.platform.errors import InvalidPublication
from newsletter.publication.publication import Topic
from newsletter.publication.toml_table import TomlTable
from newsletter.publication.topic_keywords import parse_keywords


def topic(key: str, categories: tuple[str, ...] = (), keywords: tuple[str, ...] = ()) -> Topic:
    return Topic(key, {"fi": key}, {"fi": key}, categories, keywords)


TOPICS = (
    topic("linkedin", ("LinkedIn",), ("linkedin",)),
    topic("kriisit", ("Kriisiviestintä",), ("kohu", "some-kohu")),
    topic("tekoaly", ("Tekoäly",), ("tekoäly",)),
)


def found(title: str, *categories: str, summary: str = "", language: str = "fi") -> tuple[str, ...]:
    return classify(title, summary, categories, TOPICS, language).topics


def matches(keyword: str, text: str, language: str = "fi") -> bool:
    return bool(classify(text, "", (), (topic("it", (), (keyword,)),), language).topics)


@pytest.mark.parametrize(
    ("title", "categories", "topics"),
    [
        ("Mitä kuuluu?", (), ()),
        ("Mitä kuuluu?", ("Kriisiviestintä",), ("kriisit",)),
        ("Mitä kuuluu?", ("  kriisiviestintÄ ",), ("kriisit",)),
        ("Tekoäly ja LinkedIn: mitä nyt?", (), ("linkedin", "tekoaly")),
        ("KOHU!", (), ("kriisit",)),
        ("Some-kohu opettaa", (), ("kriisit",)),
        ("Kohuttu kirja", (), ()),
        ("Epälinkedin_mäinen juttu", (), ()),
        ("LinkedIn-profiilin teko", (), ("linkedin",)),
        ("Linkedin", ("Tekoäly", "Kriisiviestintä"), ("linkedin", "kriisit", "tekoaly")),
    ],
)
def test_an_article_has_the_topics_of_its_categories_and_of_whole_words_of_its_title(
    title: str, categories: tuple[str, ...], topics: tuple[str, ...]
) -> None:
    assert found(title, *categories) == topics


def test_the_summary_counts_only_where_categories_and_title_say_nothing() -> None:
    assert found("Mitä kuuluu?", summary="Puhutaan tekoälystä.") == ("tekoaly",)
    assert found("LinkedIn", summary="Puhutaan tekoälystä.") == ("linkedin",)
    assert found("Mitä kuuluu?", "LinkedIn", summary="Puhutaan tekoälystä.") == ("linkedin",)


def test_each_topic_says_why_it_is_there() -> None:
    assert classify("Kohusta oppii", "", ["  tekoäly "], TOPICS, "fi") == Classified(
        ("kriisit", "tekoaly"), ("keyword 'kohu' as 'Kohusta' in the title", "category 'tekoäly'")
    )
    assert classify("Hei", "Vain LinkedInissä.", [], TOPICS, "fi").reasons == (
        "keyword 'linkedin' as 'LinkedInissä' in the summary",
    )


INFLECTED = {
    "johtaja": "johtajan johtajaa johtajassa johtajasta johtajaan johtajalla johtajalta johtajalle johtajana johtajaksi"
    " johtajat johtajien johtajia johtajissa johtajista johtajiin johtajilla johtajille johtajansa johtajakin",
    "johtaminen": "johtamisen johtamista johtamisessa johtamisesta johtamiseen johtamisella johtamiselle johtamiset",
    "johtajuus": "johtajuuden johtajuutta johtajuudessa johtajuudesta johtajuuteen johtajuudella johtajuuksia",
    "kriisi": "kriisin kriisiä kriisissä kriisistä kriisiin kriisit kriisien kriisejä kriiseissä kriiseistä kriiseihin",
    "kohu": "kohun kohua kohussa kohusta kohuun kohut kohujen kohuja kohuissa",
    "viestintä": "viestinnän viestintää viestinnässä viestinnästä viestintään viestinnällä viestinnät",
    "tekoäly": "tekoälyn tekoälyä tekoälyssä tekoälystä tekoälyyn tekoälyllä tekoälyjä",
    "asiantuntija": "asiantuntijan asiantuntijaa asiantuntijat asiantuntijoiden asiantuntijoita asiantuntijoille",
    "mittari": "mittarin mittaria mittarit mittarien mittareita mittareilla mittareiden",
    "tavoite": "tavoitteen tavoitetta tavoitteet tavoitteiden tavoitteita tavoitteisiin",
    "lähettiläs": "lähettilään lähettilästä lähettiläät lähettiläiden lähettiläitä lähettiläille",
    "näkyvyys": "näkyvyyden näkyvyyttä näkyvyydestä näkyvyyteen",
    "rohkeus": "rohkeuden rohkeutta rohkeudesta",
    "linkedin": "LinkedInin LinkedInissä LinkedInistä LinkedIniin LinkedIn:ssä LinkedIn-julkaisu",
    "sosiaalinen media": "sosiaalisen median|sosiaalista mediaa|sosiaalisessa mediassa|sosiaalisesta mediasta",
}


@pytest.mark.parametrize("keyword", INFLECTED)
def test_a_finnish_keyword_is_found_in_its_inflected_forms(keyword: str) -> None:
    forms = INFLECTED[keyword]
    apart = forms.split("|") if "|" in forms else forms.split()
    assert [form for form in apart if not matches(keyword, f"Miten {form.capitalize()} nyt?")] == []


@pytest.mark.parametrize(
    ("keyword", "text", "language"),
    [
        ("ledare", "Ledarnas ansvar", "sv"),
        ("ledarskap", "Ledarskapets pris", "sv"),
        ("kris", "Efter kriserna", "sv"),
        ("leader", "What leaders do", "en"),
        ("crisis", "After the crises", "en"),
        ("tekoäly", "tekoäly på finska", "sv"),
        ("strategie", "Strategie 2027", "de"),
    ],
)
def test_swedish_and_english_inflect_too_and_other_languages_match_as_written(
    keyword: str, text: str, language: str
) -> None:
    assert matches(keyword, text, language)


@pytest.mark.parametrize(
    ("keyword", "text"),
    [
        ("johtaja", "Johtaminen muuttuu"),
        ("johtaja", "Mistä se johtuu?"),
        ("johtaja", "Toimitusjohtaja puhuu"),
        ("johtaminen", "Johtajat puhuvat"),
        ("viestintä", "Viesti kaikille"),
        ("kriisi", "Kriittinen ajattelu"),
        ("rohkeus", "Rohkeasti vain"),
        ("sosiaalinen media", "Media ja sosiaalinen vastuu"),
        ("linkedin", "Linkki on rikki"),
        ("strategie", "Strategien 2027"),
    ],
)
def test_another_word_of_the_same_family_is_another_word(keyword: str, text: str) -> None:
    assert not matches(keyword, text, "de" if keyword == "strategie" else "fi")


@pytest.mark.parametrize(
    ("keyword", "text", "there"),
    [
        *((("johta*"), text, True) for text in ("Johtajan vastuu", "Johtajille", "Hyvää johtamista", "Johtaminen")),
        ("johta*", "Toimitusjohtajan vastuu", False),
        ("johta*", "Johdon vastuu", False),
        ("*johtaja", "Toimitusjohtajille ja muille", True),
        ("*johtaja", "Johtajan vastuu", True),
        ("*johtaja", "Johtajuuden hinta", False),
        ("*kriisi*", "Talouskriisiviestintää", True),
        ("*kriisi*", "Kritiikkiä", False),
    ],
)
def test_a_star_stands_for_any_ending_or_any_first_part(keyword: str, text: str, *, there: bool) -> None:
    assert matches(keyword, text) is there


@given(st.text(st.sampled_from("abcÅäö12AI-+#.'’&/,:_* \u0301") | st.characters(exclude_categories=["Cs"]), max_size=8))
def test_a_keyword_that_is_accepted_is_found_where_it_stands(keyword: str) -> None:
    try:
        parse_keywords(TomlTable({"keywords": [keyword]}), "keywords")
    except InvalidPublication:
        return
    for language in ("fi", "sv", "en", "de"):
        assert matches(keyword, f"Uutta: {keyword.replace('*', 'x')}", language), language


@given(st.text(max_size=60), st.lists(st.text(max_size=12), max_size=4), st.text(max_size=60))
def test_topics_come_once_each_in_the_publications_order_with_one_reason_each(
    title: str, categories: list[str], summary: str
) -> None:
    order = [each.key for each in TOPICS]
    result = classify(title, summary, [*categories, "LinkedIn", "tekoäly"], TOPICS, "fi")
    assert list(result.topics) == [key for key in order if key in result.topics]
    assert {"linkedin", "tekoaly"} <= set(result.topics)
    assert len(result.reasons) == len(result.topics)


@pytest.mark.parametrize(
    ("of_feed", "of_publication"),
    [("Hy\u00f6ty", "Hyo\u0308ty"), ("Hyo\u0308ty", "Hy\u00f6ty"), ("Hy\u00adöty\u200b", "Hyöty")],
)
def test_a_category_and_a_word_are_found_however_they_are_encoded(of_feed: str, of_publication: str) -> None:
    assert classify("Juttu", "", (of_feed,), (topic("it", (of_publication,)),), "fi").topics == ("it",)
    if "\u00ad" not in of_feed:
        assert classify(of_feed, "", (), (topic("it", (), (of_publication,)),), "fi").topics == ("it",)


@pytest.mark.parametrize(
    ("keyword", "text", "language"),
    [
        ("kriisiviestintä", "Kriisi- ja muutosviestintää arjessa", "fi"),
        ("kriisiviestintä", "Brändi-, kriisi- sekä muutosviestintä", "fi"),
        ("kriisiviestintä", "Kriisi-viestinnän opas", "fi"),
        ("krishantering", "Kris- och riskhanteringen", "sv"),
        ("A/B-testaus", "A/B-testauksen opas", "fi"),
        ("T&K", "T&K-menot kasvavat", "fi"),
        ("T&K", "T & K", "fi"),
        ("Node.js", "Node.js ja muut", "fi"),
        ("rei'itys", "Rei’ityksen opas", "fi"),
        ("McDonald’s", "McDonald's and others", "en"),
        ("*-koulutus", "LinkedIn-koulutuksen opas", "fi"),
        ("some-*", "Some-markkinointi", "fi"),
        ("anställd", "De anställda", "sv"),
    ],
)
def test_a_compound_is_found_however_it_is_written(keyword: str, text: str, language: str) -> None:
    assert matches(keyword, text, language)


@pytest.mark.parametrize(
    ("keyword", "text"),
    [
        ("johtaja", "Johto- ja maajaosto"),
        ("kriisiviestintä", "Kriisi- ja muutosjohtaminen"),
        ("kriisiviestintä", "Kriisi ja muutosviestintä"),
        ("T&K", "Tämä on K"),
        ("tila", "Tilanne muuttui"),
        ("media", "Mediaani kertoo"),
        ("pää", "Pääsi perille"),
        ("osa", "Osasiko hän?"),
    ],
)
def test_what_only_looks_like_the_keyword_is_another_word(keyword: str, text: str) -> None:
    assert not matches(keyword, text)


def test_a_possessive_form_beside_such_a_word_is_found() -> None:
    assert matches("tila", "Tilamme riittää")
    assert matches("tie", "Tiensä päässä")
    assert matches("osa", "Osansa saanut")
