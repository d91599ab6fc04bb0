"""Text from outside: the reader gets them as written, the mail stays as it was made."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import UndefinedError

from newsletter.mail.locales import MissingText
from newsletter.mail.placeholders import CLOSE, OPEN, substitute
from newsletter.mail.text_cleaning import one_line
from tests.support.mailings.mails import LANGUAGES, article, digest, letter, seen, templates
from tests.support.strategies import WHOLE

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
