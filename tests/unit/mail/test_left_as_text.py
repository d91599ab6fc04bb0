"""What people write for other programs is named with its line, and never reaches readers as it was typed in silence."""

from __future__ import annotations

import pytest

from newsletter.mail.writing.left_as_text import MOST_TAGS, left_as_text, tags_left
from newsletter.mail.writing.personal_fields import faults_in_fields
from newsletter.mail.writing.source_faults import faults_in

BEFORE = "Hei.\n\n"


def said(source: str) -> list[tuple[int, str]]:
    return [(fault.line, fault.message) for fault in faults_in(BEFORE + source)]


@pytest.mark.parametrize(
    ("source", "right"),
    [
        ("[a] (https://example.com)", "take out the blank between ] and ("),
        ("[a][nowhere]", "no line says [nowhere]: https://address"),
        ("[a][]", "no line says [a]: https://address"),
        ("[a]: javascript:alert(1)", "does not begin with https://"),
        ("<javascript:alert(1)>", "does not begin with https://"),
        ("soita tel:+358401234567", "write [words](tel:+358401234567)"),
        ("mailto:a@example.com?subject=Moi", "write [words](mailto:a@example.com?subject=Moi)"),
        ("[a](tel:+358 40 123)", "its number has a blank in it"),
        ("[a](https://example.com/{{ email | x }})", "a personal field has no place in an address"),
        ("[a]()", "a link has no address"),
        ("![a]()", "a picture has no address"),
        ("![a](https://example.com/a.png){width=600}", "{width=520 height=300} right after the picture"),
        ("![a](https://example.com/a.png) {width=6 height=4}", "right after the picture"),
        ("sana^[huomautus]", "would be a footnote"),
        ("==tärkeä== asia", "write **bold**"),
        ("> [!WARNING]\n> Varo.", "write **Warning:** in its place"),
        ("<o:p></o:p>", "comes from Word"),
        ('<img src="a"alt="b">', "raw HTML, and broken"),
        ("<?php echo 1 ?>", "<?php is raw HTML"),
        ("<!DOCTYPE html>", "<!DOCTYPE is raw HTML"),
        ('teksti <div class="a"', "raw HTML, and broken"),
    ],
)
def test_it_is_named_with_its_line_and_with_what_would_be_right(source: str, right: str) -> None:
    found = said(source)
    assert found, "it would reach readers as it was typed"
    assert {line for line, _ in found} == {3}
    assert right in found[0][1]


@pytest.mark.parametrize(
    "source",
    [
        "[a](tel:+358401234567)",
        "[tel:+358401234567](tel:+358401234567)",
        "[a](mailto:a@example.com?subject=Moi%20sin%C3%A4)",
        "<mailto:a@example.com>",
        "<https://example.com/a>",
        "[a][b]\n\n[b]: https://example.com",
        "![a](https://example.com/a.png){width=600 height=400}",
        "5 < 6 ja 7 > 3, a<b, <3",
        "\\<div> ja \\<o:p>",
        "`[a][b] ==x== <o:p> tel:123456`",
        "[x] ja [y] (kaksi ruutua)",
        "a == b, c==d==e",
        "hotel:12345",
        "- [ ] tehtävä",
        "👩‍👩‍👧‍👦 Kriisi\u00adviestintä",
    ],
)
def test_what_people_mean_is_let_through(source: str) -> None:
    assert said(source) == []


def test_a_fallback_has_no_tags_which_a_subject_would_show() -> None:
    assert [message for _, message in faults_in_fields("Moi {{ name | <b>sinä</b> }}")] == [
        "the fallback of name has HTML in it, which readers would see; write plain words"
    ]
    assert list(faults_in_fields("Moi {{ name | <3 }}")) == []


@pytest.mark.parametrize("sign", ["[", "![", "^[", "<o:p>", "{width=", "=="])
def test_a_text_of_signs_alone_is_read_in_one_go(sign: str) -> None:
    """Each pattern looks so far and no further: else the time would grow with the square of the length."""
    text = sign * (50_000 // len(sign))
    assert len([*left_as_text(text, text), *tags_left(text, [text])]) <= MOST_TAGS
