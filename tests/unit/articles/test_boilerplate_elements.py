"""Elements of a page that are not the article, whatever software wrote them, and those that are."""

from __future__ import annotations

import pytest

from newsletter.articles.parsing.markup import blocks, pictures, plain, safe_html

BASE = "https://b.example/juttu/"


@pytest.mark.parametrize(
    "element",
    [
        "<span class='screen-reader-text'>Lue lisää Otsikko</span>",
        "<span class='sr-only'>avautuu uuteen ikkunaan</span>",
        "<h2 class='screen-reader-text'>Navigointi</h2>",
        "<span class='visually-hidden'>x</span>",
        "<span class='foo visuallyhidden bar'>x</span>",
        "<span aria-hidden='true'>→</span>",
        "<i class='material-icons'>share</i>",
        "<div hidden>x</div>",
        "<div style='color:red; display: none'>x</div>",
        "<div class='sharedaddy sd-sharing-enabled'><h3>Jaa:</h3><ul><li><a href='/x'>Facebook</a></li></ul></div>",
        "<div class='addtoany_share_save_container'><a href='/x'>Facebook</a></div>",
        "<div class='social-share'><a href='/x'>LinkedIn</a></div>",
        "<ul class='share-buttons'><li>Facebook</ul>",
        "<div class='post-share'><p>Jaa artikkeli</p></div>",
        "<a class='more-link' href='/x'>Jatka lukemista <span>Otsikko</span></a>",
        "<a class='read-more' href='/x'>Lue lisää</a>",
        "<div class='subscription-widget-wrap'><p>Tilaa uutiskirje</p></div>",
    ],
)
def test_an_element_of_the_page_is_left_out_of_text_and_html(element: str) -> None:
    markup = f"<p>Alku.</p>{element}<p>Loppu.</p>"
    assert plain(markup) == "Alku. Loppu."
    assert plain(safe_html(markup, BASE)) == "Alku. Loppu."
    assert plain(f"<p>Alku.{element}</p>") == "Alku."


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<div class='share-price'>Kurssi</div>", "Kurssi"),
        ("<div class='shared-values'>Arvot</div>", "Arvot"),
        ("<div class='post-share'>" + "Koko juttu. " * 200 + "</div>", ("Koko juttu. " * 200).strip()),
        ("<p>Alku <span class='sr-only'>jäi auki", "Alku jäi auki"),
        ("<p class='sr-only'>Piilossa<p>Näkyvissä", "Piilossa Näkyvissä"),
        ("Sana<span aria-hidden='true'></span>pari", "Sanapari"),
        ("<div class='hidden-gems'>Helmet</div>", "Helmet"),
    ],
)
def test_what_is_or_may_be_the_article_stays(markup: str, text: str) -> None:
    assert plain(markup) == text


def test_pictures_that_screen_readers_skip_are_pictures() -> None:
    markup = "<div aria-hidden='true'><img src='/k.jpg'><span>koriste</span></div><p>Alku.</p>"
    safe = safe_html(markup, BASE)
    assert [picture.url for picture in pictures(safe)] == ["https://b.example/k.jpg"]
    assert plain(safe) == "Alku."


@pytest.mark.parametrize(
    "markup",
    [
        "<figure><img src='/k.jpg'><figcaption>Majakka</figcaption></figure><p>Alku.</p>",
        "<div class='wp-caption'><img src='/k.jpg'><p class='wp-caption-text'>Majakka</p></div><p>Alku.</p>",
        "<table><tr><td><img src='/k.jpg'></td></tr><tr><td class='tr-caption'>Majakka</td></tr></table>Alku.",
        "<img src='/k.jpg'><div><div class='image-caption'><p>Majakka</p></div></div>Alku.",
    ],
)
def test_a_caption_is_told_from_the_text(markup: str) -> None:
    safe = safe_html(markup, BASE)
    assert plain(safe) == "Majakka Alku."
    assert blocks(safe, without=frozenset({"figcaption"})) == ["Alku."]
