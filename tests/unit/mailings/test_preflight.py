"""Preflight: each kind of broken mail is found and named, and a good one passes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from newsletter.mail.markdown import Place, places_in
from newsletter.mail.preflight_rules import CLIP, NEAR_CLIP, Finding, Rule, Sample, examine
from newsletter.mailings.mailing import Kind, Variant
from newsletter.mailings.rendering.preflight import (
    GREETINGS,
    LONGEST_TOKEN,
    TOKENS,
    preflight_mails,
)
from newsletter.mailings.rendering.renderer import RenderedVariant
from newsletter.platform.links.links import LinkClaims, LinkPurpose, Links
from newsletter.platform.links.urls import addresses_in, fault_of_link
from tests.support.mailings.mails import LANGUAGES, MAILS, PUBLIC_URL, templates

HTML = """<!doctype html><html lang="fi"><head><title>Kirje</title></head><body>
<div style="display:none">Esikatselu {{piilossa}} <a href="">x</a></div>
<div><table><tr><td>
<h1>Otsikko</h1><p>Hei! <a href="https://a.example/x">Lue lisää</a></p>
<h2>Toinen</h2><img src="https://a.example/k.png" alt="Kuva">
<p><a href="https://news.example.fi/unsubscribe/t">Peru</a></p></td></tr></table></div></body></html>"""
TEXT = """OTSIKKO

Hei! Lue lisää (https://a.example/x).

Toinen

Peru: https://news.example.fi/unsubscribe/t
"""
GOOD = Sample("Otsikko", HTML, TEXT, "fi", f"{PUBLIC_URL}/unsubscribe/", "news.example.fi")


def found(**changes: Any) -> list[tuple[Rule, str]]:
    return [(finding.rule, finding.message) for finding in examine(replace(GOOD, **changes))]


def with_html(was: str, becomes: str) -> list[tuple[Rule, str]]:
    assert was in HTML
    return found(html=HTML.replace(was, becomes))


def test_a_good_mail_passes() -> None:
    assert examine(GOOD) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", MAILS)
def test_every_mail_of_the_publication_passes(name: str, language: str) -> None:
    mail = MAILS[name](language)
    variant = Variant(language, mail.subject, mail.html, mail.text, tuple(mail.placeholders))
    kind = Kind.CAMPAIGN if "unsubscribe" in mail.placeholders else Kind.SERVICE
    links = tuple((link.key, link.url) for link in mail.links)
    assert preflight_mails([RenderedVariant(variant, links)], kind, templates) == []


@pytest.mark.parametrize(
    ("was", "becomes", "rule", "said"),
    [
        ('href="https://a.example/x"', 'href="/x"', Rule.LINK, "“/x” is relative"),
        ('href="https://a.example/x"', 'href=""', Rule.LINK, "leads nowhere"),
        ('href="https://a.example/x"', 'href="javascript:x()"', Rule.LINK, "begins with javascript:"),
        ('href="https://a.example/x"', 'href="https://a.example/x y"', Rule.LINK, "has a space in it"),
        ("Lue lisää", "", Rule.LINK_TEXT, "the link to “https://a.example/x” has no text"),
        ("Lue lisää", '<img src="https://a.example/n.png" alt="">', Rule.LINK_TEXT, "has no text"),
        (' alt="Kuva"', "", Rule.ALT, "“https://a.example/k.png” has no alt"),
        ('src="https://a.example/k.png"', 'src="kuvat/k.png"', Rule.LINK, "not at an address"),
        ("https://news.example.fi/unsubscribe/t", "https://news.example.fi/", Rule.UNSUBSCRIBE, "the HTML has no link"),
        ('lang="fi"', 'lang="en"', Rule.LANGUAGE, 'lang="en", and the mail is in fi'),
        (' lang="fi"', "", Rule.LANGUAGE, 'lang=""'),
        ("<title>Kirje</title>", "", Rule.LANGUAGE, "there is no title"),
        ("<h2>Toinen</h2>", "<h4>Toinen</h4>", Rule.HEADINGS, "“Toinen” skips a level: h4 after h1"),
        ("<h2>Toinen</h2>", "<h1>Toinen</h1>", Rule.HEADINGS, "one heading of level 1"),
        ("<h2>Toinen</h2>", "<h2></h2>", Rule.HEADINGS, "a heading (h2) is empty"),
        ("<h2>Toinen</h2>", "<h2>Kolmas</h2>", Rule.SAME_TEXT, "lacks the heading “Kolmas”"),
        ("Hei!", "Hei {{nimi}}!", Rule.FOREIGN_PLACEHOLDER, "“{{nimi}}” looks like a placeholder"),
        ("Hei!", "Hei *|FNAME|*!", Rule.FOREIGN_PLACEHOLDER, "“*|FNAME|*” looks like a placeholder"),
        ("Hei!", "[lue](artikkeli)", Rule.LINK, "“[lue](artikkeli)” stays text"),
    ],
)
def test_what_is_wrong_is_found_and_named(was: str, becomes: str, rule: Rule, said: str) -> None:
    assert any(rule is kind and said in message for kind, message in with_html(was, becomes)), with_html(was, becomes)


@pytest.mark.parametrize(
    ("was", "becomes", "rule", "said"),
    [
        ("(https://a.example/x)", "", Rule.SAME_TEXT, "the text part lacks the link “https://a.example/x”"),
        ("Toinen", "https://b.example/y.", Rule.SAME_TEXT, "only the text part has the link “https://b.example/y”"),
        ("https://news.example.fi/unsubscribe/t", "", Rule.UNSUBSCRIBE, "the text part has no link to unsubscribe"),
        (TEXT, "\n", Rule.TEXT_PART, "the text part is empty"),
    ],
)
def test_a_text_part_that_says_something_else_is_found(was: str, becomes: str, rule: Rule, said: str) -> None:
    assert (rule, said) in found(text=TEXT.replace(was, becomes))


def test_a_mail_without_a_subject_is_found() -> None:
    assert found(subject=" ") == [(Rule.TEXT_PART, "there is no subject")]


def test_a_mail_that_nobody_is_subscribed_to_needs_no_way_out() -> None:
    html = HTML.replace("https://news.example.fi/unsubscribe/t", "https://news.example.fi/")
    text = TEXT.replace("https://news.example.fi/unsubscribe/t", "https://news.example.fi/")
    assert found(html=html, text=text, leave="") == []


@pytest.mark.parametrize(
    ("size", "rules"), [(NEAR_CLIP, []), (NEAR_CLIP + 1, [Rule.NEARLY_CLIPPED]), (CLIP + 1, [Rule.SIZE])]
)
def test_a_mail_that_gmail_would_clip_is_found(size: int, rules: list[Rule]) -> None:
    comment = f"<!--{'ä' * ((size - len(HTML.encode()) - 7) // 2)}-->"
    html = HTML + comment + " " * (size - len((HTML + comment).encode()))
    assert [rule for rule, _ in found(html=html)] == rules


def test_text_in_code_may_look_like_a_placeholder() -> None:
    html = HTML.replace("Hei!", "Hei! <code>{{ nimi }} [a](b)</code>")
    assert found(html=html) == []


def test_a_placeholder_that_nobody_fills_in_is_found() -> None:
    assert [rule for rule, _ in found(unknown=frozenset({"hello_hmtl"}))] == [Rule.PLACEHOLDER]


def test_a_tracked_link_is_judged_by_where_it_leads() -> None:
    tracked = f"{PUBLIC_URL}/c/t/abc"
    html, text = (part.replace("https://a.example/x", tracked) for part in (HTML, TEXT))
    assert found(html=html, text=text, targets=((tracked, "https://a.example/x"),)) == []
    assert found(html=html, text=text, targets=((tracked, "https://nowhere"),)) == [
        (Rule.LINK, "the link “https://nowhere” has no host that could exist: nowhere")
    ]


@pytest.mark.parametrize(
    "address",
    [
        *("https://a.example", "http://a.example:8080/x?y=1#z", "https://äö.fi/ä", "https://192.0.2.1/", "tel:+358401"),
        *("mailto:a@b.fi", "mailto:a@b.fi?subject=x", "http://127.0.0.1:8000/x", "https://[2001:db8::1]/"),
    ],
)
def test_addresses_that_lead_somewhere_pass(address: str) -> None:
    assert fault_of_link(address, home="127.0.0.1") == ""


@pytest.mark.parametrize(
    "address",
    [
        *("", " ", "#osa", "x", "www.a.example", "//a.example/x", "https://", "https:///x", "https://a", "https://.fi"),
        *("http://localhost/x", "http://10.0.0.1/", "http://192.168.1.1/", "http://kone.local/", "http://127.0.0.1/"),
        *("https://a.example:port/", "https://[1/", "mailto:", "mailto:nobody", "tel:", "ftp://a.example/", "data:x"),
        *("https://pankki.example:maija@a.example/", "https://maija@a.example/", "https://@a.example/"),
    ],
)
def test_addresses_that_lead_nowhere_are_found(address: str) -> None:
    assert fault_of_link(address) != ""


def test_addresses_are_told_from_the_punctuation_around_them() -> None:
    text = "Katso (https://a.example/x_(y)), https://b.example/. Ja <https://c.example/?a=1>: https://d.example…"
    assert addresses_in(text) == [
        *("https://a.example/x_(y)", "https://b.example", "https://c.example/?a=1", "https://d.example"),
    ]


def test_places_in_markdown_have_their_lines() -> None:
    source = "Alku\n\n## Otsikko\n\nEka\n[toka *x*](https://a.example/) ja\n![Kuva](https://k.example/)\n\n- [b](https://b.example/)"
    assert list(places_in(source)) == [
        Place("heading", "", "Otsikko", 3),
        Place("link", "https://a.example/", "toka x", 6),
        Place("picture", "https://k.example/", "Kuva", 7),
        Place("link", "https://b.example/", "b", 9),
    ]


def test_no_token_is_longer_than_preflight_takes_it_to_be() -> None:
    links = Links(("k" * 32,))
    ref = LinkClaims("a" * 26, f"campaign-{'x' * 60}", "a-00000-00000", 49, "o" * 40)
    assert max(len(links.token(purpose, ref)) for purpose in LinkPurpose) <= LONGEST_TOKEN


def test_preflight_knows_every_placeholder_of_every_mail() -> None:
    used = {name for mail in MAILS.values() for name in mail("fi").placeholders}
    assert used == TOKENS | GREETINGS


def test_a_finding_is_told_once() -> None:
    html = HTML.replace("Lue lisää", "").replace("<h2>", '<a href="https://a.example/x"></a><h2>')
    told_once: list[Finding] = examine(replace(GOOD, html=html))
    assert [finding.rule for finding in told_once] == [Rule.LINK_TEXT]
