"""Links of mails: one key for an address everywhere, and no link to what is no web address."""

from __future__ import annotations

import re

import pytest

from newsletter.mail.mail_html import Element, read_html
from newsletter.mail.mail_links import CANARY, MailLinks, link_key, without_canary
from newsletter.mail.placeholders import substitute
from newsletter.publication.utm import Utm
from tests.support.mailings.mails import (
    FIRST,
    LANGUAGES,
    MAILS,
    PUBLIC_URL,
    READER,
    article,
    digest,
    letter,
    seen,
    templates,
)


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


def test_links_of_a_letter_are_counted_in_both_parts_and_its_raw_html_is_left_out() -> None:
    body = "Lue [kirja](https://kirja.example/a?b=1&c=2).\n\n<script>x</script> a\n\n[x](javascript:alert(1)) "
    body += "[me](mailto:a@b.fi)"
    mail = letter(body=body, offer=None)
    counted = f"{PUBLIC_URL}/c/{{{{click}}}}/{link_key('https://kirja.example/a?b=1&c=2')}"
    assert f'<a href="{counted}">kirja</a>' in mail.html
    assert f"kirja ({counted})" in mail.text
    assert "[x](javascript:alert(1))" in mail.html
    for part in (mail.html, mail.text):
        assert "script&gt;" not in part
        assert "<script" not in part
    assert "[x](javascript:alert(1)) me (a@b.fi)" in mail.text
    assert '<a href="mailto:a@b.fi">me</a>' in mail.html


def canaries(html: str) -> list[Element]:
    return [each for each in read_html(html).within() if each.attributes.get("href", "").endswith(f"/{CANARY}")]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", MAILS)
def test_a_mail_with_tracked_links_has_one_more_that_nobody_sees(name: str, language: str) -> None:
    mail = MAILS[name](language)
    found = canaries(substitute(mail.html, READER))
    assert len(found) == (1 if mail.links else 0)
    assert len(mail.links) == len({link.key for link in mail.links} - {CANARY})
    assert CANARY not in mail.text
    for link in found:
        assert link.attributes["href"] == f"{PUBLIC_URL}/c/{READER['click']}/{CANARY}"
        assert link.hidden
        assert not link.accessible_name()
        assert link.attributes["tabindex"] == "-1"
        assert any(each.attributes.get("aria-hidden") == "true" for each in link.chain())
    assert canaries(without_canary(substitute(mail.html, READER))) == []
    assert [href for href, _ in seen(mail).links] == re.findall(r'<a [^>]*href="([^"]+)"', without_canary_of(mail.html))


def without_canary_of(html: str) -> str:
    """The mail as a page has it."""
    return without_canary(substitute(html, READER)).replace("&amp;", "&")


def test_a_mail_whose_links_are_not_counted_has_no_such_link() -> None:
    assert canaries(digest(tracked=False).html) == []
    assert CANARY not in digest(tracked=False).html


def test_taking_it_away_leaves_everything_else_as_it_was() -> None:
    html = digest().html
    shorter = without_canary(html)
    assert len(html) - len(shorter) < 250
    assert all(link.key in shorter for link in digest().links)
    assert without_canary(shorter) == shorter


def test_parameters_are_added_to_targets_and_keys_stay() -> None:
    utm = Utm({"source": "mail", "campaign": "{mailing}"}, ("a.example",))
    links, untracked = (MailLinks(PUBLIC_URL, tracked=each, utm=utm, campaign="kevat") for each in (True, False))
    link = links.scope()["link"]
    target = "https://a.example/?b=1&utm_source=mail&utm_campaign=kevat#c"
    assert untracked.scope()["link"]("https://a.example/?b=1#c") == target
    key = link_key("https://a.example/?b=1#c")
    assert link("https://a.example/?b=1#c").endswith(f"/{key}")
    assert [(each.key, each.url) for each in links.found.values()] == [(key, target)]
