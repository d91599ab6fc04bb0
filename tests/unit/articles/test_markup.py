"""Markup from outside: nothing but text, links and pictures is left, and every address leads somewhere."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.articles.parsing.markup import MAX_HTML, pictures, plain, safe_html, web_address
from newsletter.articles.parsing.pictures import Picture, pixels

BASE = "https://blog.example.com/2026/juttu/"
REL = 'rel="noopener noreferrer"'


@pytest.mark.parametrize(
    ("markup", "safe"),
    [
        ("<p onclick='x'>Hei <b>sinä</b></p>", "<p>Hei <b>sinä</b></p>"),
        ("<script>alert(1)</script><style>p{}</style>Hei", "Hei"),
        ("<iframe src='https://v.example/'>x</iframe><form><input></form>Hei", "Hei"),
        ("<a href='javascript:alert(1)'>x</a>", f"<a {REL}>x</a>"),
        (
            "<a href='/toinen?utm_source=rss&amp;id=2'>x</a>",
            f'<a href="https://blog.example.com/toinen?id=2" {REL}>x</a>',
        ),
        ("<a href='mailto:hei@example.com'>x</a>", f'<a href="mailto:hei@example.com" {REL}>x</a>'),
        (
            "<img src='kuva.png' alt='Kuva' onerror='x'>",
            '<img src="https://blog.example.com/2026/juttu/kuva.png" alt="Kuva">',
        ),
        ("<img src='data:image/png;base64,xx' alt='x'>", '<img alt="x">'),
        ("<h1>Iso</h1><h2>Pieni</h2>", "Iso<h2>Pieni</h2>"),
        ("<p>Auki <em>jäi", "<p>Auki <em>jäi</em></p>"),
    ],
)
def test_html_is_safe_and_its_addresses_are_absolute(markup: str, safe: str) -> None:
    assert safe_html(markup, BASE) == safe


@given(st.text(st.sampled_from("<>\"'=/ abhrefsrcimgscriptonjavascript:&;#x\n")))
def test_no_markup_gets_past(markup: str) -> None:
    safe = safe_html(markup, BASE)
    assert not re.search(r"<(?:script|style|iframe|object)|<[^>]*\son\w+=|(?:href|src)=\"(?!https?://|mailto:)", safe)
    assert safe_html(safe, BASE) == safe


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("https://b.example/a?utm_source=x&utm_medium=y", "https://b.example/a"),
        ("https://b.example/a?id=1&fbclid=x&b=%C3%A4", "https://b.example/a?id=1&b=%C3%A4"),
        ("https://b.example/a?gclid=x#kohta", "https://b.example/a#kohta"),
        ("https://b.example/a#utm_source=x", "https://b.example/a"),
        ("https://medium.com/a?source=rss----d12c403d4976--food", "https://medium.com/a"),
        ("https://b.example/a?mc_cid=1&mc_eid=2&p=3", "https://b.example/a?p=3"),
        ("https://b.example/a?tyhja=&lippu", "https://b.example/a?tyhja=&lippu"),
        ("../toinen", "https://blog.example.com/2026/toinen"),
    ],
)
def test_an_address_is_absolute_and_counts_nobody(written: str, address: str) -> None:
    assert web_address(written, BASE) == address


@pytest.mark.parametrize(
    "url",
    [
        "javascript:x",
        "",
        "  ",
        "http://[::1",
        "data:,x",
        "https://",
        "https://name:secret@b.example/a",
        "https://bank.example@evil.example/",
        "https://@b.example/",
    ],
)
def test_what_leads_nowhere_is_no_address(url: str) -> None:
    assert web_address(url, "feed") == ""


def test_pictures_come_with_their_text_and_size_and_what_is_none_does_not() -> None:
    html = safe_html(
        "<img src='https://t.example/p' width='1' height='1'>"
        "<img src='/koko.png' width='640px' height='50%' alt=' Yksi\n kuva '>"
        "<img src='https://s.w.org/images/core/emoji/15/72x72/1f600.png' alt='😀'>"
        "<img src='https://secure.gravatar.com/avatar/x?s=96' width='96' height='96'>"
        "<img src='/nappi.png' width='88' height='31'><img src='/kaavio.svg?v=2'><img src='/toinen.png'>",
        BASE,
    )
    assert pictures(html) == [
        Picture("https://blog.example.com/koko.png", "Yksi kuva", 640, 0),
        Picture("https://blog.example.com/toinen.png"),
    ]


@pytest.mark.parametrize(
    ("written", "number"), [("640", 640), (" 640px ", 640), ("50%", 0), ("auto", 0), (None, 0), ("-3", 0)]
)
def test_a_size_is_a_number_of_pixels(written: object, number: int) -> None:
    assert pixels(written) == number


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>Yksi.</p><p>Kaksi.</p>", "Yksi. Kaksi."),
        ("a&nbsp;&amp;&lt;b", "a &<b"),
        ("x\x00\u202e", "x"),
        ("<b>li</b>hava", "lihava"),
    ],
)
def test_plain_text_has_no_markup(markup: str, text: str) -> None:
    assert plain(markup) == text


@pytest.mark.parametrize("piece", ["\u6f22 ", "&", '<a href="a">b</a>', "a", "&lt;"])
def test_what_is_kept_of_a_text_fits_into_an_item(piece: str) -> None:
    """Letters of several bytes, escapes and absolute addresses are longer than what the feed says."""
    safe = safe_html(f"<p>{piece * 300_000}</p>", "https://blog.example/2026/11/")
    assert 150_000 < len(safe.encode()) <= MAX_HTML
    assert safe.startswith("<p>")
    assert safe.endswith("</p>")
