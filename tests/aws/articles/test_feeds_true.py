"""What a digest would say of an entry is true: its letters, text, picture, addresses, date and author."""

from __future__ import annotations

import html
import unicodedata
from zoneinfo import ZoneInfo

import pytest

from newsletter.articles.parsing.feed_parser import parse
from tests.support.articles.feed_text import ATOM, HERE, item, one, read, rss

MEDIA = 'xmlns:m="http://search.yahoo.com/mrss/"'


def entry_of(content: str, **parts: str) -> str:
    return item(**parts, **{"content:encoded": f"<![CDATA[{content}]]>"})


@pytest.mark.parametrize("field", ["title", "description", "category", "dc:creator"])
@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Kriisi&amp;shy;viestintä", "Kriisiviestintä"),
        ("Kriisi&#173;viestintä", "Kriisiviestintä"),
        ("Kriisi\u200bviestintä", "Kriisiviestintä"),
        ("Kriisi&amp;#8288;viestintä", "Kriisiviestintä"),
        ("Kriisi\ufeffviestinta\u0308", "Kriisiviestintä"),
        ("\u202eHei\u202c 👩‍💻 ❤️‍🔥 🇫🇮", "Hei 👩‍💻 ❤️‍🔥 🇫🇮"),
    ],
)
def test_letters_are_those_that_readers_see(field: str, written: str, shown: str) -> None:
    entry = one(rss(item(**{field: written})))
    seen = {"title": entry.title, "description": entry.summary, "dc:creator": entry.author}
    assert (entry.categories[0] if field == "category" else seen[field]) == shown


@pytest.mark.parametrize("sign", ["👩‍👩‍👧‍👦", "é̂", "🇫🇮", "👍🏿"])
def test_no_text_is_cut_within_a_sign(sign: str) -> None:
    for number in range(len(sign)):
        body = rss(item(title="x" * number + sign * 200, description="y" * number + sign * 200, category=sign * 60))
        entry = one(body)
        sign = unicodedata.normalize("NFC", sign)
        for text in (entry.title, entry.summary, entry.categories[0]):
            assert set(text.strip("xy…").split(sign)) == {""}


@pytest.mark.parametrize(
    ("content", "summary"),
    [
        ("<h1>Näin johtaja viestii</h1><p>Alku.</p>", "Alku."),
        ("<figure><img src='/k.jpg'><figcaption>Kuva majakasta</figcaption></figure><p>Alku.</p>", "Alku."),
        ("<p>Alku.</p><p><a href='/1'>Lue lisää Näin johtaja viestii</a></p>", "Alku."),
        ("<div class='sharedaddy'><a>Facebook</a></div><p>Jaa Facebookissa</p><p>Alku.</p>", "Alku."),
        ("<p>Share on LinkedIn</p><p>Alku.</p>", "Alku."),
        ("[vc_row][vc_column_text]Alku.[/vc_column_text][/vc_row]", "Alku."),
        ("[caption id='a']<img src='/k.jpg'> Majakka[/caption]<p>Alku.</p>", "Alku."),
        (
            "<p>Alku.</p><hr><p><a>Näin johtaja viestii</a> was originally published in <a>B</a> on Medium.</p>",
            "Alku.",
        ),
        ("<p>Alku. <span class='screen-reader-text'>“Näin johtaja viestii”</span></p>", "Alku."),
    ],
)
@pytest.mark.parametrize("where", ["content:encoded", "description"])
def test_an_excerpt_is_of_the_article(content: str, summary: str, where: str) -> None:
    assert one(rss(item(title="Näin johtaja viestii", **{where: f"<![CDATA[{content}]]>"}))).summary == summary


@pytest.mark.parametrize(
    ("entry", "image"),
    [
        (entry_of("<img src='data:image/gif;base64,AA==' data-src='/k.jpg'>"), "https://blog.example.com/k.jpg"),
        (entry_of("<img src='/share/facebook.png'><img src='/k.jpg'>"), "https://blog.example.com/k.jpg"),
        (entry_of("<img src='/avatar.png'><img src='/favicon.png'>"), ""),
        (
            entry_of("<img src='/iso.jpg' width='1024'>").replace(
                "</item>", f'<m:thumbnail {MEDIA} url="https://b.example/t.jpg" width="150" height="150"/></item>'
            ),
            "https://blog.example.com/iso.jpg",
        ),
        (
            entry_of("<img src='/iso.jpg' width='1024'>").replace(
                "</item>", f'<m:content {MEDIA} url="https://b.example/t-150x150.jpg" medium="image"/></item>'
            ),
            "https://blog.example.com/iso.jpg",
        ),
        (
            entry_of("x").replace("</item>", f'<m:thumbnail {MEDIA} url="https://b.example/t.jpg"/></item>'),
            "https://b.example/t.jpg",
        ),
    ],
)
def test_a_picture_is_one_of_the_article(entry: str, image: str) -> None:
    assert one(rss(entry)).image == image


@pytest.mark.parametrize(("shared", "alone", "kept"), [(3, 1, False), (3, 3, True), (2, 0, True), (4, 1, False)])
def test_a_picture_that_most_entries_share_is_none_of_theirs(shared: int, alone: int, kept: object) -> None:
    logo = [entry_of(f"<img src='/logo-kuva.jpg'><img src='/k{n}.jpg'>", link=f"/{n}") for n in range(shared)]
    other = [entry_of(f"<img src='/k{n}.jpg'>", link=f"/{n}") for n in range(10, 10 + alone)]
    entries, _ = read(rss(*logo, *other))
    first = "https://blog.example.com/"
    assert [each.image.removeprefix(first) for each in entries] == [
        *("logo-kuva.jpg" if kept else f"k{n}.jpg" for n in range(shared)),
        *(f"k{n}.jpg" for n in range(10, 10 + alone)),
    ]


@pytest.mark.parametrize(
    ("base", "address"),
    [
        ("", "https://blog.example.com/2026/juttu/"),
        ('xml:base="https://cdn.example.com/x/"', "https://cdn.example.com/x/"),
        ('xml:base="/toinen/"', "https://blog.example.com/toinen/"),
        (f'xml:base="{HERE["content-location"]}"', "https://blog.example.com/2026/juttu/"),
    ],
)
def test_addresses_in_a_text_are_relative_to_its_base_or_else_the_article(base: str, address: str) -> None:
    content = html.escape("<a href='toinen'>x</a><img src='k.jpg'><a href='/juuri'>y</a><a href='#kohta'>z</a>")
    entry = one(
        f'<feed xmlns="{ATOM}"><title>B</title><entry><id>1</id><title>T</title><link href="/2026/juttu/"/>'
        f'<updated>2026-11-23</updated><content type="html" {base}>{content}</content></entry></feed>'.encode()
    )
    assert entry.url == "https://blog.example.com/2026/juttu/"
    assert f'href="{address}toinen"' in entry.html
    assert f'href="{address}#kohta"' in entry.html
    assert f'href="{"/".join(address.split("/")[:3])}/juuri"' in entry.html
    assert entry.image == f"{address}k.jpg"


@pytest.mark.parametrize(
    ("site", "url"),
    [
        ("https://www.example.com/blogi/", "https://www.example.com/blogi/juttu"),
        ("/blogi/", "https://blog.example.com/blogi/juttu"),
        ("", "https://blog.example.com/juttu"),
    ],
)
def test_a_relative_link_is_one_of_the_site(site: str, url: str) -> None:
    body = rss(item(link="juttu")).replace(b"<link>https://blog.example.com/</link>", f"<link>{site}</link>".encode())
    assert one(body).url == url


ENCLOSURE = '<enclosure url="https://b.example/1.mp3" type="audio/mpeg" length="1"/>'


@pytest.mark.parametrize(
    ("link", "guid", "url"),
    [
        ("", "", "https://b.example/1.mp3"),
        ("", "jakso-1", "https://b.example/1.mp3"),
        ("", "https://b.example/jakso-1", "https://b.example/jakso-1"),
        ("https://b.example/sivu", "jakso-1", "https://b.example/sivu"),
    ],
)
def test_an_episode_without_a_page_leads_to_its_file(link: str, guid: str, url: str) -> None:
    assert one(rss(item(link=link, guid=guid).replace("</item>", f"{ENCLOSURE}</item>"))).url == url


@pytest.mark.parametrize("front", ["https://blog.example.com/", "https://blog.example.com", "#", "https://"])
@pytest.mark.parametrize(
    ("guid", "url"),
    [("jakso-1", "https://b.example/1.mp3"), ("https://b.example/jakso-1", "https://b.example/jakso-1")],
)
def test_an_episode_whose_link_is_the_front_page_leads_to_itself(front: str, guid: str, url: str) -> None:
    assert one(rss(item(link=front, guid=guid).replace("</item>", f"{ENCLOSURE}</item>"))).url == url


def test_episodes_with_one_page_for_all_lead_to_their_files() -> None:
    numbers = range(4)
    items = [
        item(link="/podcast/", guid=f"g{n}", title=f"T{n}").replace("</item>", ENCLOSURE.replace("1.mp3", f"{n}.mp3"))
        + "</item>"
        for n in numbers
    ]
    assert [entry.url for entry in read(rss(*items))[0]] == [f"https://b.example/{n}.mp3" for n in numbers]


def test_places_of_one_page_are_addresses_of_their_own() -> None:
    items = [item(link=f"/muutokset#{n}", guid=f"https://b.example/?p={n}", title=f"T{n}") for n in range(4)]
    assert [entry.url for entry in read(rss(*items))[0]] == [
        f"https://blog.example.com/muutokset#{n}" for n in range(4)
    ]


@pytest.mark.parametrize(
    "media",
    [
        '<media:content url="https://b.example/1.mp3" type="audio/mpeg"/>',
        '<media:group><media:content url="https://b.example/1.mp3" medium="audio"/></media:group>',
        f'<enclosure url="https://b.example/k.jpg" type="image/jpeg" length="1"/>{ENCLOSURE}',
    ],
)
def test_what_one_listens_to_is_the_article_and_no_picture(media: str) -> None:
    body = rss(item(link="", guid="jakso-1").replace("</item>", f"{media}</item>"))
    assert one(body.replace(b"<rss ", b'<rss xmlns:media="http://search.yahoo.com/mrss/" ')).url.endswith("/1.mp3")


def test_the_id_of_a_json_feed_may_be_the_address() -> None:
    body = b"""{"version": "https://jsonfeed.org/version/1.1", "items": [
        {"id": "https://b.example/1", "title": "Juttu"}]}"""
    assert one(body).url == "https://b.example/1"


def test_an_episode_of_a_json_feed_leads_to_its_file_too() -> None:
    body = b"""{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "title": "Jakso",
        "attachments": [{"url": "https://b.example/1.mp3", "mime_type": "audio/mpeg"}]}]}"""
    assert one(body).url == "https://b.example/1.mp3"


def test_one_guid_for_all_identifies_none_and_costs_no_entry() -> None:
    entries, problems = read(rss(*(item(guid="sama", link=f"/{n}", title=f"T{n}") for n in range(5)), item(guid="oma")))
    assert problems == ()
    assert [entry.identity for entry in entries] == [*(f"https://blog.example.com/{n}" for n in range(5)), "oma"]
    assert [entry.guid for entry in entries] == ["", "", "", "", "", "oma"]


def test_one_address_for_all_costs_no_entry_either() -> None:
    for guid in ("", "sama"):
        entries, problems = read(rss(*(item(guid=guid, title=f"T{n}") for n in range(4)), item(guid=guid, title="T1")))
        assert [entry.title for entry in entries] == ["T0", "T1", "T2", "T3"]
        assert len({entry.identity for entry in entries}) == 4
        assert [problem.partition(" has")[0] for problem in problems] == ["entry 5"]


@pytest.mark.parametrize(
    ("field", "written", "author"),
    [
        ("author", "Maija M. &lt;maija@example.com&gt;", "Maija M."),
        ("author", "maija@example.com (Maija M.)", "Maija M."),
        ("author", "noreply@blogger.com (Maija M.)", "Maija M."),
        ("dc:creator", "maija@example.com", ""),
        ("dc:creator", "mailto:maija@example.com", ""),
        ("dc:creator", "Maija M. (maija@example.com)", "Maija M."),
        ("dc:creator", '"Maija M." &lt;maija@example.com&gt;', "Maija M."),
        ("dc:creator", "Maija M., maija@example.com", "Maija M."),
        ("dc:creator", "https://b.example/maija", ""),
        ("dc:creator", "maija@localhost", ""),
        ("dc:creator", "maija(at)example.com", ""),
        ("dc:creator", "Maija M., maija [at] example [dot] com", "Maija M."),
        ("dc:creator", "maija\uff20example.com", ""),
        ("author", "noreply@blogger.com (Unknown)", ""),
        ("dc:creator", "admin", ""),
    ],
)
def test_no_address_is_an_author(field: str, written: str, author: str) -> None:
    assert one(rss(item(**{field: written}))).author == author


def test_an_author_in_a_json_feed_is_no_address_either() -> None:
    listed = '"items": [{"url": "/1", "title": "T", "author": {"name": "%s"}}]'
    body = f'{{"version": "https://jsonfeed.org/version/1", {listed}}}'
    assert one((body % "maija@example.com").encode()).author == ""
    assert one((body % "Maija <maija@example.com>").encode()).author == "Maija"


def test_a_date_without_a_zone_is_of_the_publication() -> None:
    helsinki = ZoneInfo("Europe/Helsinki")
    for written in ("2026-07-23T08:00:00", "23.7.2026 klo 8", "23 heinäkuuta 2026 08:00", "Thu, 23 Jul 2026 08:00:00"):
        (entry,) = parse(rss(item(pubDate=written)), HERE, helsinki).entries
        assert entry.published is not None
        assert entry.published.isoformat() == "2026-07-23T05:00:00+00:00"
    json = b"""{"version": "https://jsonfeed.org/version/1.1", "items": [
        {"id": 1, "url": "/1", "title": "T", "date_published": "2026-07-23 08:00"}]}"""
    assert str(parse(json, HERE, helsinki).entries[0].published) == "2026-07-23 05:00:00+00:00"


@pytest.mark.parametrize("guid", ["/blogi/1/", ""])
def test_a_relative_link_that_is_the_guid_too_is_a_link(guid: str) -> None:
    for body in (item(link="/blogi/1/", guid=guid), item(link="", guid="/blogi/1/")):
        assert one(rss(body)).url == "https://blog.example.com/blogi/1/"


def test_a_site_that_forgets_the_scheme_of_its_own_address_is_understood() -> None:
    body = rss(item(link="blog.example.com/1", guid="blog.example.com/1"))
    for site in (b"blog.example.com/", b"www.blog.example.com", b"https://blog.example.com/"):
        assert one(body.replace(b"https://blog.example.com/<", site + b"<")).url == "https://blog.example.com/1"
    assert one(rss(item(link="muu.html"))).url == "https://blog.example.com/muu.html"
