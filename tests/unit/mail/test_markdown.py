"""Markdown from outside: safe as HTML, readable as text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.mail.markdown import opening, render_markdown
from tests.support.strategies import WHOLE

TABLE = ("table", "thead", "tbody", "tr", "th", "td")
LISTS_AND_INLINE = ("ul", "ol", "li", "blockquote", "pre", "code", "strong", "em", "s", "a", "img", *TABLE)


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
@given(st.text(st.sampled_from("<>&[]()!*_`#->~| \n\\\"'=/:abchtpsjvrimgonlx") | WHOLE))
def test_no_markdown_smuggles_in_a_tag_or_an_address(source: str) -> None:
    page = Tags(render_markdown(source)[0])
    allowed = {"p", "br", "hr", *("h2", "h3", "h4", "h5", "h6"), *LISTS_AND_INLINE}
    for tag, given_attributes in page.found:
        assert tag in allowed
        assert given_attributes.keys() <= {"href", "src", "alt", "title", "start", "align"}
        for address in (given_attributes.get("href"), given_attributes.get("src")):
            assert address is None or re.match(r"https?://|mailto:|tel:", address, re.IGNORECASE)


def test_the_opening_is_the_first_paragraph_without_addresses() -> None:
    assert opening("# *Moi*\n\nKatso") == "Moi"
    assert opening("Katso\n[tämä](https://a.example/x), `ok`?\n\nToinen") == "Katso tämä, ok?"
    assert opening("") == ""


def test_tables_and_struck_text_are_kept_in_html_and_can_be_read_as_text() -> None:
    html, text = render_markdown("| Paikka | Hinta |\n|---|--:|\n| Helsinki | ~~90~~ 80 |\n| Oulu | 100 |")
    assert '<th align="right">Hinta</th>' in html
    assert "<s>90</s> 80" in html
    assert text == "Paikka   |     Hinta\n---------+----------\nHelsinki | ~~90~~ 80\nOulu     |       100"


def test_a_table_too_wide_for_a_line_is_told_row_by_row() -> None:
    _, text = render_markdown(f"| Kenelle | Mitä |\n|---|---|\n| Sinulle | {'sana ' * 20}|\n| Muille | – |")
    assert text.startswith("Kenelle: Sinulle\nMitä: sana sana")
    assert text.endswith("\n\nKenelle: Muille\nMitä: –")


@pytest.mark.parametrize(
    ("source", "href", "rest"),
    [
        ("Katso https://a.example/_x_/y?a=1&b=2.", "https://a.example/_x_/y?a=1&b=2", "."),
        ("(https://a.example/x_(y))", "https://a.example/x_(y)", ")"),
        ("**https://a.example/**", "https://a.example/", ""),
        ("www.a.example/x!", "https://www.a.example/x", "!"),
        ("maija@a.example, hei", "mailto:maija@a.example", ", hei"),
    ],
)
def test_bare_addresses_become_links_without_the_punctuation_around_them(source: str, href: str, rest: str) -> None:
    html, text = render_markdown(source)
    assert [given_attributes["href"] for tag, given_attributes in Tags(html).found if tag == "a"] == [href]
    assert re.sub(r"<[^>]+>", "", html).strip().endswith(rest)
    assert href.removeprefix("mailto:") in text


@pytest.mark.parametrize("source", ["`https://a.example`", "    https://a.example", "ahttps://a.example", "https://"])
def test_what_only_looks_like_a_bare_address_stays_text(source: str) -> None:
    assert "<a " not in render_markdown(source)[0]


def test_mail_and_phone_links_carry_a_subject_and_emoji_and_soft_hyphens_stay_whole() -> None:
    html, text = render_markdown(
        "[kirjoita](mailto:a@b.example?subject=Hei%20sin%C3%A4) [soita](tel:+358401234567) 👩‍💻 auto\u00adtalli"
    )
    assert 'href="mailto:a@b.example?subject=Hei%20sin%C3%A4"' in html
    assert 'href="tel:+358401234567"' in html
    assert "👩‍💻 auto\u00adtalli" in html
    assert text == "kirjoita (a@b.example) soita (+358401234567) 👩‍💻 autotalli"


def test_raw_html_is_in_neither_part() -> None:
    assert render_markdown("A <b>c</b>\n\n<div>\nx\n</div>\n\nB") == ("<p>A c</p>\n<p>B</p>\n", "A c\n\nB")
