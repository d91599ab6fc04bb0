"""Text and addresses from outside: the reader gets them as written, the mail stays as it was made."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import UndefinedError

from newsletter.mail.locales import MissingText
from newsletter.mail.placeholders import CLOSE, OPEN, substitute
from newsletter.mail.templates import link_key, one_line
from tests.support.mails import FIRST, LANGUAGES, PUBLIC_URL, article, digest, letter, seen, templates
from tests.support.strategies import WHOLE


def test_the_same_url_has_the_same_link_in_every_mail() -> None:
    links = digest().links
    assert len({link.url for link in links}) == len(links)
    assert {link.key for link in digest("en").links} == {link.key for link in links}
    assert FIRST.url in {link.url for link in links}
    assert all(re.fullmatch("[a-z2-7]{10}", link.key) for link in links)
    assert all(link.key == link_key(link.url) for link in links)
    assert f"{PUBLIC_URL}/c/{{{{click}}}}/{link_key(FIRST.url)}" in digest().html


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "", "/blogi", "data:text/html,x", "https://", "ftp://a.example/"]
)
def test_what_is_no_web_address_is_shown_without_a_link(url: str) -> None:
    mail = digest(articles=[article(1, url=url, title="Otsikko")], more=[article(2, url=url)], related=[])
    assert (2, "Otsikko") in seen(mail).headings
    assert all(href.startswith(PUBLIC_URL) for href, _ in seen(mail).links)
    assert [templates.publication.site_url] == [link.url for link in mail.links]


hostile = st.text(st.sampled_from("{}\\<>&\"' %\n\u202eשå😀abc" + OPEN + CLOSE) | WHOLE)


@settings(max_examples=40, deadline=None)
@given(hostile, hostile, hostile)
def test_whatever_an_article_says_the_reader_reads_just_that(title: str, summary: str, author: str) -> None:
    strange = article(1, title=f"x{title}", summary=summary[:200], author=author)
    mail = digest(articles=[strange], more=[], related=[])
    expected = one_line(f"x{title}".replace(OPEN, "").replace(CLOSE, ""), 10_000)
    assert digest().placeholders == mail.placeholders
    assert substitute(mail.subject, {}) == one_line(expected, 90)
    assert (2, " ".join(expected.split())) in seen(mail).headings
    assert [
        tag for tag, _ in seen(digest(articles=[article(1)], more=[], related=[])).tags if tag not in {"p", "bdi"}
    ] == [tag for tag, _ in seen(mail).tags if tag not in {"p", "bdi"}]


@given(hostile)
def test_a_subject_is_one_line_of_at_most_200_characters(text: str) -> None:
    line = one_line(text * 9, 200)
    assert len(line) <= 200
    assert line.splitlines() in ([line], [])
    assert not any(character < " " or character == "\x7f" for character in line)


def test_a_subject_is_cut_at_a_word() -> None:
    assert one_line("yksi kaksi kolme", 16) == "yksi kaksi kolme"
    assert one_line("yksi kaksi kolme", 15) == "yksi kaksi…"
    assert one_line("yksi kaksi, kolme", 12) == "yksi kaksi…"
    assert one_line("yksikaksi", 5) == "yksi…"


def test_links_of_a_letter_are_counted_in_both_parts_and_its_raw_html_is_text() -> None:
    body = "Lue [kirja](https://kirja.example/a?b=1&c=2).\n\n<script>x</script> [x](javascript:alert(1)) "
    body += "[me](mailto:a@b.fi)"
    mail = letter(body=body, offer=None)
    counted = f"{PUBLIC_URL}/c/{{{{click}}}}/{link_key('https://kirja.example/a?b=1&c=2')}"
    assert f'<a href="{counted}">kirja</a>' in mail.html
    assert f"kirja ({counted})" in mail.text
    assert "&lt;script&gt;x&lt;/script&gt; [x](javascript:alert(1))" in mail.html
    assert "<script>x</script> [x](javascript:alert(1)) me (a@b.fi)" in mail.text
    assert '<a href="mailto:a@b.fi">me</a>' in mail.html


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_greeting_is_escaped_for_html_and_as_written_in_text(language: str) -> None:
    html, text = templates.greeting(language, " Maija\r\nBcc: x <b>{{click}}</b> ")
    assert "Maija Bcc: x &lt;b&gt;&#123;&#123;click&#125;&#125;&lt;/b&gt;" in html
    assert "Maija Bcc: x <b>{{click}}</b>" in text
    assert templates.greeting(language, "  ") == (templates.text("mail.greeting.plain", language),) * 2
    assert len(templates.greeting(language, "Maija " * 50)[1]) < 80


def test_a_template_that_lacks_a_value_fails_loudly() -> None:
    with pytest.raises(UndefinedError, match="subject"):
        templates.mail("letter", "fi", body="x", offer=None)
    with pytest.raises(MissingText, match="None"):
        letter(subject=None)
