"""Links of mails: one key for an address everywhere, and no link to what is no web address."""

from __future__ import annotations

import re

import pytest

from newsletter.mail.mail_links import link_key
from tests.support.mails import FIRST, PUBLIC_URL, article, digest, letter, seen, templates


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
