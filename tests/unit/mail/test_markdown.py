"""Markdown from outside: safe as HTML, readable as text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.mail.markdown import opening, render_markdown
from tests.support.strategies import WHOLE

LISTS_AND_INLINE = ("ul", "ol", "li", "blockquote", "pre", "code", "strong", "em", "a", "img")


class Tags(HTMLParser):
    """The tags of a piece of HTML with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_markdown_becomes_safe_html_and_text_that_reads_well() -> None:
    source = (
        "# Otsikko\n\nEka\nrivi  \ntoka\n\n1. yksi\n   - ala\n2. kaksi\n\n> lainaus\n\n![kuva](https://a.example/k.png)"
    )
    html, text = render_markdown(source)
    assert html.startswith("<h2>Otsikko</h2>")
    assert '<img src="https://a.example/k.png" alt="kuva">' in html
    assert text == "Otsikko\n\nEka rivi\ntoka\n\n1. yksi\n   - ala\n2. kaksi\n\n> lainaus\n\nkuva"


def test_headings_follow_that_of_the_mail_however_many_signs_they_were_typed_with() -> None:
    for signs in range(1, 5):
        html, _ = render_markdown(f"{'#' * signs} Ylempi\n\n{'#' * (signs + 1)} Alempi")
        assert [tag for tag, _ in Tags(html).found] == ["h2", "h3"]


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("<>&[]()!*_`#-> \n\\\"'=/:abchtpsjvrimgonlx") | WHOLE))
def test_no_markdown_smuggles_in_a_tag_or_an_address(source: str) -> None:
    page = Tags(render_markdown(source)[0])
    allowed = {"p", "br", "hr", *("h2", "h3", "h4", "h5", "h6"), *LISTS_AND_INLINE}
    for tag, given_attributes in page.found:
        assert tag in allowed
        assert given_attributes.keys() <= {"href", "src", "alt", "title", "start"}
        for address in (given_attributes.get("href"), given_attributes.get("src")):
            assert address is None or re.match(r"https?://|mailto:", address, re.IGNORECASE)


def test_the_opening_is_the_first_paragraph_without_addresses() -> None:
    assert opening("# *Moi*\n\nKatso") == "Moi"
    assert opening("Katso\n[tämä](https://a.example/x), `ok`?\n\nToinen") == "Katso tämä, ok?"
    assert opening("") == ""
