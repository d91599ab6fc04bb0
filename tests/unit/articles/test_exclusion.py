"""What stays out: protected and private posts in several languages, and what the publication excludes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from newsletter.articles.article import Entry
from newsletter.articles.exclusion import left_out_because
from newsletter.publication.feed_exclusions import Exclusion
from newsletter.publication.publication import Feed

FEED = Feed("https://b.example/feed", "fi")
ENTRY = Entry("1", "1", "https://b.example/fi/juttu", "Otsikko", "Lyhyesti.", ("Työpaikat", "Blogi"), "", None)


@pytest.mark.parametrize(
    "title",
    [
        "Suojattu: Hallituksen muistio",
        "Yksityinen: Muistio",
        "Skyddad: Protokoll",
        "Privat: Protokoll",
        "Protected: Minutes",
        "Private: Minutes",
        "PROTECTED: Minutes",
        "Geschützt: Protokoll",
        "Geschu\u0308tzt: Protokoll",
        "Protégé : Compte rendu",
        "Lösenordsskyddad: Protokoll",
    ],
)
def test_a_protected_or_private_post_stays_out(title: str) -> None:
    assert title.partition(":")[0].strip() in left_out_because(replace(ENTRY, title=title), FEED)


@pytest.mark.parametrize(
    "text",
    [
        "There is no excerpt because this is a protected post.",
        "This content is password protected. To view it please enter your password below: Password:",
        "Tiivistelmää ei ole, koska artikkeli on suojattu.",
        "Tämä sisältö on suojattu salasanalla. Voit katsella sitä syöttämällä salasanan:",
        "Detta innehåll är lösenordsskyddat. Ange lösenordet nedan:",
        "To view this protected post, enter the password below: Password:",
        "Sisältöä ei voi näyttää, koska se on suojattu salasanalla. Syötä salasanasi alle.",
        "Innehållet är skyddat av lösenord. Ange lösenord för att visa det.",
        "Der Inhalt ist passwortgeschützt. Bitte geben Sie Ihr Passwort unten ein:",
    ],
)
def test_a_post_of_which_the_text_is_a_request_for_a_password_stays_out(text: str) -> None:
    assert left_out_because(replace(ENTRY, text=text, summary=""), FEED) == "a post with a password: its text says so"
    assert left_out_because(replace(ENTRY, summary=text), FEED) != ""


@pytest.mark.parametrize(
    "title",
    [
        "Suojattu",
        "Suojattu sää: näin viestit myrskystä",
        "Yksityinen yritys: miksi se viestii",
        "Private equity: an introduction",
        "Miksi yksityinen: kysymyksiä",
        "Protected:",
        "Protected:x",
        "Ohje: suojattu: yhteys",
    ],
)
def test_a_title_that_only_has_such_a_word_is_an_article(title: str) -> None:
    assert left_out_because(replace(ENTRY, title=title), FEED) == ""


def test_an_article_about_protected_posts_is_an_article() -> None:
    text = "WordPress says: There is no excerpt because this is a protected post. Why, and what to do."
    assert left_out_because(replace(ENTRY, text=text, summary=text), FEED) == ""


@pytest.mark.parametrize(
    ("rule", "out"),
    [
        (Exclusion(title="Otsikko"), True),
        (Exclusion(title="otsikko*"), True),
        (Exclusion(title="Otsi"), False),
        (Exclusion(title="*si*o"), True),
        (Exclusion(category="TYÖPAIKAT"), True),
        (Exclusion(category="Työ"), False),
        (Exclusion(category="Tyo\u0308paikat"), True),
        (Exclusion(url="*/fi/*"), True),
        (Exclusion(url="*/en/*"), False),
        (Exclusion(title="Otsikko", category="Blogi"), True),
        (Exclusion(title="Otsikko", category="Muu"), False),
    ],
)
def test_the_publication_excludes_by_title_category_and_address(rule: Exclusion, *, out: bool) -> None:
    because = left_out_because(ENTRY, replace(FEED, exclude=(Exclusion(title="Muu"), rule)))
    assert because == (f"excluded by {{ {rule} }}" if out else "")
