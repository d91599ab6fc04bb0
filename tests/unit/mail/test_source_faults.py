"""Mistakes in marketing's Markdown: all at once, each with its line."""

from __future__ import annotations

import pytest

from newsletter.mail.preflight_rules import Rule
from newsletter.mail.writing.source_faults import faults_in


@pytest.mark.parametrize(
    ("source", "rule", "line", "said"),
    [
        ("Moi\n\nA <b>c</b>", Rule.HTML, 3, "<b> is raw HTML"),
        ("Moi\nA <br/> B", Rule.HTML, 2, "end the line with a backslash"),
        ("> Moi\n> <span\n> x>a</span>", Rule.HTML, 2, "<span>"),
        ("- a\n- <!-- luonnos -->", Rule.HTML, 2, "<!-- -->"),
        ("Moi\n\n</div>", Rule.HTML, 3, "</div>"),
        ("Hei <Maija>!", Rule.HTML, 1, "write \\<"),
        ("Väite[^1].", Rule.MARKDOWN, 1, "footnote"),
        ("Moi\n\n[^lahde]: https://a.example", Rule.MARKDOWN, 3, "footnote"),
        ("Moi\n\n\n[lue](/x)", Rule.LINK, 4, "does not begin with https://"),
        ("[lue](https://a.example/a b)", Rule.LINK, 1, "write %20"),
        ("Moi\n{{ etunimi | sinä }}", Rule.FOREIGN_PLACEHOLDER, 2, "unknown; there are first_name, name, email"),
        ("Hei {{ first_name }}", Rule.FOREIGN_PLACEHOLDER, 1, "{{ first_name | friend }}"),
        ("Hei {{ first_name | sinä", Rule.FOREIGN_PLACEHOLDER, 1, "has no end"),
        ("| a | b |\n|---|---|\n| {{ name | x }} | c |", Rule.FOREIGN_PLACEHOLDER, 3, "in a table \\|"),
        ("[a](https://a.example/?n={{name}})", Rule.FOREIGN_PLACEHOLDER, 1, "no place in an address"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_what_would_be_right(source: str, rule: Rule, line: int, said: str) -> None:
    (fault,) = faults_in(source)
    assert (fault.rule, fault.line) == (rule, line)
    assert said in fault.message


@pytest.mark.parametrize(
    "source",
    [
        "5 < 6 > 2, <3 ja a<b",
        "`<b>`, `{{ x }}` ja `[^1]`",
        "```html\n<div>[^1] {{ x }}</div>\n```",
        "    <b>sisennetty</b>",
        "\\<b\\> \\[^1]",
        "<https://a.example/x>",
        "| a |\n|---|\n| {{ name \\| x }} |",
        "{{ first_name | sinä }} {{name|x}} {{ email | 'osoitteesi' }}",
    ],
)
def test_what_is_no_mistake_is_not_told(source: str) -> None:
    assert faults_in(source) == []


def test_all_mistakes_are_told_at_once_from_top_to_bottom_each_once() -> None:
    source = "<b>a</b> <i>c</i>\n\n[lue](/x)[^1]\n\n{{ nimi }} <u>x</u> <b>y</b>\n\n[^1]: lähde"
    assert [(fault.rule, fault.line) for fault in faults_in(source)] == [
        (Rule.HTML, 1),
        (Rule.HTML, 1),
        (Rule.MARKDOWN, 3),
        (Rule.LINK, 3),
        (Rule.HTML, 5),
        (Rule.HTML, 5),
        (Rule.FOREIGN_PLACEHOLDER, 5),
    ]


@pytest.mark.parametrize(
    ("source", "line", "said"),
    [
        ("Moi\n\n::nappi[x](https://a.example)", 3, "::nappi is unknown; there are ::button[Book a time]"),
        ("::button(https://a.example)", 1, "write ::button[Book a time](https://address)"),
        ("::button[Varaa](/varaa)", 1, "is not written right"),
        ("::article[otsikko](https://a.example)", 1, "write ::article(https://address-of-the-article)"),
        ("- a\n- ::offer", 2, "needs a line of its own"),
        (":::warning", 1, "::warning is unknown"),
    ],
)
def test_a_block_that_is_none_is_told_with_its_line(source: str, line: int, said: str) -> None:
    (fault,) = faults_in(source)
    assert (fault.rule, fault.line) == (Rule.MARKDOWN, line)
    assert said in fault.message
    right = "::button[Varaa](mailto:a@b.example)\n::article(https://a.example/x_(y))\n::offer\n::offer(x)"
    assert faults_in(right) == []
