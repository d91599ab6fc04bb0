"""Feeds as they come: every dialect gives the same article, as plain text and http(s) addresses."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from newsletter.articles.parsing.feed_parser import parse
from tests.support.articles.feed_text import DIALECTS, HERE, item, one, read, rss


@pytest.mark.parametrize("body", DIALECTS.values(), ids=DIALECTS.keys())
def test_every_dialect_gives_the_same_article(body: bytes) -> None:
    entry = one(body)
    assert (entry.title, entry.url) == ("Otsikko", "https://blog.example.com/1")
    assert entry.published == datetime(2026, 11, 23, 6, tzinfo=UTC)
    assert entry.identity


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("Plain", "Plain"),
        ("<![CDATA[Tom & <b>Jerry</b>]]>", "Tom & Jerry"),
        ("Tom &amp;amp; &lt;i&gt;Jerry&lt;/i&gt;", "Tom & Jerry"),
        ("1 &lt; 2 &amp; {{name}}", "1 < 2 & {{name}}"),
        ("Yksi&lt;br/&gt;kaksi", "Yksi kaksi"),
        ("  a\n\tb\u00a0c\u200b ", "a b c"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;Hei", "Hei"),
        ("Ääkköset – ja 😀", "Ääkköset – ja 😀"),
        ("x" * 400, "x" * 299 + "…"),
    ],
)
def test_a_title_is_plain_text_on_one_line(written: str, title: str) -> None:
    assert one(rss(item(title=written))).title == title


@pytest.mark.parametrize(
    ("parts", "summary"),
    [
        ({"description": "Lyhyesti."}, "Lyhyesti."),
        ({"description": "&lt;p&gt;Yksi.&lt;/p&gt;&lt;p&gt;Kaksi.&lt;/p&gt;"}, "Yksi. Kaksi."),
        ({"description": "&lt;ul&gt;&lt;li&gt;a&lt;/li&gt;&lt;li&gt;b&lt;/li&gt;&lt;/ul&gt;"}, "a b"),
        ({"description": "&lt;b&gt;li&lt;/b&gt;hava"}, "lihava"),
        ({"content:encoded": "<![CDATA[<p>Koko juttu.</p><style>p{}</style>]]>"}, "Koko juttu."),
        ({"description": "Ingressi", "content:encoded": "<![CDATA[<p>Koko juttu.</p>]]>"}, "Ingressi"),
        ({}, ""),
    ],
)
def test_a_summary_is_plain_text_from_the_description_or_else_the_content(parts: dict[str, str], summary: str) -> None:
    assert one(rss(item(**parts))).summary == summary


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("https://blog.example.com/a?b=c&amp;d=e#f", "https://blog.example.com/a?b=c&d=e#f"),
        ("/juttu", "https://blog.example.com/juttu"),
        ("juttu", "https://blog.example.com/juttu"),
        ("//www.example.com/juttu", "https://www.example.com/juttu"),
        (" https://blog.example.com/a \n", "https://blog.example.com/a"),
        ("https://blog.example.com/äänessä ja läsnä?q=ö", "https://blog.example.com/%C3%A4%C3%A4ness%C3%A4%20ja%20l%C3%A4sn%C3%A4?q=%C3%B6"),
        ("https://blog.example.com/%C3%A4", "https://blog.example.com/%C3%A4"),
        ("https://sääksi.example/a", "https://xn--sksi-loaa.example/a"),
    ],
)  # fmt: skip
def test_a_link_is_absolute_and_ascii(link: str, url: str) -> None:
    assert one(rss(item(link=link))).url == url


@pytest.mark.parametrize(
    "link",
    [
        "",
        "javascript:alert(1)",
        "ftp://blog.example.com/x",
        "mailto:a@example.com",
        "http://[::1",
        "https://b.example/" + "x" * 2000,
    ],
)
def test_an_entry_without_a_usable_link_is_left_out_and_named(link: str) -> None:
    entries, problems = read(rss(item(link=link), item(link="https://blog.example.com/2")))
    assert [entry.url for entry in entries] == ["https://blog.example.com/2"]
    assert problems == ("entry 1 has no url: left out",)


def test_a_link_may_stand_in_the_guid_but_not_in_one_that_is_no_permalink() -> None:
    assert one(rss(item(link="", guid="https://blog.example.com/g"))).url == "https://blog.example.com/g"
    entries, problems = read(rss(item(link="").replace("<title>", "<guid isPermaLink='false'>g</guid><title>")))
    assert (entries, problems) == ((), ("entry 1 has no url: left out",))


def test_entries_without_a_title_are_left_out_and_named() -> None:
    entries, problems = read(rss(item(title=""), item(title="<![CDATA[<img src='x'>]]>", link="/2"), item(link="/3")))
    assert [entry.url for entry in entries] == ["https://blog.example.com/3"]
    assert problems == ("entry 1 has no title: left out", "entry 2 has no title: left out")


@pytest.mark.parametrize(
    ("good", "bad", "mostly"), [(0, 1, True), (2, 2, False), (2, 3, True), (1, 4, True), (3, 0, False)]
)
def test_entries_that_cannot_be_used_are_counted_and_most_of_them_are_a_fault_of_the_feed(
    good: int, bad: int, mostly: object
) -> None:
    items = [item(link=f"/{number}") for number in range(good)] + [item(link="")] * bad
    parsed = parse(rss(*items, *items[:good]), HERE)
    assert (parsed.total, parsed.left_out, len(parsed.entries)) == (2 * good + bad, bad, good)
    assert parsed.mostly_left_out == mostly
    assert (parsed.problems[:1] == (f"{bad} of {2 * good + bad} entries cannot be used",)) is (bad == 4)


def test_the_guid_identifies_an_entry_and_else_its_address() -> None:
    assert one(rss(item(guid="tag:blog,2026:1"))).identity == "tag:blog,2026:1"
    assert one(rss(item())).identity == "https://blog.example.com/1"


def test_of_two_entries_with_one_identity_the_first_is_taken_and_the_other_named() -> None:
    same = "https://blog.example.com/?p=1"
    entries, problems = read(rss(item(guid=same), item(guid=same, title="Toinen")))
    assert [entry.title for entry in entries] == ["Otsikko"]
    assert problems == (f"entry 2 has the identity of an earlier one, {same!r}: left out",)


@pytest.mark.parametrize(
    ("date", "published"),
    [
        ("Mon, 23 Nov 2026 08:00:00 +0200", datetime(2026, 11, 23, 6, tzinfo=UTC)),
        ("2026-11-23T08:00:00+02:00", datetime(2026, 11, 23, 6, tzinfo=UTC)),
        ("2026-11-23", datetime(2026, 11, 23, tzinfo=UTC)),
        ("Mon, 01 Jan 2999 00:00:00 GMT", datetime(2999, 1, 1, tzinfo=UTC)),
        ("Mon, 01 Jan 0001 00:00:00 GMT", None),
        ("0001-01-01T00:00:00Z", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("Mon, 99 Jan 2024 99:00:00 GMT", None),
        ("eilen", None),
        ("", None),
    ],
)
def test_a_date_is_read_in_utc_and_what_is_no_date_is_none(date: str, published: datetime | None) -> None:
    assert one(rss(item(pubDate=date))).published == published


def test_an_entry_that_was_only_updated_counts_as_published_then() -> None:
    body = DIALECTS["Atom 1.0"].replace(b"<updated>", b"<published>2025-01-01T00:00:00Z</published><updated>")
    assert one(body).published == datetime(2025, 1, 1, tzinfo=UTC)
    assert one(DIALECTS["Atom 1.0"]).published == datetime(2026, 11, 23, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("parts", "author"),
    [
        ({"author": "maija@example.com (Maija M.)"}, "Maija M."),
        ({"author": "maija@example.com"}, ""),
        ({"dc:creator": "Maija M."}, "Maija M."),
        ({"dc:creator": "<![CDATA[<b>Maija</b> M.]]>"}, "Maija M."),
        ({}, ""),
    ],
)
def test_an_author_is_a_name_and_never_an_address(parts: dict[str, str], author: str) -> None:
    assert one(rss(item(**parts))).author == author


def test_categories_come_once_each_in_their_order() -> None:
    listed = "".join(f"<category>{name}</category>" for name in ("Some", "LinkedIn", "Some", "a &amp; b"))
    assert one(rss(item().replace("</item>", listed + "</item>"))).categories == ("Some", "LinkedIn", "a & b")


@pytest.mark.parametrize(
    ("date", "published"),
    [
        ("ma, 23 marras 2026 08:00:00 +0200", datetime(2026, 11, 23, 6, tzinfo=UTC)),
        ("23. maaliskuuta 2026 08:00", datetime(2026, 3, 23, 8, tzinfo=UTC)),
        ("mån, 23 maj 2026 08:00:00 +0200", datetime(2026, 5, 23, 6, tzinfo=UTC)),
        ("Seg, 24 Set 2018 19:42:40 -0300", datetime(2018, 9, 24, 22, 42, 40, tzinfo=UTC)),
        ("Mo, 23 Dez 2026 08:00:00 GMT", datetime(2026, 12, 23, 8, tzinfo=UTC)),
        ("ma, 99 marras 2026 08:00:00 +0200", None),
        ("ma, 23 foo 2026 08:00:00 +0200", None),
    ],
)
def test_a_date_in_the_writers_own_language_is_read_too(date: str, published: datetime | None) -> None:
    assert one(rss(item(pubDate=date))).published == published


def test_an_entry_without_a_title_is_named_by_the_beginning_of_its_text() -> None:
    text = "Lyhyt huomio siitä, miten johtaja voi vastata kommenttiin. Ja toinen lause vielä perään."
    assert (
        one(rss(item(title="", description=text))).title == "Lyhyt huomio siitä, miten johtaja voi vastata kommenttiin."
    )


def test_a_summary_that_only_repeats_the_title_is_none() -> None:
    assert one(rss(item(title="Otsikko", description="&lt;p&gt;Otsikko&lt;/p&gt;"))).summary == ""


def test_links_that_feedburner_counts_are_replaced_by_the_original() -> None:
    origin = "<f:origLink xmlns:f='http://rssnamespace.org/feedburner/ext/1.0'>https://blog.example.com/1</f:origLink>"
    counted = item(link="http://feeds.feedburner.com/~r/blogi/~3/abc/").replace("</item>", origin + "</item>")
    assert one(rss(counted)).url == "https://blog.example.com/1"


def test_the_whole_text_is_kept_safe_and_absolute_and_says_how_long_it_takes() -> None:
    body = "<![CDATA[<p onclick='x'>" + "sana " * 500 + "<a href='/toinen'>x</a><script>y</script></p>]]>"
    entry = one(rss(item(description="Lyhyesti.", **{"content:encoded": body})))
    assert "onclick" not in entry.html
    assert "<script" not in entry.html
    assert 'href="https://blog.example.com/toinen"' in entry.html
    assert (entry.summary, entry.minutes) == ("Lyhyesti.", 3)
    assert one(rss(item(description="Vain ingressi."))).minutes == 0


@pytest.mark.parametrize(
    ("body", "language"),
    [
        (rss(item()), ""),
        (rss(item()).replace(b"<title>Blogi", b"<language>fi-FI</language><title>Blogi"), "fi"),
        (rss(item(**{"dc:language": "sv"})).replace(b"<title>Blogi", b"<language>fi</language><title>Blogi"), "sv"),
        (DIALECTS["Atom 1.0"].replace(b"<feed ", b'<feed xml:lang="fi" '), "fi"),
        (DIALECTS["Atom 1.0"].replace(b"<entry>", b'<entry xml:lang="sv-FI"><content>x</content>'), "sv"),
        (DIALECTS["JSON Feed 1.1"].replace(b'"title": "Blogi"', b'"language": "en-GB"'), "en"),
        (DIALECTS["JSON Feed 1.1"].replace(b'"id": 1', b'"id": 1, "language": "sv"'), "sv"),
    ],
)
def test_the_language_is_what_the_entry_says_or_else_its_feed(body: bytes, language: str) -> None:
    assert one(body).language == language
