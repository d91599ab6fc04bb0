"""Small feeds in every dialect, written for the tests."""

from __future__ import annotations

from newsletter.articles.article import Entry
from newsletter.articles.parsing.feed_parser import parse

HERE = {"content-location": "https://blog.example.com/feed.xml"}
ATOM = "http://www.w3.org/2005/Atom"


def rss(*items: str, version: str = "2.0", encoding: str = "utf-8", declared: str = "") -> bytes:
    text = (
        f'<?xml version="1.0" encoding="{declared or encoding}"?><rss version="{version}"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/">'
        "<channel><title>Blogi</title><link>https://blog.example.com/</link><description>d</description>"
        f"{''.join(items)}</channel></rss>"
    )
    return text.encode(encoding)


def item(**parts: str) -> str:
    """An item; what is not said is there, what is said to be empty is not."""
    whole = {"title": "Otsikko", "link": "https://blog.example.com/1", **parts}
    return "<item>" + "".join(f"<{name}>{text}</{name}>" for name, text in whole.items() if text) + "</item>"


def read(body: bytes, headers: dict[str, str] | None = None) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    """Entries and problems."""
    parsed = parse(body, headers or HERE)
    return parsed.entries, parsed.problems


def one(body: bytes, headers: dict[str, str] | None = None) -> Entry:
    (entry,), problems = read(body, headers)
    assert problems == ()
    return entry


DIALECTS = {
    "RSS 0.91": rss(item(pubDate="Mon, 23 Nov 2026 06:00:00 GMT"), version="0.91"),
    "RSS 0.92": rss(item(pubDate="Mon, 23 Nov 2026 08:00:00 +0200"), version="0.92"),
    "RSS 2.0": rss(item(pubDate="Mon, 23 Nov 2026 06:00:00 GMT")),
    "RSS 1.0": f"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
        xmlns:dc="http://purl.org/dc/elements/1.1/">
        <channel rdf:about="{HERE["content-location"]}"><title>Blogi</title><link>https://blog.example.com/</link></channel>
        <item rdf:about="https://blog.example.com/1"><title>Otsikko</title><link>https://blog.example.com/1</link>
        <dc:date>2026-11-23T08:00:00+02:00</dc:date></item></rdf:RDF>""".encode(),
    "RSS 0.90": b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://my.netscape.com/rdf/simple/0.9/"
        xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Blogi</title></channel>
        <item><title>Otsikko</title><link>https://blog.example.com/1</link><dc:date>2026-11-23T06:00:00Z</dc:date></item>
        </rdf:RDF>""",
    "Atom 1.0": f"""<feed xmlns="{ATOM}"><title>Blogi</title><entry><id>tag:1</id><title>Otsikko</title>
        <link href="https://blog.example.com/1"/><updated>2026-11-23T06:00:00Z</updated></entry></feed>""".encode(),
    "JSON Feed 1.0": b"""{"version": "https://jsonfeed.org/version/1", "title": "Blogi", "items": [{"id": "1",
        "url": "https://blog.example.com/1", "title": "Otsikko", "date_published": "2026-11-23T08:00:00+02:00"}]}""",
    "JSON Feed 1.1": b"""\xef\xbb\xbf{"version": "https://jsonfeed.org/version/1.1", "title": "Blogi", "items": [
        {"id": 1, "url": "/1", "title": "Otsikko", "date_modified": "2026-11-23T06:00:00Z", "authors": null}]}""",
    "Atom 0.3": b"""<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>Blogi</title><entry><id>tag:1</id>
        <title>Otsikko</title><link rel="alternate" type="text/html" href="https://blog.example.com/1"/>
        <issued>2026-11-23T06:00:00Z</issued></entry></feed>""",
}
