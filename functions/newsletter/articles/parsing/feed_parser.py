"""Parses feeds of every format into entries with plain text, sanitised HTML and absolute addresses."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any

from newsletter.articles.article import Entry
from newsletter.articles.parsing.excerpts import excerpt, feed_excerpt, reading_minutes
from newsletter.articles.parsing.feed_bytes import first_entries, with_valid_characters
from newsletter.articles.parsing.feed_dates import published
from newsletter.articles.parsing.json_feed import NotJsonFeed, is_json, read_json_feed
from newsletter.articles.parsing.markup import Picture, pictures, pixels, plain, safe_html, web_address
from newsletter.platform.errors import FeedUnreadable

MAX_ENTRIES = 1_000
MAX_TITLE = 300
MAX_SUMMARY = 300
MAX_TITLE_OF_TEXT = 80
"""Characters of the text that replace a missing title, as in microblogs."""
MAX_GUID = 500
MAX_CATEGORIES = 50
MOST_USEFUL_WIDTH = 1_200
"""Pixels: twice the width of a mail, for high-resolution screens. The largest size up to this one is taken."""
FEW = 3
"""Entries left out that need no line of their own beside those that name each of them."""
LONG_DESCRIPTION = 1_500
"""Characters from which a description counts as the whole text: some feeds have it there only."""
ENTITY = re.compile(rb"<!ENTITY\s+(?!%)\S+\s+(?:SYSTEM|PUBLIC|\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
CHARACTER = re.compile(rb"&#x?[0-9a-f]+;", re.IGNORECASE)
MAX_ENTITY = 16
"""Bytes that an entity may expand to: a letter or a sign."""
ESCAPED_LINK = re.compile(r"<a\s[^<>]*href=[^<>]*>[^<>]*</a>")
SIZE_IN_NAME = re.compile(r"-\d+x\d+(?=\.\w+$)")


@dataclass(frozen=True)
class Parsed:
    """The entries of one page of a feed.

    `problems` names what was left out, `next_url` is the next page, `wordpress` whether WordPress generated the feed.
    Of `total` entries of the page, `left_out` were read and cannot be used: they have no title, no address, or are
    broken. Those after the first MAX_ENTRIES are not among them.
    """

    entries: tuple[Entry, ...]
    problems: tuple[str, ...] = ()
    next_url: str = ""
    wordpress: bool = False
    total: int = 0
    left_out: int = 0

    @property
    def mostly_left_out(self) -> bool:
        """Whether more than half of what was read cannot be used: the feed is in trouble, not merely untidy."""
        return self.left_out > len(self.entries)


def parse(body: bytes, headers: Mapping[str, str], zone: tzinfo = UTC) -> Parsed:
    """The entries of a feed; `content-location` in `headers` is its address. Raises FeedUnreadable.

    A date that names no zone is one of `zone`.
    """
    where = headers.get("content-location", "feed")
    try:
        feed, total = _read_json(body) if is_json(body) else _read_xml(body, headers)
    except NotJsonFeed as fault:
        raise FeedUnreadable(f"{where}: not a feed ({fault})") from fault
    entries: dict[str, Entry] = {}
    problems = []
    left_out = 0
    about = feed["feed"]
    for number, raw in enumerate(feed["entries"][:MAX_ENTRIES], start=1):
        try:
            entry = _entry(raw, where, str(about.get("language") or ""), zone)
        except MemoryError:
            raise
        except Exception as broken:  # noqa: BLE001 (a broken entry must not stop the others)
            problems.append(f"entry {number} cannot be read ({type(broken).__name__}): left out")
            left_out += 1
            continue
        missing = [name for name in ("title", "url") if not getattr(entry, name)]
        if missing:
            left_out += 1
            problems.append(f"entry {number} has no {' and no '.join(missing)}: left out")
        elif entry.identity in entries:
            problems.append(f"entry {number} has the identity of an earlier one, {entry.identity!r}: left out")
        else:
            entries[entry.identity] = entry
    if left_out > max(len(entries), FEW):
        problems.insert(0, f"{left_out} of {min(total, MAX_ENTRIES)} entries cannot be used")
    if total > MAX_ENTRIES:
        problems.append(f"{total} entries; only the first {MAX_ENTRIES} were read")
    if not feed["entries"]:
        problems.append("the feed has no entries")
    following = next((link.get("href", "") for link in about.get("links", []) if link.get("rel") == "next"), "")
    wordpress = "wordpress.org" in str(about.get("generator") or "")
    return Parsed(
        tuple(entries.values()),
        tuple(problems),
        web_address(following, where),
        wordpress,
        total,
        left_out,
    )


def _read_json(body: bytes) -> tuple[Mapping[str, Any], int]:
    """The feed, and the number of its entries. Raises NotJsonFeed."""
    feed = read_json_feed(body)
    return feed, len(feed["entries"])


def _read_xml(body: bytes, headers: Mapping[str, str]) -> tuple[Mapping[str, Any], int]:
    """The feed with its first MAX_ENTRIES, and the number of all. Raises FeedUnreadable."""
    import feedparser

    where = headers.get("content-location", "feed")
    if fault := _dangerous_entity(body):
        raise FeedUnreadable(f"{where}: {fault}")
    # Without a content type, feedparser would report its absence instead of the real fault.
    told = {"content-type": "application/xml", **{name: value for name, value in headers.items() if value}}
    few, total = first_entries(with_valid_characters(body), MAX_ENTRIES)
    try:
        # As a stream: feedparser takes plain bytes for the name of a file first.
        feed: Mapping[str, Any] = feedparser.parse(io.BytesIO(few), response_headers=told, sanitize_html=False)
    except MemoryError:
        raise
    except Exception as broken:
        raise FeedUnreadable(f"{where}: not a feed that can be read ({type(broken).__name__})") from broken
    if not feed.get("version") and not feed["entries"]:
        reason = feed.get("bozo_exception") or "no RSS, Atom, RDF or JSON Feed found"
        raise FeedUnreadable(f"{where}: not a feed ({reason})")
    return feed, max(total, len(feed["entries"]))


def _dangerous_entity(body: bytes) -> str:
    """Why an entity of the body is refused: long, nested and external ones are attacks; empty when none is."""
    for entity in ENTITY.finditer(body.replace(b"\0", b"")):  # so that it also matches UTF-16
        value = entity[1] if entity[1] is not None else entity[2]
        if value is None:
            return "declares an entity that lies outside the feed, which is refused"
        letters = CHARACTER.sub(b"x", value)
        if b"&" in letters or b"%" in letters or len(letters) > MAX_ENTITY:
            return "declares an entity that expands to more than a few letters, which is refused"
    return ""


def _entry(raw: Mapping[str, Any], base: str, feed_language: str, zone: tzinfo) -> Entry:
    body, whole = _body(raw)
    # FeedBurner's own links count clicks; `origlink` is the address of the article.
    url = web_address(str(raw.get("feedburner_origlink") or raw.get("link") or ""), base)
    guid = str(raw.get("id") or "")[:MAX_GUID]
    safe = safe_html(body, url or base)
    text = plain(safe)
    title = excerpt(plain(str(raw.get("title") or "")), MAX_TITLE) or excerpt(text, MAX_TITLE_OF_TEXT)
    summary = feed_excerpt(_summary(raw) or text, MAX_SUMMARY)
    picture = _picture(raw, safe, url or base)
    return Entry(
        identity=guid or url,
        guid=guid,
        url=url,
        title=title,
        summary="" if summary == title else summary,
        categories=_categories(raw),
        author=plain(str(raw.get("author_detail", {}).get("name") or ""))[:100],  # `author` may contain a mail address
        published=published(raw, zone),
        html=safe,
        text=text,
        language=_language(raw) or _code(feed_language),
        image=picture.url,
        image_alt=picture.alt,
        image_width=picture.width,
        image_height=picture.height,
        minutes=reading_minutes(text) if whole else 0,
    )


def _body(raw: Mapping[str, Any]) -> tuple[str, bool]:
    """The longest text of the entry as markup, and whether it is the whole text or an excerpt."""
    contents = [_as_markup(content, str(content.get("value") or "")) for content in raw.get("content") or []]
    longest = max(contents, key=len, default="")
    summary = _as_markup(raw.get("summary_detail") or {}, str(raw.get("summary") or ""))
    if longest:
        return longest, True
    return summary, len(summary) >= LONG_DESCRIPTION


def _as_markup(detail: Mapping[str, Any], value: str) -> str:
    """Plain text escaped; not what feedparser calls plain for want of tags, which may contain entities."""
    return value if "&" in value or "<" not in value or detail.get("type") != "text/plain" else html.escape(value)


def _summary(raw: Mapping[str, Any]) -> str:
    """The description, if there is one besides the text. In feeds of comments WordPress escapes its links twice."""
    text = plain(str(raw.get("summary") or "")) if raw.get("summary_detail") else ""
    return plain(text) if ESCAPED_LINK.search(text) else text


def _categories(raw: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the categories: the label where a feed has both a label and a term."""
    names = (plain(str(tag.get("label") or tag.get("term") or ""))[:100] for tag in raw.get("tags") or [])
    return tuple(dict.fromkeys(name for name in names if name))[:MAX_CATEGORIES]


def _language(raw: Mapping[str, Any]) -> str:
    """The language that the entry or one of its texts states; empty for none."""
    details = [*(raw.get("content") or []), raw.get("summary_detail") or {}, raw.get("title_detail") or {}]
    said = [raw.get("language"), *(detail.get("language") for detail in details)]
    return next((code for text in said if (code := _code(str(text or "")))), "")


def _code(language: str) -> str:
    """`fi` of `fi-FI`."""
    return re.split("[-_]", language.strip().lower())[0][:8]


def _picture(raw: Mapping[str, Any], safe: str, base: str) -> Picture:
    """The first picture among the media of the entry, else in its text; the alternative text is that of the text."""
    shown = pictures(safe)
    for named in _named(raw, base):
        if named.is_shown:
            same = next((each for each in shown if _file(each.url) == _file(named.url)), Picture(""))
            return Picture(named.url, same.alt, named.width, named.height)
    return shown[0] if shown else Picture("")


def _named(raw: Mapping[str, Any], base: str) -> Iterator[Picture]:
    for enclosure in raw.get("enclosures") or []:
        if str(enclosure.get("type") or "").startswith("image/"):
            yield Picture(web_address(str(enclosure.get("href") or ""), base))
    media = [
        _sized(medium, base)
        for medium in raw.get("media_content") or []
        if medium.get("medium") == "image"
        or str(medium.get("type") or "").startswith("image/")
        or not (medium.get("medium") or medium.get("type"))
    ]
    fitting = [picture for picture in media if picture.is_shown and picture.width <= MOST_USEFUL_WIDTH]
    # Sorted by size only when all are sizes of one picture; else the first one is the most important.
    yield from sorted(fitting, key=lambda picture: -picture.width)[:1] if _one_motif(fitting) else fitting
    yield from media
    yield from (_sized(thumbnail, base) for thumbnail in raw.get("media_thumbnail") or [])


def _sized(medium: Mapping[str, Any], base: str) -> Picture:
    return Picture(
        web_address(str(medium.get("url") or ""), base),
        width=pixels(medium.get("width")),
        height=pixels(medium.get("height")),
    )


def _one_motif(pictures: list[Picture]) -> bool:
    return len({_file(picture.url) for picture in pictures}) == 1


def _file(url: str) -> str:
    """The address of a picture without its size, which is `-300x200` in WordPress and else a parameter."""
    return SIZE_IN_NAME.sub("", url.partition("?")[0])
