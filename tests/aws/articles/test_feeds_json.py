"""JSON feeds give the same articles as those in XML."""

from __future__ import annotations

from tests.support.articles.feed_text import DIALECTS, one, read


def test_a_json_feed_has_texts_authors_tags_and_pictures() -> None:
    entry = one(
        b'{"version": "https://jsonfeed.org/version/1.1", "authors": [{"name": "Toimitus"}], "items": [{"id": "a",'
        b'"url": "https://b.example/1", "title": "1 < 2",'
        b'"content_html": "<p>Koko <b>juttu</b>.</p><img src=\'/k.png\'>",'
        b'"summary": "Lyhyesti.", "tags": ["Some", 3, "LinkedIn"], "image": "https://b.example/k.jpg"}]}'
    )
    assert (entry.title, entry.summary, entry.author) == ("1 < 2", "Lyhyesti.", "Toimitus")
    assert (entry.categories, entry.image) == (("Some", "LinkedIn"), "https://b.example/k.jpg")
    assert entry.html == '<p>Koko <b>juttu</b>.</p><img src="https://b.example/k.png">'


def test_plain_text_of_a_json_feed_is_no_markup() -> None:
    body = DIALECTS["JSON Feed 1.1"].replace(
        b'"id": 1', b'"id": 1, "content_text": "Kirjoita <b> ja </b> n\xc3\xa4in."'
    )
    assert one(body).text == "Kirjoita <b> ja </b> näin."


def test_a_json_feed_that_is_half_nonsense_gives_what_makes_sense() -> None:
    body = (
        b'{"version": "https://jsonfeed.org/version/1", "authors": "x", "language": 3, "items": [null, 1, {"id": true},'
        b'{"id": 7, "url": "https://b.example/1", "title": "Otsikko",'
        b'"tags": {}, "author": [], "date_published": "eilen"}]}'
    )
    entries, problems = read(body)
    assert [entry.guid for entry in entries] == ["7"]
    assert problems == ("entry 1 has no title and no url: left out",)
