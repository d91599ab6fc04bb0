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
        "<span class='cdk-visually-hidden'>x</span>",
        "<span style='position:absolute;left:-9999px'>Avautuu uuteen ikkunaan</span>",
        "<span style='position: absolute; clip: rect(0 0 0 0)'>x</span>",
        "<span style='clip-path:inset(50%)'>x</span>",
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
        "<div class='author-bio'><p>Kirjoittaja on johtaja.</p></div>",
        "<div class='entry-meta'>3.4.2026 | Maija</div>",
        "<span class='rt-reading-time'>3 min</span>",
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


@pytest.mark.parametrize(
    "button",
    [
        "<a href='https://www.facebook.com/sharer/sharer.php?u=x'><img src='/uploads/1.png'></a>",
        "<a href='https://twitter.com/intent/tweet?url=x'><img src='/uploads/2.png'></a>",
        "<a href='https://www.linkedin.com/shareArticle?mini=true'><img src='/uploads/3.png'></a>",
        "<a href='https://wa.me/?text=x'><picture><img src='/uploads/4.png'></picture></a>",
        "<a href='mailto:?subject=x'><img src='/uploads/5.png'></a>",
        "<img class='avatar avatar-96 photo' src='/maija.jpg'>",
        "<img class='author-photo' src='/maija.jpg'>",
    ],
)
def test_a_share_button_or_a_portrait_is_no_picture(button: str) -> None:
    safe = safe_html(f"<p>{button}</p><p>Alku.</p><img src='/k.jpg'>", BASE)
    assert [picture.url for picture in pictures(safe)] == ["https://b.example/k.jpg"]


@pytest.mark.parametrize(
    "picture",
    [
        "<a href='https://www.linkedin.com/in/maija'><img src='/k.jpg'></a>",
        "<a href='https://www.facebook.com/sanaharju'>Me</a><img src='/k.jpg'>",
        "<a href='https://twitter.com/intent/tweet?url=x'>Twiittaa</a><img src='/k.jpg'>",
        "<a href='https://twitter.com/intent/tweet?url=x'>Jäi auki <img src='/k.jpg'>",
        "<img class='size-large wp-image-3 photo' src='/k.jpg' style='margin-left:-20px'>",
    ],
)
def test_a_picture_beside_a_share_link_stays(picture: str) -> None:
    assert [each.url for each in pictures(safe_html(picture, BASE))] == ["https://b.example/k.jpg"]
