"""Buttons, article cards and the offer in a text, on pages that have no form of their own for them."""

from __future__ import annotations

from newsletter.mail.markdown import places_in, render_markdown
from newsletter.mail.writing.blocks import Card

URL = "https://blog.example/x"


def test_blocks_are_links_on_pages_and_an_article_has_title_and_excerpt() -> None:
    source = f"Moi\n::button[Varaa *nyt*](https://a.example/v)\n::article({URL})\n::offer"
    html, text = render_markdown(source, cards={URL: Card(URL, "<b> [x](y)", "Lyhyesti & hyvin")})
    assert '<a href="https://a.example/v">Varaa *nyt*</a>' in html
    assert f'<a href="{URL}">&lt;b&gt; [x](y)</a>' in html
    assert text == f"Moi\n\nVaraa *nyt* (https://a.example/v)\n\n<b> [x](y) ({URL})\n\nLyhyesti & hyvin"


def test_a_block_is_a_place_with_its_line_and_code_is_none() -> None:
    source = "Moi\n\n::offer(sparraus)\n\n```\n::offer\n```\n\n    ::offer"
    assert [(place.kind, place.target, place.line) for place in places_in(source)] == [("offer", "sparraus", 3)]


def test_the_size_of_a_picture_is_scaled_to_the_column_and_not_shown() -> None:
    html, text = render_markdown("![Harju](https://a.example/p.png){width=1040 height=400}, hei")
    assert 'width="520" height="200"' in html
    assert "{" not in html + text
    assert 'width="90"' in render_markdown("![x](https://a.example/p.png){ width=90 height=30 }")[0]
