"""Entries made of what the feed says of them: plain text, sanitised HTML, absolute addresses, a picture."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Any
from urllib.parse import urljoin, urlsplit

from newsletter.articles.article import Entry
from newsletter.articles.parsing.boilerplate.boilerplate_text import without_boilerplate, without_shortcodes
from newsletter.articles.parsing.excerpts import excerpt, reading_minutes
from newsletter.articles.parsing.feed_dates import published
from newsletter.articles.parsing.markup import blocks, pictures, plain, safe_html, web_address
from newsletter.articles.parsing.pictures import MOST_USEFUL_WIDTH, Picture, best_picture, best_size, pixels, sized
from newsletter.platform.text import cut, folded, one_line

MAX_TITLE = 300
MAX_SUMMARY = 300
MAX_TITLE_OF_TEXT = 80
"""Characters of the text that replace a missing title, as in microblogs."""
MAX_GUID = 500
MAX_NAME = 100
"""Characters of an author's name and of a category."""
MAX_CATEGORIES = 50
LONG_DESCRIPTION = 1_500
"""Characters from which a description counts as the whole text: some feeds have it there only."""
SHARED_PICTURE = 3
"""Entries from which a picture that most of them have is the feed's and no article's."""
SHARED_ADDRESS = 3
"""Entries with different titles from which one address of theirs is a page for all; two may be one after an edit."""
CAPTIONS = frozenset({"figcaption"})
LINK = re.compile(r"<a\s[^<>]*+>[^<>]*+</a>")
ADDRESS = re.compile(
    r"[(<\[]?\s*(?:mailto:)?[^\s<>()\[\]@,;]+(?:[@\uff20]|\s?[(\[{](?:at|ät|a)[)\]}]\s?)[^\s<>()\[\]@,;]+"
    r"(?:\.|\s?[(\[{](?:dot|piste|punkt)[)\]}]\s?)[^\s<>()\[\]@,;]+\s*[)>\]]?",
    re.IGNORECASE,
)
"""A mail address, also as people write it against robots: `maija(at)example.com`."""
NOBODY = frozenset({"unknown", "admin", "administrator", "webmaster", "noreply", "no-reply", "root", "anonymous"})
"""What software names where nobody is."""


@dataclass(frozen=True)
class FeedAbout:
    """What holds for all entries of a feed: its own address, that of its site, its language, and the zone of dates.

    `pages` has addresses, without a slash at the end, that are no article's.
    """

    url: str
    site: str
    language: str
    zone: tzinfo
    pages: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Draft:
    """An entry without its picture, and the pictures it may have: named by the feed, in its text, and small ones."""

    entry: Entry
    named: tuple[Picture, ...]
    in_text: tuple[Picture, ...]
    thumbnails: tuple[Picture, ...]


def about_feed(feed: Mapping[str, Any], entries: Sequence[Mapping[str, Any]], url: str, zone: tzinfo) -> FeedAbout:
    """The addresses of entries are relative to the site, or to the feed if it does not say which site is its own."""
    site = web_address(_with_scheme(str(feed.get("link") or ""), url), url) or url
    return FeedAbout(url, site, str(feed.get("language") or ""), zone, _pages(entries, site))


def draft(raw: Mapping[str, Any], about: FeedAbout) -> Draft:
    """The entry as its feed has it; title and address may be empty."""
    url = _url(raw, about)
    detail, body, whole = _body(raw)
    safe = safe_html(body, _base(detail, url, about))
    listed = blocks(safe)
    text = " ".join(listed)
    prose = blocks(safe, without=CAPTIONS) if "<figcaption" in safe else listed
    title = excerpt(without_shortcodes(plain(str(raw.get("title") or ""))), MAX_TITLE)
    summary = _summary(raw, title) or without_boilerplate(prose, title)
    title = title or excerpt(without_boilerplate(prose, ""), MAX_TITLE_OF_TEXT)
    summary = excerpt(summary, MAX_SUMMARY)
    guid = cut(one_line(str(raw.get("id") or "")), MAX_GUID)
    entry = Entry(
        identity=guid or url,
        guid=guid,
        url=url,
        title=title,
        summary="" if summary == title else summary,
        categories=_categories(raw),
        author=_author(raw),
        published=published(raw, about.zone),
        html=safe,
        text=text,
        language=_language(raw) or _code(about.language),
        minutes=reading_minutes(text) if whole else 0,
    )
    base = url or about.site
    thumbnails = tuple(_medium(each, base) for each in raw.get("media_thumbnail") or [])
    return Draft(entry, tuple(_named(raw, base)), tuple(pictures(safe)), thumbnails)


def with_pictures(drafts: Sequence[Draft]) -> list[Entry]:
    """The entries with their pictures. One that most entries share is a logo or a banner and no article's."""
    motifs = Counter(
        motif for each in drafts for motif in {p.motif for p in (*each.named, *each.in_text, *each.thumbnails) if p.url}
    )
    least = max(SHARED_PICTURE, len(drafts) // 2 + 1)
    of_many = frozenset(motif for motif, number in motifs.items() if number >= least)
    return [_illustrated(each, of_many) for each in drafts]


def _illustrated(each: Draft, of_many: frozenset[str]) -> Entry:
    picture = best_picture(each.named, each.in_text, each.thumbnails, of_many)
    return replace(
        each.entry,
        image=picture.url,
        image_alt=picture.alt,
        image_width=picture.width,
        image_height=picture.height,
    )


def _url(raw: Mapping[str, Any], about: FeedAbout) -> str:
    """The address of the article; else that of what the entry encloses, such as an episode of a podcast.

    A page of all entries, such as the front page, is the address only of an entry that has no other.
    """
    link = _link(raw)
    links = [link, *_own_address(raw, link), *_enclosed(raw)]
    found = [url for each in links if (url := web_address(_with_scheme(each, about.site), about.site))]
    return next((url for url in found if _page(url) not in about.pages), found[0] if found else "")


def _link(raw: Mapping[str, Any]) -> str:
    # FeedBurner's own links count clicks; `origlink` is the address of the article.
    link = str(raw.get("feedburner_origlink") or raw.get("link") or "")
    linked = [link, *(each.get("href") for each in raw.get("links") or [] if each.get("rel") != "enclosure")]
    if linked.count(link) == 1 and link == raw.get("id") and not link.lower().startswith(("http:", "https:", "/")):
        return ""  # a guid alone, which feedparser takes for an address unless the feed says that it is none
    return link


def _own_address(raw: Mapping[str, Any], link: str) -> Iterator[str]:
    """The guid of an entry that has a link, if it is an address."""
    guid = str(raw.get("id") or "")
    if link and guid.lower().startswith(("http:", "https:")):
        yield guid


def _enclosed(raw: Mapping[str, Any]) -> list[str]:
    """The addresses of what the entry encloses, pictures last: what one listens to or looks at is the article."""
    enclosures = [(each.get("href") or each.get("url"), each) for each in raw.get("enclosures") or []]
    media = [(each.get("url"), each) for each in raw.get("media_content") or [] if _kind(each) in ("audio", "video")]
    return [str(url or "") for url, each in sorted([*enclosures, *media], key=lambda one: _kind(one[1]) == "image")]


def _kind(medium: Mapping[str, Any]) -> str:
    return str(medium.get("medium") or medium.get("type") or "").partition("/")[0].lower()


def _pages(entries: Sequence[Mapping[str, Any]], site: str) -> frozenset[str]:
    """Addresses that are no article's: the front page, and what entries with different titles have in common."""
    titles: dict[str, set[str]] = {}
    for raw in entries:
        titles.setdefault(_page(web_address(_with_scheme(_link(raw), site), site)), set()).add(str(raw.get("title")))
    return frozenset({_page(site), *(page for page, named in titles.items() if len(named) >= SHARED_ADDRESS)})


def _page(url: str) -> str:
    return url.rstrip("/")


def _with_scheme(link: str, site: str) -> str:
    """`blog.example.com/1` with the scheme of the site, where the site itself is `blog.example.com`."""
    parts = urlsplit(site)
    host = parts.netloc.removeprefix("www.")
    is_ours = host and link.strip().removeprefix("www.").partition("/")[0].lower() == host
    return f"{parts.scheme}://{link.strip()}" if is_ours else link


def _base(detail: Mapping[str, Any], url: str, about: FeedAbout) -> str:
    """What addresses in a text are relative to: its `xml:base`, else the article.

    Some software gives the address of the feed itself as base, which would lead nowhere.
    """
    stated = str(detail.get("base") or "")
    base = web_address(stated, about.url) if stated else ""
    return (url or about.site) if not base or _same(base, about.url) else base


def _same(one: str, other: str) -> bool:
    return urljoin(one, "?").rstrip("?/") == urljoin(other, "?").rstrip("?/")


def _body(raw: Mapping[str, Any]) -> tuple[Mapping[str, Any], str, bool]:
    """The longest text of the entry as markup, its details, and whether it is the whole text or an excerpt."""
    contents = [(content, _as_markup(content, str(content.get("value") or ""))) for content in raw.get("content") or []]
    detail, longest = max(contents, key=lambda content: len(content[1]), default=({}, ""))
    if longest:
        return detail, longest, True
    detail = raw.get("summary_detail") or {}
    summary = _as_markup(detail, str(raw.get("summary") or ""))
    return detail, summary, len(summary) >= LONG_DESCRIPTION


def _as_markup(detail: Mapping[str, Any], value: str) -> str:
    """Plain text escaped; not what feedparser calls plain for want of tags, which may contain entities."""
    return value if "&" in value or "<" not in value or detail.get("type") != "text/plain" else html.escape(value)


def _summary(raw: Mapping[str, Any], title: str) -> str:
    """The description, if there is one besides the text. In feeds of comments WordPress escapes its links twice."""
    found = blocks(str(raw.get("summary") or ""), without=CAPTIONS) if raw.get("summary_detail") else []
    if any("href=" in link[0] for block in found for link in LINK.finditer(block)):
        found = [inner for block in found for inner in blocks(block)]
    return without_boilerplate(found, title)


def _author(raw: Mapping[str, Any]) -> str:
    """The name of the author: never a mail address, which also stands beside a name, before or behind it."""
    detail = raw.get("author_detail") or {}
    name = ADDRESS.sub(" ", cut(plain(str(detail.get("name") or "")), 10 * MAX_NAME))
    name = re.sub(r"(?i)\bmailto:", " ", name).strip(" \"'<>()[],;:")
    return "" if "@" in name[1:] or "://" in name or folded(name) in NOBODY else cut(one_line(name), MAX_NAME)


def _categories(raw: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the categories: the label where a feed has both a label and a term."""
    names = (cut(plain(str(tag.get("label") or tag.get("term") or "")), MAX_NAME) for tag in raw.get("tags") or [])
    return tuple(dict.fromkeys(name for name in names if name))[:MAX_CATEGORIES]


def _language(raw: Mapping[str, Any]) -> str:
    """The language that the entry or one of its texts states; empty for none."""
    details = [*(raw.get("content") or []), raw.get("summary_detail") or {}, raw.get("title_detail") or {}]
    said = [raw.get("language"), *(detail.get("language") for detail in details)]
    return next((code for text in said if (code := _code(str(text or "")))), "")


def _code(language: str) -> str:
    """`fi` of `fi-FI`."""
    return re.split("[-_]", language.strip().lower())[0][:8]


def _named(raw: Mapping[str, Any], base: str) -> Iterator[Picture]:
    """The pictures that the feed names as the entry's, the most important one first."""
    for enclosure in raw.get("enclosures") or []:
        if str(enclosure.get("type") or "").startswith("image/"):
            yield Picture(web_address(str(enclosure.get("href") or ""), base))
    media = [
        sized(_medium(medium, base))
        for medium in raw.get("media_content") or []
        if medium.get("medium") == "image"
        or str(medium.get("type") or "").startswith("image/")
        or not (medium.get("medium") or medium.get("type"))
    ]
    shown = [picture for picture in media if picture.is_shown]
    # Sizes of one picture: the best one. Several pictures: the first is the most important.
    largest = best_size(shown) if len({picture.motif for picture in shown}) == 1 else None
    yield from [largest] if largest else [each for each in shown if each.width <= MOST_USEFUL_WIDTH] or shown
    if cover := str((raw.get("image") or {}).get("href") or ""):
        yield Picture(web_address(cover, base))


def _medium(medium: Mapping[str, Any], base: str) -> Picture:
    return Picture(
        web_address(str(medium.get("url") or ""), base),
        width=pixels(medium.get("width")),
        height=pixels(medium.get("height")),
    )
